import type { RoundReport } from "../../domain/collection/round-report.ts";
import type { Log } from "../../domain/log.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { LiveState } from "./live-state.ts";

const LOOK_MS = 5_000;
/** A large fleet is read from the database less often: reading it takes time from everything else. */
const SITES_PER_S = 1_000;

export type LiveFeedOptions = {
  readonly liveState: Pick<LiveState, "apply" | "applyRound" | "all">;
  /** False while other processes collect, and what they say does not come here. */
  isHearing(): boolean;
  /** The latest state that other processes keep where it is quick to read; rejects when it is away. */
  readLatest(): Promise<readonly Snapshot[]>;
  /** The same from the database, with the newest rounds; rejects when it is away. */
  readStored(): Promise<{ readonly snapshots: readonly Snapshot[]; readonly rounds: readonly RoundReport[] }>;
  readonly log: Log;
  readonly lookMs?: number;
};

/** Keeps the screens of a process up to date with what other processes collect, whatever of the ways to them is open. */
export interface LiveFeed {
  /** Messages were missed: reads the latest state anew. */
  refill(): void;
  close(): void;
}

export function startLiveFeed(options: LiveFeedOptions): LiveFeed {
  const { liveState, isHearing, log, lookMs = LOOK_MS } = options;
  let isClosed = false;
  let isDeaf = false;
  let timer: NodeJS.Timeout | undefined;

  function take(snapshots: readonly Snapshot[]): void {
    if (isClosed) return;
    for (const snapshot of snapshots) liveState.apply(snapshot);
  }

  async function look(): Promise<void> {
    setDeaf(!isHearing());
    if (!isDeaf) return;
    const { snapshots, rounds } = await options.readStored();
    take(snapshots);
    if (isClosed) return;
    for (const report of [...rounds].reverse()) liveState.applyRound(report);
  }

  function setDeaf(next: boolean): void {
    if (isDeaf === next) return;
    isDeaf = next;
    if (next) log.warn({}, "the live messages of the collectors do not come: the screens follow the database");
    else log.info({}, "the live messages of the collectors come again");
  }

  /** A database that is away too leaves the screens as they are: they show their age. */
  function lookLater(): void {
    if (isClosed) return;
    const waitMs = Math.max(lookMs, (liveState.all().size / SITES_PER_S) * 1000);
    timer = setTimeout(() => void look().then(lookLater, lookLater), waitMs).unref();
  }

  lookLater();
  return {
    refill() {
      options.readLatest().then(take, (error) => {
        log.warn({ reason: String(error) }, "the latest state could not be read; it fills with the next round");
      });
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
