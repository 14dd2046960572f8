import type { RoundReport } from "../../domain/collection/round-report.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { LiveState } from "./live-state.ts";

const COALESCE_MS = 250;
const ROUNDS_KEPT = 1440;

/** A copy of the latest state for other programs, such as a Redis hash. Disposable: it may lag, fail and be emptied. */
export type LatestMirror = {
  /** Takes over what moved. Never throws and never waits. */
  write(moved: readonly Snapshot[], removed: readonly string[]): void;
  /** A round has ended: the moment to look whether the copy is whole, and to make it so. */
  heal(all: ReadonlyMap<string, Snapshot>): void;
};

export type LiveStateOptions = {
  readonly inventory: { get(siteId: string): unknown; onChange(listener: () => void): () => void };
  /** The newest stored snapshot of each site, and the newest rounds, so that a restart shows the plant at once. */
  readonly snapshots?: readonly Snapshot[];
  readonly rounds?: readonly RoundReport[];
  readonly mirror?: LatestMirror | null;
  readonly coalesceMs?: number;
};

/** Keeps the newest snapshot of every site of the inventory in memory; a site that leaves the inventory leaves here too. */
export function createLiveState(options: LiveStateOptions): LiveState {
  const { inventory, mirror = null, coalesceMs = COALESCE_MS } = options;
  const latest = new Map<string, Snapshot>();
  const listeners = new Set<Parameters<LiveState["onChange"]>[0]>();
  let rounds: RoundReport[] = [...(options.rounds ?? [])]
    .sort((a, b) => Date.parse(b.slot) - Date.parse(a.slot))
    .slice(0, ROUNDS_KEPT);
  let moved = new Set<string>();
  let ended: RoundReport[] = [];
  let timer: NodeJS.Timeout | null = null;

  for (const snapshot of options.snapshots ?? []) keep(snapshot);

  function keep(snapshot: Snapshot): boolean {
    const { siteId, slot } = snapshot;
    const before = latest.get(siteId);
    if (before && Date.parse(before.slot) >= Date.parse(slot)) return false;
    if (inventory.get(siteId) === undefined) return false;
    latest.set(siteId, snapshot);
    return true;
  }

  function flushSoon(): void {
    timer ??= setTimeout(flush, coalesceMs);
  }

  function flush(): void {
    timer = null;
    const change = { siteIds: [...moved], rounds: ended };
    moved = new Set();
    ended = [];
    mirror?.write(
      change.siteIds.flatMap((siteId) => latest.get(siteId) ?? []),
      change.siteIds.filter((siteId) => !latest.has(siteId)),
    );
    if (change.rounds.length > 0) mirror?.heal(latest);
    for (const listener of [...listeners]) listener(change);
  }

  const stopWatching = inventory.onChange(() => {
    for (const siteId of [...latest.keys()]) {
      if (inventory.get(siteId) !== undefined) continue;
      latest.delete(siteId);
      moved.add(siteId);
    }
    if (moved.size > 0) flushSoon();
  });

  return {
    apply(snapshot) {
      if (!keep(snapshot)) return false;
      moved.add(snapshot.siteId);
      flushSoon();
      return true;
    },
    applyRound(report) {
      rounds = withRound(rounds, report).slice(0, ROUNDS_KEPT);
      ended = [...ended.filter(({ slot }) => slot !== report.slot), report];
      flushSoon();
    },
    get: (siteId) => latest.get(siteId),
    all: () => latest,
    rounds: () => rounds,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      stopWatching();
      listeners.clear();
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}

/** In order of slot, newest first; a report takes the place of the one that its slot has. */
function withRound(rounds: readonly RoundReport[], report: RoundReport): RoundReport[] {
  const atMs = Date.parse(report.slot);
  const others = rounds[0] === undefined || Date.parse(rounds[0].slot) < atMs ? rounds : without(rounds, report.slot);
  const place = others.findIndex(({ slot }) => Date.parse(slot) < atMs);
  return place < 0 ? [...others, report] : [...others.slice(0, place), report, ...others.slice(place)];
}

function without(rounds: readonly RoundReport[], unwanted: string): RoundReport[] {
  return rounds.filter(({ slot }) => slot !== unwanted);
}
