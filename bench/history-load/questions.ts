import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../adapters/database/database.ts";
import { answerHistory } from "../../adapters/database/history/answer-history.ts";
import { createHistoryStore, type HistoryStore } from "../../adapters/database/history/create-history-store.ts";
import { defaultRetention } from "../../adapters/database/retention.ts";
import { createLiveState } from "../../adapters/live/create-live-state.ts";
import { createLatestState, type LatestSources } from "../../api/latest-state.ts";
import { isoOf } from "../../domain/iso-of.ts";
import type { PointName } from "../../domain/points/catalogue.ts";
import type { Site } from "../../domain/sites/site.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { DAY_MS, type Load } from "./fill.ts";
import { narrowBuckets, narrowFleet, narrowSite } from "./narrow.ts";

export const FOUR: readonly PointName[] = ["supply_temp_c", "return_temp_c", "supply_pressure_kpa", "total_power_kw"];
export const TEN: readonly PointName[] = [
  ...FOUR,
  "supply_flow_m3h",
  "circulation_pump_running",
  "container_temp_c",
  "ambient_temp_c",
  "box1_power_kw",
  "box1_energy_kwh",
];

/** `ask(n)`: the n-th time, with another site or day than before. `goalMs`: of p95; null = no goal. */
export type Question = {
  readonly name: string;
  readonly goalMs: number | null;
  /** What is done before each time, and not counted. */
  prepare?(): Promise<void>;
  ask(n: number): Promise<unknown>;
};
export type Timing = { readonly p50Ms: number; readonly p95Ms: number };

/** The questions of the user interface, through the functions that the API calls; answers become JSON, as there. */
export function questionsFor(database: Database, load: Load): Question[] {
  const store = createHistoryStore({
    database,
    numberOf: (id) => Number(id.slice("site-".length)),
    retention: () => defaultRetention(database.engine),
  });
  const ids = Array.from({ length: load.sites }, (_, index) => siteId(index + 1));
  const dayEnd = (n: number) => load.endMs - (n % Math.max(1, load.days - 1)) * DAY_MS;
  const range = { level: "5m", nowMs: load.endMs } as const;
  return [
    {
      name: "1 site × 24 h raw × 4 points",
      goalMs: 30,
      ask: (n) => askSite(store, load, n, FOUR, dayEnd(n), 1, "raw"),
    },
    {
      name: `10 points × ${load.days} d, auto`,
      goalMs: 100,
      ask: (n) => askSite(store, load, n, TEN, load.endMs, load.days, "auto"),
    },
    {
      name: `heat map: ${load.sites} sites × 24 h by 5 min`,
      goalMs: 60,
      ask: async (n) =>
        JSON.stringify(
          await store.fleet(ids, FOUR[n % 4] ?? "supply_temp_c", {
            ...range,
            fromMs: dayEnd(n) - DAY_MS,
            toMs: dayEnd(n),
            onlyAverages: true,
          }),
        ),
    },
    {
      name: "50 sisters × 24 h × 3 points",
      goalMs: null,
      ask: async (n) =>
        JSON.stringify(
          await store.sisters(ids.slice(0, 50), FOUR.slice(0, 3), {
            ...range,
            fromMs: dayEnd(n) - DAY_MS,
            toMs: dayEnd(n),
          }),
        ),
    },
    {
      name: "snapshot before a moment",
      goalMs: null,
      ask: (n) => store.before(siteId((n % load.sites) + 1), dayEnd(n) - 12_345_678),
    },
  ];
}

/** What the narrow layout has an answer to, over the days it holds; the same questions to ours beside it. */
export function narrowPairs(
  database: Database,
  load: Load,
  days: number,
): { readonly ours: Question; readonly narrow: Question }[] {
  const [raw, , fleet] = questionsFor(database, { ...load, days });
  if (!raw || !fleet) return [];
  const fromMs = load.endMs - days * DAY_MS;
  const store = createHistoryStore({
    database,
    numberOf: (id) => Number(id.slice("site-".length)),
    retention: () => defaultRetention(database.engine),
  });
  const byHour: Question = {
    name: `10 points × ${days} d by hour`,
    goalMs: null,
    ask: (n) => askSite(store, load, n, TEN, load.endMs, days, "1h"),
  };
  const site = (n: number) => (n % load.sites) + 1;
  const dayStart = (n: number) => load.endMs - ((n % days) + 1) * DAY_MS;
  const ask = (work: (n: number) => Promise<number>) => ({ name: "narrow", goalMs: null, ask: work });
  return [
    { ours: raw, narrow: ask((n) => narrowSite(database, site(n), FOUR, dayStart(n), dayStart(n) + DAY_MS)) },
    { ours: byHour, narrow: ask((n) => narrowBuckets(database, site(n), TEN, fromMs, load.endMs, 3600)) },
    {
      ours: fleet,
      narrow: ask((n) => narrowFleet(database, FOUR[n % 4] ?? "supply_temp_c", dayStart(n), dayStart(n) + DAY_MS, 300)),
    },
  ];
}

/**
 * The latest snapshots of all sites, as the API keeps them ready in bytes: asked again when nothing moved, and asked for the
 * first time after a round that moved every site.
 *
 * @param roundOf the snapshots of the n-th round
 */
export async function latestQuestions(
  roundOf: (n: number) => readonly Snapshot[],
): Promise<{ readonly questions: readonly Question[]; close(): Promise<void> }> {
  let slot = 0;
  const sites = roundOf(slot).map(({ siteId: id }) => ({ id }) as Site);
  const known = new Map(sites.map((site) => [site.id, site]));
  const inventory = { get: (id: string) => known.get(id), all: () => sites, onChange: () => () => undefined };
  const live = createLiveState({ inventory, coalesceMs: 0 });
  const sources = { inventory, liveState: live, collector: {}, config: {} } as unknown as LatestSources;
  const latest = createLatestState(sources, Date.now);

  async function applyRound(): Promise<void> {
    for (const snapshot of roundOf(slot)) live.apply(snapshot);
    slot += 1;
    // The next round is seconds away: what the API does by itself after this one is done by then.
    await sleep(50);
  }

  async function ask(): Promise<Buffer> {
    const { identity } = latest.snapshots(null, sites.length, undefined);
    if (identity.length < sites.length * 1000) throw new Error("the snapshots are not whole");
    return identity;
  }

  await applyRound();
  const name = `latest of ${sites.length} sites, from the live state`;
  return {
    questions: [
      { name: `${name}, once more`, goalMs: 5, ask },
      { name: `${name}, after a round`, goalMs: 5, prepare: applyRound, ask },
    ],
    async close() {
      latest.close();
      await live.close();
    },
  };
}

export async function measure({ ask, prepare }: Question, times: number): Promise<Timing> {
  for (let n = 0; n < 3; n += 1) await ask(n);
  const taken: number[] = [];
  for (let n = 0; n < times; n += 1) {
    await prepare?.();
    const start = performance.now();
    await ask(n);
    taken.push(performance.now() - start);
  }
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(taken.length * share))] ?? Number.NaN;
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}

async function askSite(
  store: HistoryStore,
  { sites, intervalS, endMs }: Load,
  n: number,
  points: readonly PointName[],
  toMs: number,
  days: number,
  step: "raw" | "auto" | "1h",
): Promise<string> {
  const question = { points, from: isoOf(toMs - days * DAY_MS), to: isoOf(toMs), step };
  const history = await answerHistory(store, { id: siteId((n % sites) + 1), intervalS }, question, endMs);
  if (history.times.length === 0) throw new Error(`${points.length} points, ${step}: nothing was found`);
  return JSON.stringify(history);
}

export function siteId(number: number): string {
  return `site-${String(number).padStart(3, "0")}`;
}
