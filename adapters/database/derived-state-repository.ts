import { newestSlotMs, type RememberedStates, SiteMemory, stateOf } from "../../domain/telemetry/derived-memory.ts";
import type { QualityMark } from "../../domain/telemetry/quality.ts";
import type { Database, Row } from "./database.ts";

const READ_STATES = `
  select site.code, derived_state.state from derived_state join site on site.id = derived_state.site_id
  where site.code = any($1::text[])`;

/** By site, so that each one's rows are found by the key. */
const READ_SINCE = `
  select site.code, s.* from unnest($1::text[], $2::timestamptz[]) as wanted (code, since)
  join site using (code)
  cross join lateral (
    select slot, makeup_pump_running, circulation_pump_running, circulation_pump_run_hours as hours,
      quality->>'makeup_pump_running' as makeup_mark, quality->>'circulation_pump_running' as circulation_mark
    from sample where site_id = site.id and slot > wanted.since) s
  order by site.code, s.slot`;

const SAVE = `
  insert into derived_state (site_id, slot, state)
  select site.id, input.slot, input.state::jsonb
  from unnest($1::text[], $2::timestamptz[], $3::text[]) as input (code, slot, state)
  join site using (code)
  on conflict (site_id) do update set slot = excluded.slot, state = excluded.state
  where excluded.slot >= derived_state.slot`;

/** What a site's memory was when it was saved. A state that cannot be read counts as none: it is rebuilt from samples. */
export async function readSavedMemories(
  database: Database,
  siteIds: readonly string[],
): Promise<ReadonlyMap<string, SiteMemory>> {
  const rows = await database.query(READ_STATES, [siteIds]);
  const memories = new Map<string, SiteMemory>();
  for (const { code, state } of rows) {
    const { success, data } = SiteMemory.safeParse(state);
    if (success) memories.set(String(code), data);
  }
  return memories;
}

/** One stored round of one site, as far as it is remembered. */
export type StoredRound = {
  readonly slotMs: number;
  readonly states: RememberedStates;
  /** The run hours that were stored with it; null = none. */
  readonly runHours: number | null;
};

/** @param since by site: rounds after this slot (ms since the epoch) @returns by site, oldest first */
export async function readRoundsSince(
  database: Database,
  since: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, readonly StoredRound[]>> {
  const slots = [...since.values()].map((ms) => new Date(ms).toISOString());
  const rows = await database.query(READ_SINCE, [[...since.keys()], slots], { timeoutMs: 30_000 });
  const rounds = new Map<string, StoredRound[]>();
  for (const row of rows) {
    const siteId = String(row["code"]);
    const known = rounds.get(siteId);
    if (known) known.push(roundFrom(row));
    else rounds.set(siteId, [roundFrom(row)]);
  }
  return rounds;
}

/** Saves memories; one that is older than what is saved already leaves it alone. */
export async function saveMemories(database: Database, memories: ReadonlyMap<string, SiteMemory>): Promise<void> {
  const entries = [...memories].flatMap(([siteId, memory]) => {
    const slotMs = newestSlotMs(memory);
    return slotMs === null ? [] : [{ siteId, slot: new Date(slotMs).toISOString(), state: JSON.stringify(memory) }];
  });
  if (entries.length === 0) return;
  await database.query(
    SAVE,
    [entries.map(({ siteId }) => siteId), entries.map(({ slot }) => slot), entries.map(({ state }) => state)],
    { lane: "ingest" },
  );
}

function roundFrom(row: Row): StoredRound {
  return {
    slotMs: (row["slot"] as Date).getTime(),
    states: {
      makeup_pump_running: stateOf(row["makeup_pump_running"], markFrom(row["makeup_mark"])),
      circulation_pump_running: stateOf(row["circulation_pump_running"], markFrom(row["circulation_mark"])),
    },
    runHours: typeof row["hours"] === "number" ? row["hours"] : null,
  };
}

function markFrom(text: unknown): QualityMark | undefined {
  return text === null ? undefined : (text as QualityMark);
}
