import { globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onDatabase } from "../services/on-database.ts";
import { compare, readLedger, readRows } from "./witness.ts";
import { withWitnessedPlatform } from "./witnessed-platform.ts";

export type ClockStepsResult = {
  readonly steps: readonly number[];
  /** How far the platform's stamps moved when its clock was put forward, seconds: the fault bites when it is the step. */
  readonly biteS: number;
  /** Among them are the readings of times that came twice: a site and a slot have one row, the first. */
  readonly lost: number;
  /** Most readings that came at a time which was there already: the rounds of such times, of all sites. */
  readonly repeated: number;
  readonly duplicated: number;
  readonly arrived: number;
  /** Longest pause between two state requests to one site by the simulator's own clock, in intervals. */
  readonly worstPollGapIntervals: number;
  /**
   * Most state requests to one site within a quarter of an interval by the simulator's own clock; 1 = none was doubled. A
   * step that is no whole number of intervals moves the slots, so that two rounds may lie half an interval apart.
   */
  readonly mostPollsAtOnce: number;
};

const INTERVAL_S = 2;
const EACH_STEP_S = 14;

/** The library that fakes the clock of one process; null where the Debian package `libfaketime` is not installed. */
export function findFakeTime(): string | null {
  return globSync("/usr/lib/*/faketime/libfaketime.so.1")[0] ?? null;
}

/**
 * Steps the wall clock of the platform, and of it alone, while it polls every 2 s (trust.md F6). The monotonic clock runs
 * on, as it does when a time server steps a machine's clock.
 *
 * @param steps offsets from the true time in seconds, one after the other
 */
export async function runClockSteps(
  library: string,
  sites: number,
  steps: readonly number[],
): Promise<ClockStepsResult> {
  const folder = mkdtempSync(path.join(tmpdir(), "antbox-clock-"));
  const file = path.join(folder, "offset");
  writeFileSync(file, "+0");
  const environment = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
  const parts = { sites, intervalS: INTERVAL_S, environment };
  return withWitnessedPlatform(parts, async ({ database, fleet, platform }) => {
    const slots = createSlotCount();
    slots.pass(0);
    await sleep(EACH_STEP_S * 1000);
    const fromMs = Date.now();
    let biteS = 0;
    for (const offsetS of steps) {
      slots.pass(offsetS);
      writeFileSync(file, `${offsetS < 0 ? "" : "+"}${offsetS}`);
      await sleep(EACH_STEP_S * 1000);
      biteS = Math.max(biteS, await newestSlotAheadS(database.url));
    }
    slots.pass(0);
    writeFileSync(file, "+0");
    const toMs = Date.now();
    await sleep(EACH_STEP_S * 1000);
    await platform.stop();
    const ledger = await readLedger(fleet.controlUrl);
    const { lost, duplicated, arrived } = compare(ledger, await readRows(database.url));
    const during = ledger.filter(({ at }) => at >= fromMs && at <= toMs);
    return { steps, biteS, lost, repeated: slots.repeated() * sites, duplicated, arrived, ...pollFigures(during) };
  }).finally(() => rmSync(folder, { recursive: true, force: true }));
}

/** Counts the slots that the stepped clock passes more than once. */
function createSlotCount() {
  const passed = new Set<number>();
  let repeated = 0;
  return {
    /** The clock is this far from the true time for the length of a step, from now on. */
    pass(offsetS: number): void {
      const fromS = Date.now() / 1000 + offsetS;
      const first = Math.floor(fromS / INTERVAL_S);
      const last = Math.floor((fromS + EACH_STEP_S) / INTERVAL_S);
      const own = Array.from({ length: last - first + 1 }, (_, index) => first + index);
      repeated += own.filter((slot) => passed.has(slot)).length;
      for (const slot of own) passed.add(slot);
    },
    repeated: () => repeated,
  };
}

async function newestSlotAheadS(url: string): Promise<number> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ s: string | null }>(
      "select extract(epoch from max(collected_at) - now()) as s from sample",
    );
    return Number(rows[0]?.s ?? 0);
  });
}

function pollFigures(states: readonly { siteId: string; at: number }[]) {
  const bySite = Map.groupBy(states, ({ siteId }) => siteId);
  let worstGapMs = 0;
  let mostPollsAtOnce = 0;
  for (const polls of bySite.values()) {
    const times = polls.map(({ at }) => at).sort((a, b) => a - b);
    times.forEach((at, i) => {
      worstGapMs = Math.max(worstGapMs, at - (times[i - 1] ?? at));
      const near = times.filter((other) => other >= at && other < at + INTERVAL_S * 250).length;
      mostPollsAtOnce = Math.max(mostPollsAtOnce, near);
    });
  }
  return { worstPollGapIntervals: worstGapMs / (INTERVAL_S * 1000), mostPollsAtOnce };
}
