import type { Command, CommandEvent, CommandState } from "../../domain/commands/command.ts";
import { COLUMNS, type CommandDatabase, commandFrom, eventFrom, type Page, readPage } from "./command-rows.ts";

/** Which commands; absent or null = all. */
export type CommandFilter = {
  /** Sites that the asker may see; null = all. */
  readonly siteIds: readonly string[] | null;
  readonly states?: readonly CommandState[] | null;
  readonly kinds?: readonly string[] | null;
  readonly requestedBy?: string | null;
  /** ISO 8601: asked for at this time and later. */
  readonly from?: string | null;
  /** ISO 8601: asked for before this time. */
  readonly to?: string | null;
};
export type CommandListing = {
  readonly items: readonly Command[];
  readonly total: number;
  readonly nextCursor: string | null;
};

const FROM = "from command c join site s on s.id = c.site_id";
const FIND = `select ${COLUMNS} ${FROM} where c.id = $1::uuid`;
const WHERE = `($1::text[] is null or c.site_id in (select id from site where code = any($1)))
  and ($2::text[] is null or c.state = any($2)) and ($3::text[] is null or c.kind = any($3))
  and ($4::text is null or c.requested_by = $4) and ($5::timestamptz is null or c.created_at >= $5)
  and ($6::timestamptz is null or c.created_at < $6)`;
const LIST = `
  select ${COLUMNS} ${FROM} where ${WHERE} and ($7::bigint is null or c.seq < $7) order by c.seq desc limit $8::int`;
const COUNT = `select count(*)::int as n from command c where ${WHERE}`;
const EVENTS = "select at, state, made_by, reason, evidence from command_event where command_id = $1::uuid order by id";
const IN_FLIGHT = `
  select ${COLUMNS} ${FROM} join lease l on l.name = s.lease_name and l.holder = $1::text and l.expires_at > clock_timestamp()
  where c.ended_at is null and c.state in ('sent', 'accepted', 'unknown') order by c.seq`;
const RECENT = `
  select ${COLUMNS} ${FROM}
  where s.code = $1::text and (c.ended_at is null or greatest(c.created_at, c.sent_at, c.ended_at)
    > clock_timestamp() - $2::float8 * interval '1 s')
  order by c.seq desc`;

export async function findCommand(database: CommandDatabase, id: string): Promise<Command | null> {
  const [row] = await database.query(FIND, [id]);
  return row ? commandFrom(row) : null;
}

/** A page, newest first. A cursor that nobody was given starts from the beginning. */
export function listCommands(database: CommandDatabase, filter: CommandFilter, page: Page): Promise<CommandListing> {
  return readPage(database, { list: LIST, count: COUNT, filter: filterValues(filter) }, page, commandFrom);
}

/** So many rows are in memory at once. */
const EXPORT_PAGE = 1_000;

/** All of them page by page, newest first: what is ordered meanwhile is not among them. */
export async function* pagesOfCommands(
  database: CommandDatabase,
  filter: CommandFilter,
): AsyncGenerator<readonly Command[]> {
  let after: string | null = null;
  for (;;) {
    const rows: Record<string, unknown>[] = await database.query(LIST, [...filterValues(filter), after, EXPORT_PAGE]);
    if (rows.length > 0) yield rows.map(commandFrom);
    if (rows.length < EXPORT_PAGE) return;
    after = String(rows.at(-1)?.["seq"]);
  }
}

function filterValues({
  siteIds,
  states = null,
  kinds = null,
  requestedBy = null,
  from = null,
  to = null,
}: CommandFilter) {
  return [siteIds, states, kinds, requestedBy, from, to];
}

/** The story of a command, oldest first. */
export async function eventsOfCommand(database: CommandDatabase, id: string): Promise<CommandEvent[]> {
  return (await database.query(EVENTS, [id])).map(eventFrom);
}

/** Commands of this holder's sites that were sent, or may have been, and are not resolved: whoever sent them. */
export async function commandsInFlight(database: CommandDatabase, holder: string): Promise<Command[]> {
  return (await database.query(IN_FLIGHT, [holder])).map(commandFrom);
}

/** Commands of a site that are not over, or that were asked for, sent or ended within the time; newest first. */
export async function recentCommands(database: CommandDatabase, siteId: string, withinS: number): Promise<Command[]> {
  return (await database.query(RECENT, [siteId, withinS])).map(commandFrom);
}
