import type { RoundReport } from "../../domain/collection/round-report.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";

/** The newest snapshot of each site, and the newest rounds. Moves only forward in `slot`. */
export interface LiveState {
  /** @returns false when the site has a snapshot of this or a later slot already, or is not in the inventory */
  apply(snapshot: Snapshot): boolean;
  /** Takes the place of what was known of the same slot. */
  applyRound(report: RoundReport): void;
  get(siteId: string): Snapshot | undefined;
  all(): ReadonlyMap<string, Snapshot>;
  /** Newest first. */
  rounds(): readonly RoundReport[];
  /** Called at most once per 250 ms with the sites whose snapshot moved, and whether a round ended. @returns unsubscribe */
  onChange(listener: (change: LiveChange) => void): () => void;
  close(): Promise<void>;
}
export type LiveChange = { readonly siteIds: readonly string[]; readonly rounds: readonly RoundReport[] };
