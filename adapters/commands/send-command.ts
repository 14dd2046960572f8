import type { Command } from "../../domain/commands/command.ts";
import {
  COLUMNS,
  type CommandDatabase,
  commandFrom,
  type Evidence,
  evidenceText,
  SELECT_MOVED,
  SYSTEM,
  told,
} from "./command-rows.ts";
import { FITS_EMERGENCY } from "./emergency-stops.ts";
import { IS_LOCKED } from "./site-locks.ts";
import { MAY_WRITE } from "./write-switches.ts";

/** A command that one process has in hand, by the lease of its site. */
export type CommandClaim = {
  readonly command: Command;
  readonly holder: string;
  /** Name of the lease. */
  readonly lease: string;
  readonly token: number;
};

/**
 * What came of sending. `failed` only where it is certain that no byte left, or that the controller refused; everything else
 * is `unknown`. `verifyInS`: time for the effect to show, from now.
 */
export type SendOutcome =
  | { readonly state: "accepted"; readonly verifyInS: number; readonly evidence: Evidence | null }
  | { readonly state: "failed" | "unknown"; readonly reason: string; readonly evidence: Evidence | null };

const IN_FLIGHT = "state in ('claimed', 'sent', 'accepted', 'unknown')";

// `now()` is one time for the whole statement, so a site has one oldest command that has not expired. Leases that are being
// renewed or taken, and commands that are being changed, are left for the next look: whoever waits for several rows at once
// can deadlock.
const CLAIM = `
  with head as (
    select c.id, l.name as lease, l.token
    from unnest($2::text[], $3::bigint[]) as given (name, token)
    join lease l on l.name = given.name and l.token = given.token and l.holder = $1::text and l.expires_at > clock_timestamp()
    join site s on s.lease_name = l.name
    cross join lateral (
      select q.id from command q where q.site_id = s.id and q.state = 'queued' and q.expires_at > now() order by q.seq limit 1
    ) as oldest
    join command c on c.id = oldest.id and c.state = 'queued'
    where not exists (select from command o where o.site_id = s.id and o.${IN_FLIGHT})
    order by c.seq limit $4::int
    for update of c skip locked for share of l skip locked
  ), moved as (
    update command c set state = 'claimed', state_reason = null, claimed_by = $1::text, token = head.token,
      claimed_at = clock_timestamp(), evidence = jsonb_build_object('holder', $1::text, 'token', head.token)
    from head where c.id = head.id returning c.*
  ), ${told(`'${SYSTEM}'`)}
  select ${COLUMNS}, head.lease, c.token from moved c join site s on s.id = c.site_id join head on head.id = c.id order by c.seq`;

const markSentSql = (fenceSql: string) => `
  with ${fenceSql}, moved as (
    update command c set state = 'sent', state_reason = null, sent_at = clock_timestamp(), evidence = $5::text::jsonb
    from fence, site s
    where c.id = $4::uuid and c.state = 'claimed' and c.claimed_by = $2::text and c.token = $3::bigint
      and c.expires_at > clock_timestamp() and s.id = c.site_id and s.lease_name = fence.name
      and ${MAY_WRITE} and not ${IS_LOCKED} and ${FITS_EMERGENCY}
      and not exists (select from command_batch b where b.id = c.batch_id and b.state = 'stopped')
    returning c.*
  ), ${told(`'${SYSTEM}'`)}
  select 1 from moved`;

const SETTLE = `
  with moved as (
    update command c set state = $4::text, state_reason = $5::text, evidence = $7::text::jsonb,
      verify_by = clock_timestamp() + $6::float8 * interval '1 s', ended_at = case $4::text when 'failed' then clock_timestamp() end
    where c.id = $1::uuid and c.claimed_by = $2::text and c.token = $3::bigint
      and (c.state = 'sent' or c.state = 'claimed' and $4::text = 'failed')
    returning c.*
  ), ${told(`'${SYSTEM}'`)} ${SELECT_MOVED}`;

const RELEASE = `
  with moved as (
    update command c set claimed_by = null, token = null, claimed_at = null, evidence = null, state_reason = n.reason,
      state = n.state, ended_at = case n.state when 'expired' then clock_timestamp() end
    from (select case when expires_at <= clock_timestamp() then 'expired' else 'queued' end as state,
        case when expires_at <= clock_timestamp() then 'not-sent-in-time' else 'given-back' end as reason
      from command where id = $1::uuid) as n
    where c.id = $1::uuid and c.state = 'claimed' and c.claimed_by = $2::text and c.token = $3::bigint returning c.*
  ), ${told(`'${SYSTEM}'`)} ${SELECT_MOVED}`;

const LATE = `
  insert into command_event (command_id, state, made_by, reason, evidence)
  select c.id, c.state, '${SYSTEM}', 'late-answer', $4::text::jsonb from command c
  where c.id = $1::uuid and c.claimed_by = $2::text and c.token = $3::bigint and c.sent_at is not null`;

/** 23505: another process was first for a site. 40P01: two such met. */
const NEXT_TIME = ["23505", "40P01"];

/**
 * Takes the oldest command of each site whose lease is held with the token that is given, unless one of the site is in
 * flight: one statement for all sites.
 *
 * @param leases names and tokens
 * @returns in the order of the requests, at most `most`; none when another process was first somewhere: ask again
 */
export async function claimCommands(
  database: CommandDatabase,
  holder: string,
  leases: ReadonlyMap<string, number>,
  most: number,
): Promise<CommandClaim[]> {
  if (leases.size === 0) return [];
  try {
    const rows = await database.query(CLAIM, [holder, [...leases.keys()], [...leases.values()], most]);
    return rows.map((row) => ({
      command: commandFrom(row),
      holder,
      lease: String(row["lease"]),
      token: Number(row["token"]),
    }));
  } catch (error) {
    if (error instanceof Error && "sqlState" in error && NEXT_TIME.includes(String(error.sqlState))) return [];
    throw error;
  }
}

/**
 * Moves a claimed command to `sent`. Whoever gets true makes the one call that there ever is; false, and whatever is thrown,
 * means that no call may be made.
 *
 * @param fenceSql `fence as materialized (…)` with the parameters $1 to $3: name, holder and token of a lease
 * @param evidence what the interlocks said at this moment
 */
export async function markCommandSent(
  database: CommandDatabase,
  fenceSql: string,
  { command, lease, holder, token }: CommandClaim,
  evidence: Evidence | null,
): Promise<boolean> {
  const given = [lease, holder, token, command.id, evidenceText(evidence)];
  return (await database.query(markSentSql(fenceSql), given)).length > 0;
}

/**
 * Notes what came of a claimed or sent command. That is a fact and no effect: whoever has lost the lease meanwhile reports it
 * all the same. Once somebody else has moved the command, the answer is kept as evidence and changes nothing.
 *
 * @returns the command as it is now; null when the answer came late
 */
export async function settleCommand(
  database: CommandDatabase,
  { command, holder, token }: CommandClaim,
  outcome: SendOutcome,
): Promise<Command | null> {
  const key = [command.id, holder, token];
  const { state, evidence } = outcome;
  const [reason, verifyInS] = state === "accepted" ? [null, outcome.verifyInS] : [outcome.reason, null];
  const [row] = await database.query(SETTLE, [...key, state, reason, verifyInS, evidenceText(evidence)]);
  if (row) return commandFrom(row);
  await database.query(LATE, [...key, evidenceText({ outcome: state, reason, answer: evidence })]);
  return null;
}

/**
 * Gives back what was claimed and is not going to be sent here: to the queue, or to its end when its time is over.
 *
 * @returns the command as it is now; null when it was not in hand any more
 */
export async function releaseCommand(
  database: CommandDatabase,
  { command, holder, token }: CommandClaim,
): Promise<Command | null> {
  const [row] = await database.query(RELEASE, [command.id, holder, token]);
  return row ? commandFrom(row) : null;
}
