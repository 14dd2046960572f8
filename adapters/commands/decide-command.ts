import type { Command } from "../../domain/commands/command.ts";
import { type CommandDatabase, commandFrom, type Evidence, evidenceText, SELECT_MOVED, told } from "./command-rows.ts";
import { findCommand } from "./read-commands.ts";

/**
 * Why a change was not made:
 *
 * - `not-found`
 * - `own-request`: the second person is the one who asked
 * - `expired`: its time is over, whatever its state still says
 * - `too-early`: the time in which the effect may show is not over
 * - `wrong-state`: it has gone on meanwhile; the command tells where to
 */
export type CommandRefusal = "not-found" | "own-request" | "expired" | "too-early" | "wrong-state";
/** `command`: as it is now; null when there is none. `refused`: null when the change was made. */
export type CommandDecision = { readonly command: Command | null; readonly refused: CommandRefusal | null };

/** How a command that was sent has come out, by what was read back or by a person who has looked. */
export type Resolution = {
  readonly state: "verified" | "no_effect" | "failed";
  /** Name of the person; `system` for a read-back. */
  readonly by: string;
  /** Code, such as `read-back`. */
  readonly reason: string | null;
  /** From `sent` to the first reading that showed the effect, seconds. */
  readonly effectAfterS: number | null;
  readonly evidence: Evidence | null;
};

const APPROVE = `
  with moved as (
    update command c set state = 'queued', state_reason = null, approved_by = $2::text, evidence = $3::text::jsonb
    where c.id = $1::uuid and c.state = 'waiting_approval' and c.requested_by <> $2::text and c.expires_at > clock_timestamp()
    returning c.*
  ), ${told("$2::text")} ${SELECT_MOVED}`;

const CANCEL = `
  with moved as (
    update command c set state = 'cancelled', state_reason = $3::text, ended_at = clock_timestamp(), evidence = $4::text::jsonb
    where c.id = $1::uuid and c.state in ('waiting_approval', 'queued') returning c.*
  ), ${told("$2::text")} ${SELECT_MOVED}`;

const REJECT = `
  with moved as (
    update command c set state = 'cancelled', state_reason = 'rejected', ended_at = clock_timestamp(), evidence = $3::text::jsonb
    where c.id = $1::uuid and c.state = 'waiting_approval' and c.requested_by <> $2::text returning c.*
  ), ${told("$2::text")} ${SELECT_MOVED}`;

// What the plant shows counts for whoever looks: no fence, the first resolution wins.
const RESOLVE = `
  with moved as (
    update command c set state = $2::text, state_reason = $4::text, ended_at = clock_timestamp(), effect_after_s = $5::float8,
      evidence = $6::text::jsonb
    where c.id = $1::uuid and case $2::text
      when 'verified' then c.state in ('accepted', 'unknown')
      when 'no_effect' then c.state = 'accepted' and c.verify_by <= clock_timestamp()
      when 'failed' then c.state = 'unknown' else false end
    returning c.*
  ), ${told("$3::text")} ${SELECT_MOVED}`;

/** Lets a command go. @param evidence what the interlocks said to the second person */
export function approveCommand(
  database: CommandDatabase,
  id: string,
  by: string,
  evidence: Evidence | null,
): Promise<CommandDecision> {
  return decide(database, id, APPROVE, [id, by, evidenceText(evidence)], (command) => {
    if (command.state !== "waiting_approval") return "wrong-state";
    return command.requestedBy === by ? "own-request" : "expired";
  });
}

/** The second person's no. @param note in their own words */
export function rejectCommand(
  database: CommandDatabase,
  id: string,
  by: string,
  note: string | null,
): Promise<CommandDecision> {
  return decide(database, id, REJECT, [id, by, noteText(note)], ({ state, requestedBy }) =>
    state === "waiting_approval" && requestedBy === by ? "own-request" : "wrong-state",
  );
}

/** Takes back what nobody has begun to send. @param reason code, such as `by-requester` or `batch-stopped` */
export function cancelCommand(
  database: CommandDatabase,
  id: string,
  by: string,
  { reason, note }: { readonly reason: string | null; readonly note: string | null },
): Promise<CommandDecision> {
  return decide(database, id, CANCEL, [id, by, reason, noteText(note)], () => "wrong-state");
}

/** Says how a command that was sent has come out. */
export function resolveCommand(database: CommandDatabase, id: string, outcome: Resolution): Promise<CommandDecision> {
  const { state, by, reason, effectAfterS, evidence } = outcome;
  const given = [id, state, by, reason, effectAfterS, evidenceText(evidence)];
  return decide(database, id, RESOLVE, given, (command) =>
    state === "no_effect" && command.state === "accepted" ? "too-early" : "wrong-state",
  );
}

async function decide(
  database: CommandDatabase,
  id: string,
  statement: string,
  values: readonly unknown[],
  refusalOf: (command: Command) => CommandRefusal,
): Promise<CommandDecision> {
  const [row] = await database.query(statement, values);
  if (row) return { command: commandFrom(row), refused: null };
  // Read afresh: a statement that has waited for another one sees the rest as it was before.
  const command = await findCommand(database, id);
  return { command, refused: command === null ? "not-found" : refusalOf(command) };
}

function noteText(note: string | null): string | null {
  return note === null ? null : evidenceText({ note });
}
