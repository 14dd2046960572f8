import type { LiveCommand } from "../../domain/live/live-frame.ts";
import { type CommandDatabase, commandFrom, FACTS } from "./command-rows.ts";

/** Commands that are not over, or have not been for long, 1,000 at most, the youngest. */
export type PresentCommands = {
  /** The newest change when they were read. */
  readonly upTo: number;
  /** No change up to this one can still become visible. */
  readonly completeTo: number;
  readonly commands: readonly LiveCommand[];
};

/** What has changed, whichever process has changed it. Each call rejects while the database is away. */
export interface CommandChanges {
  present(): Promise<PresentCommands>;
  /**
   * Commands with a change after that number.
   *
   * @param known changes that the caller has been told of, by id of the command
   */
  changedAfter(after: number, known: ReadonlyMap<string, number>): Promise<LiveCommand[]>;
}

/** A change may become visible after one with a greater number: by then it has, or its statement has failed. */
export const CHANGES_SETTLE_MS = 10_000;

/** A screen that comes back after a break sees how its commands have come out. */
const KEPT_S = 600;
const MOST = 1_000;

const PRESENT = `
  select ${FACTS}, e.change::text as change
  from (select * from command where ended_at is null or ended_at > clock_timestamp() - interval '${KEPT_S} s'
    order by seq desc limit ${MOST}) c
  join site s on s.id = c.site_id
  cross join lateral (select max(id) as change from command_event where command_id = c.id) e order by c.seq`;
const NEWEST = `
  select coalesce(max(id), 0)::text as up_to, coalesce((
    select id from command_event where at < clock_timestamp() - interval '${CHANGES_SETTLE_MS} ms' order by id desc limit 1
  ), 0)::text as complete_to from command_event`;
const CHANGED = `
  with changed as (select command_id, max(id) as change from command_event where id > $1::bigint group by command_id)
  select ${FACTS}, e.change::text as change
  from changed e join command c on c.id = e.command_id join site s on s.id = c.site_id
  left join unnest($2::uuid[], $3::bigint[]) known (id, change) on known.id = c.id
  where known.change is null or known.change < e.change order by e.change limit ${MOST}`;

export function createCommandChanges(database: CommandDatabase): CommandChanges {
  return {
    async present() {
      // Asked for first: what changes meanwhile is told as a change.
      const [newest] = await database.query(NEWEST);
      const rows = await database.query(PRESENT);
      const commands = rows.map(liveFrom);
      return { upTo: Number(newest?.["up_to"]), completeTo: Number(newest?.["complete_to"]), commands };
    },
    changedAfter: async (after, known) =>
      (await database.query(CHANGED, [after, [...known.keys()], [...known.values()]])).map(liveFrom),
  };
}

function liveFrom(row: Record<string, unknown>): LiveCommand {
  const { evidence: _, ...facts } = commandFrom(row);
  return { ...facts, change: Number(row["change"]) };
}
