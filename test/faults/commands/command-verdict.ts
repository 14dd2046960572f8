import { onDatabase } from "../../services/on-database.ts";
import { commandOfKind } from "./command-orders.ts";
import { doublesIn, type ReceivedCommand } from "./plant-ledger.ts";

/** What stands in the ledger of the platform about one command. */
export type LedgerRow = {
  readonly siteId: string;
  readonly kind: string;
  readonly state: string;
  readonly reason: string | null;
  readonly wasSent: boolean;
  /** Interlocks that were against it. */
  readonly against: string | null;
};

export type CommandVerdictFigures = {
  readonly commands: number;
  /** Of the plants' ledgers: requests that came, and those beyond the first of their kind at their site. */
  readonly received: number;
  readonly doubled: number;
  /** Received at a site before one that was asked for earlier. */
  readonly outOfOrder: number;
  /** The platform's word against the plant's: never sent but received, failed but acted, seen but never received. */
  readonly misjudged: number;
  /** Not in a final state, and not `unknown` either. */
  readonly nameless: number;
  /** Waiting for a person. */
  readonly unknownLeft: number;
  /** How many were `unknown` for a time, and for how long at the longest, seconds. */
  readonly wereUnknown: number;
  readonly longestUnknownS: number;
  /** How many of them for more than a minute: those wait for a person, who may say what came of it at any time. */
  readonly beyondMinute: number;
  readonly states: Readonly<Record<string, number>>;
};

const FINAL = ["verified", "no_effect", "failed", "expired", "cancelled"];
const COMMANDS = `
  select s.code, c.kind, c.state, c.state_reason, c.sent_at is not null as was_sent,
    (select string_agg(f ->> 'id', ' ') from jsonb_array_elements(c.evidence -> 'findings') as f
      where f ->> 'result' in ('refused', 'cannot_verify')) as against
  from command c join site s on s.id = c.site_id order by c.seq`;
const UNKNOWN = `
  select extract(epoch from next - at)::float8 as lasted from (
    select command_id, state, at, lead(at) over (partition by command_id order by id) as next
    from command_event where reason is distinct from 'late-answer') as e
  where state = 'unknown' and next is not null`;

/** Compares the platform's ledger with the plants'. */
export async function judgeLedgers(
  databaseUrl: string,
  received: readonly ReceivedCommand[],
): Promise<CommandVerdictFigures> {
  const { rows, unknown } = await onDatabase(databaseUrl, async (client) => ({
    rows: (await client.query(COMMANDS)).rows.map(
      (row): LedgerRow => ({
        siteId: row.code,
        kind: row.kind,
        state: row.state,
        reason: row.state_reason,
        wasSent: row.was_sent,
        against: row.against,
      }),
    ),
    unknown: (await client.query<{ lasted: number }>(UNKNOWN)).rows.map(({ lasted }) => lasted),
  }));
  const arrived = new Map(received.map((one) => [`${one.siteId} ${one.command}`, one]));
  const states: Record<string, number> = {};
  for (const { state, reason, against } of rows) {
    const why = [reason, against].filter((word) => word !== null).join(": ");
    const name = why === "" ? state : `${state} (${why})`;
    states[name] = (states[name] ?? 0) + 1;
  }
  return {
    commands: rows.length,
    received: received.length,
    doubled: doublesIn(received).length,
    outOfOrder: countOutOfOrder(rows, received),
    misjudged: rows.filter((row) => isMisjudged(row, arrived.get(`${row.siteId} ${commandOfKind(row.kind)}`))).length,
    nameless: rows.filter(({ state }) => !FINAL.includes(state) && state !== "unknown").length,
    unknownLeft: rows.filter(({ state }) => state === "unknown").length,
    wereUnknown: unknown.length,
    longestUnknownS: Math.max(0, ...unknown),
    beyondMinute: unknown.filter((lasted) => lasted > 60).length,
    states,
  };
}

function isMisjudged({ state, reason, wasSent }: LedgerRow, arrival: ReceivedCommand | undefined): boolean {
  if (!wasSent || reason === "not-sent") return arrival !== undefined;
  if (state === "failed" || state === "no_effect") return arrival?.acted === true;
  return state === "verified" && reason === "read-back" && arrival === undefined;
}

/** By the numbers that the simulator gave them. */
function countOutOfOrder(rows: readonly LedgerRow[], received: readonly ReceivedCommand[]): number {
  const place = new Map(rows.map(({ siteId, kind }, at) => [`${siteId} ${commandOfKind(kind)}`, at]));
  const newest = new Map<string, number>();
  let count = 0;
  for (const { siteId, command } of received) {
    const at = place.get(`${siteId} ${command}`) ?? -1;
    if (at < (newest.get(siteId) ?? -1)) count += 1;
    newest.set(siteId, Math.max(at, newest.get(siteId) ?? -1));
  }
  return count;
}
