import type { PlatformFacts, RoundFact } from "../../domain/alarms/self-watch/platform-facts.ts";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import type { Log } from "../../domain/log.ts";
import { seldom } from "../../domain/seldom.ts";
import type { Site } from "../../domain/sites/site.ts";

/** Where the platform's facts about itself come from. `storedSlot` and `recordingStoppedSince` ask the database, and nothing waits for them. */
export type PlatformSources = {
  readonly liveState: { rounds(): readonly RoundReport[] };
  readonly inventory: { all(): readonly Site[] };
  readonly alarms: {
    judgedMs(): number | null;
    rules(): readonly unknown[];
    holdersWithoutRules(): readonly string[];
  };
  /** Null in a process that stores nothing. */
  readonly writer: { stats(): { readonly lagS: number } } | null;
  /** Null in a process that collects nothing. */
  readonly journal: {
    stats(): { readonly bytes: number; readonly capBytes: number; readonly isWritable: boolean };
  } | null;
  /** Slot of the newest stored round, ms since the epoch; null: there is none. Rejects while the database is away. */
  storedSlot(): Promise<number | null>;
  /** Since when video is not recorded that is to be, ms since the epoch; null: it is. Rejects while the database is away. */
  recordingStoppedSince(): Promise<number | null>;
  failingChannels(): readonly string[];
  heartbeatFailingSinceMs(): number | null;
  /** Default polling interval, seconds. */
  readonly pollIntervalS: number;
};

const ROUNDS_SEEN = 5;
const COMPLAIN_EVERY_MS = 600_000;

/** Collects the facts of a moment. What the database says is of the last time that it answered. */
export type PlatformLook = {
  facts(atMs: number): PlatformFacts;
  /** Asks the database; meanwhile and after a failure the last answer stands. */
  refresh(): Promise<void>;
};

/** @param sinceMs start of the process, ms since the epoch */
export function createPlatformLook(sources: PlatformSources, sinceMs: number, log: Log): PlatformLook {
  const intervalMs = sources.pollIntervalS * 1000;
  let storedMs: number | null = null;
  let recordingStoppedSinceMs: number | null = null;
  let isAsking = false;
  const mayComplain = seldom(COMPLAIN_EVERY_MS, () => performance.now());

  /** Of this process' own writer, and of what the database shows of everybody's. */
  function writeLagS(rounds: readonly RoundFact[]): number | null {
    const own = sources.writer?.stats().lagS ?? null;
    const newest = rounds[0]?.slotMs;
    const ofAll = storedMs === null || newest === undefined ? null : Math.max(0, newest - storedMs - intervalMs) / 1000;
    return own === null ? ofAll : Math.max(own, ofAll ?? 0);
  }

  return {
    facts(atMs) {
      const { inventory, alarms, liveState, journal } = sources;
      const rounds = wholeRounds(liveState.rounds(), intervalMs);
      const stats = journal?.stats();
      return {
        atMs,
        intervalMs,
        sinceMs,
        rounds,
        sitesExpected: inventory.all().filter((site) => isInEveryRound(site, sources.pollIntervalS)).length,
        judgedMs: alarms.judgedMs(),
        rulesJudged: alarms.rules().length,
        holdersWithoutRules: alarms.holdersWithoutRules(),
        writeLagS: writeLagS(rounds),
        journalShare: stats === undefined ? null : stats.isWritable ? stats.bytes / stats.capBytes : 1,
        failingChannels: sources.failingChannels(),
        heartbeatFailingSinceMs: sources.heartbeatFailingSinceMs(),
        recordingStoppedSinceMs,
      };
    },
    async refresh() {
      if (isAsking) return;
      isAsking = true;
      try {
        storedMs = (await sources.storedSlot()) ?? storedMs;
        recordingStoppedSinceMs = await sources.recordingStoppedSince();
      } catch (error) {
        if (mayComplain())
          log.warn({ reason: String(error) }, "self-watch cannot ask the database: its last answer stands");
      } finally {
        isAsking = false;
      }
    },
  };
}

/** Extra polls of sites that somebody watches lie between the slots of the platform's own interval. */
function wholeRounds(rounds: readonly RoundReport[], intervalMs: number): readonly RoundFact[] {
  const whole: RoundFact[] = [];
  for (const { slot, durationMs, sites, ok, skipped } of rounds) {
    const slotMs = Date.parse(slot);
    if (slotMs % intervalMs === 0) whole.push({ slotMs, durationMs, sites, ok, skipped });
    if (whole.length === ROUNDS_SEEN) break;
  }
  return whole;
}

function isInEveryRound({ enabled, intervalS }: Site, pollIntervalS: number): boolean {
  return enabled && (intervalS === null || pollIntervalS % intervalS === 0);
}
