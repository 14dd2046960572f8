import type { RoundReport } from "../../domain/collection/round-report.ts";
import type { RejectedReply } from "../../domain/telemetry/controller-reply.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";

/** State of the writer, for the node's status, `/readyz` and metrics. */
export type WriterStats = {
  readonly written: number;
  /** Rows that were there already (replays): acknowledged, not stored again. */
  readonly duplicates: number;
  readonly quarantined: number;
  readonly queued: number;
  /** Seconds from slot to commit of the newest committed batch; grows while nothing commits. */
  readonly lagS: number;
  readonly state: "writing" | "behind" | "waiting_for_database";
  /** SQLSTATE or network word of the last failure; null after a success. */
  readonly lastError: string | null;
};

/** Stores snapshots in batches and acknowledges their journal entries after the commit. */
export interface SnapshotWriter {
  /** @param journalId null when the journal could not keep the reply */
  write(snapshot: Snapshot, journalId: number | null): void;
  /** Keeps a rejected reply in `raw_payload`, then acknowledges its entry. */
  writeRejected(rejected: RejectedReply, journalId: number | null, body: Uint8Array | null): void;
  writeRound(report: RoundReport): void;
  stats(): WriterStats;
  /** Ends after what is under way is settled; the rest stays in the journal. */
  close(): Promise<void>;
}
