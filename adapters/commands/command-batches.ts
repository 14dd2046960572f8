import type { BulkPlan, BulkProgress, BulkStop } from "../../domain/commands/bulk-plan.ts";
import type { Command, CommandArgs, CommandState } from "../../domain/commands/command.ts";
import {
  type CommandDatabase,
  commandFrom,
  type Page,
  readPage,
  SELECT_MOVED,
  SYSTEM,
  textOf,
  timeOf,
  told,
} from "./command-rows.ts";
import type { CommandTally } from "./command-tally.ts";

/** One order for several sites. */
export type CommandBatch = BulkPlan & {
  readonly id: string;
  readonly kind: string;
  readonly args: CommandArgs;
  readonly reason: string | null;
  readonly requestedBy: string;
  readonly expiresInS: number;
  readonly state: "running" | "stopped" | "done";
  readonly because: readonly BulkStop[];
  /** A person, or `system`; null unless it is stopped. */
  readonly stoppedBy: string | null;
  readonly createdAt: string;
  readonly endedAt: string | null;
};

/** `items`: what was made for each site that has begun. */
export type BatchProgress = BulkProgress & { readonly items: readonly BatchedCommand[] };
export type BatchedCommand = Pick<Command, "siteId" | "state" | "stateReason"> & { readonly commandId: string };

export type NewBatch = Pick<
  CommandBatch,
  "kind" | "args" | "waves" | "pauseS" | "reason" | "requestedBy" | "expiresInS"
> & {
  /** Name of the confirmation: with the same one there is the same batch. */
  readonly confirmation: string;
};

export type BatchListing = {
  readonly items: readonly CommandBatch[];
  readonly total: number;
  readonly nextCursor: string | null;
};

/** Batches as the database has them. Each call rejects while it is away. */
export interface CommandBatches {
  /** @returns null when there is one with this confirmation */
  create(batch: NewBatch): Promise<CommandBatch | null>;
  find(id: string): Promise<CommandBatch | null>;
  /** Newest first. @param siteIds those of these sites only; null = all */
  list(siteIds: readonly string[] | null, page: Page): Promise<BatchListing>;
  running(): Promise<CommandBatch[]>;
  progressOf(batch: CommandBatch): Promise<BatchProgress>;
  /** Goes on with nothing more of it. @returns the batch; null when it had ended before */
  stop(id: string, by: string, because: readonly BulkStop[]): Promise<CommandBatch | null>;
  /** @returns null when it had ended before */
  finish(id: string): Promise<CommandBatch | null>;
  /** Cancels what waits of batches that are stopped. To be called again and again. @returns the commands */
  takeBack(): Promise<Command[]>;
}

const BATCH = `id::text as id, kind, args, waves, pause_s, reason, requested_by, expires_in_s, state, because, stopped_by,
  created_at, ended_at, seq::text as seq`;
const CREATE = `
  insert into command_batch (kind, args, waves, pause_s, reason, requested_by, confirmation, expires_in_s, state)
  values ($1::text, $2::text::jsonb, $3::text::jsonb, $4::float8, $5::text, $6::text, $7::text, $8::float8, 'running')
  on conflict (requested_by, confirmation) do nothing returning ${BATCH}`;
const FIND = `select ${BATCH} from command_batch where id = $1::uuid`;
const OWN = `($1::text[] is null or not exists (
  select from jsonb_array_elements(waves) wave, jsonb_array_elements_text(wave) code where code <> all($1)))`;
const LIST = `select ${BATCH} from command_batch where ${OWN} and ($2::bigint is null or seq < $2) order by seq desc limit $3::int`;
const COUNT = `select count(*)::int as n from command_batch where ${OWN}`;
const RUNNING = `select ${BATCH} from command_batch where ended_at is null order by seq`;
const END = `
  update command_batch set state = $2::text, because = $3::text::jsonb, stopped_by = $4::text, ended_at = clock_timestamp()
  where id = $1::uuid and ended_at is null returning ${BATCH}`;
const COMMANDS = `
  select c.id::text as id, s.code, c.state, c.state_reason, extract(epoch from clock_timestamp() - c.ended_at)::float8 as rested_s
  from command c join site s on s.id = c.site_id where c.batch_id = $1::uuid order by c.seq`;
// What a flag, a shelf or another alarm explains is not news.
const NEW_ALARMS = `
  select distinct s.code from command_batch b
  cross join lateral jsonb_array_elements(b.waves) wave cross join lateral jsonb_array_elements_text(wave) code
  join site s on s.code = code join alarm a on a.site_id = s.id
  where b.id = $1::uuid and a.raised_at > b.created_at and a.state not in ('suppressed', 'shelved', 'out_of_service')`;
const TAKE_BACK = `
  with moved as (
    update command c set state = 'cancelled', state_reason = 'batch-stopped', ended_at = clock_timestamp(), evidence = null
    from command_batch b where b.id = c.batch_id and b.state = 'stopped' and c.state = 'queued'
    returning c.*, coalesce(b.stopped_by, '${SYSTEM}') as stopped_by
  ), ${told("stopped_by")} ${SELECT_MOVED}`;

/** Under which key the ledger has the command of a site. People's keys have no spaces. */
export function batchKey(batchId: string, siteId: string): string {
  return `batch ${batchId} ${siteId}`;
}

/** @param tally told of each command that is taken back here */
export function createCommandBatches(database: CommandDatabase, tally?: CommandTally): CommandBatches {
  const one = async (text: string, values: readonly unknown[]) => {
    const [row] = await database.query(text, values);
    return row ? batchFrom(row) : null;
  };
  return {
    create({ kind, args, waves, pauseS, reason, requestedBy, confirmation, expiresInS }) {
      const [argsText, wavesText] = [JSON.stringify(args), JSON.stringify(waves)];
      return one(CREATE, [kind, argsText, wavesText, pauseS, reason, requestedBy, confirmation, expiresInS]);
    },
    find: (id) => one(FIND, [id]),
    list: (siteIds, page) => readPage(database, { list: LIST, count: COUNT, filter: [siteIds] }, page, batchFrom),
    running: async () => (await database.query(RUNNING)).map(batchFrom),
    async progressOf({ id }) {
      const rows = await database.query(COMMANDS, [id]);
      const alarms = await database.query(NEW_ALARMS, [id]);
      const items = rows.map(itemFrom);
      const rested = rows.flatMap((row) => (row["rested_s"] === null ? [] : [Number(row["rested_s"])]));
      return {
        items,
        commands: new Map(items.map(({ siteId, state }) => [siteId, state])),
        newAlarms: new Set(alarms.map((row) => String(row["code"]))),
        restedS: rested.length === 0 ? null : Math.min(...rested),
      };
    },
    stop: (id, by, because) => one(END, [id, "stopped", JSON.stringify(because), by]),
    finish: (id) => one(END, [id, "done", "[]", null]),
    async takeBack() {
      const taken = (await database.query(TAKE_BACK)).map(commandFrom);
      tally?.add("cancelled", taken.length);
      return taken;
    },
  };
}

function itemFrom(row: Record<string, unknown>): BatchedCommand {
  return {
    siteId: String(row["code"]),
    commandId: String(row["id"]),
    state: row["state"] as CommandState,
    stateReason: textOf(row["state_reason"]),
  };
}

function batchFrom(row: Record<string, unknown>): CommandBatch {
  return {
    id: String(row["id"]),
    kind: String(row["kind"]),
    args: row["args"] as CommandArgs,
    waves: row["waves"] as string[][],
    pauseS: Number(row["pause_s"]),
    reason: textOf(row["reason"]),
    requestedBy: String(row["requested_by"]),
    expiresInS: Number(row["expires_in_s"]),
    state: row["state"] as CommandBatch["state"],
    because: row["because"] as BulkStop[],
    stoppedBy: textOf(row["stopped_by"]),
    createdAt: timeOf(row["created_at"]) ?? "",
    endedAt: timeOf(row["ended_at"]),
  };
}
