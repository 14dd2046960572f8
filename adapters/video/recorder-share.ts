/** Whether this process is the one that records: of several with a gateway one does. */
export interface RecorderShare {
  /**
   * True while it is, and while the database is away for one that was: then two may record for a time, and what both have
   * is played once. Nothing is lost for want of a database.
   */
  isOurs(): boolean;
  /** @returns unsubscribe */
  onChange(listener: () => void): () => void;
}

/** The lease of whoever records. */
export const RECORDER_LEASE = "recorder";

/**
 * So long the gateway may record after it was told so, milliseconds: a platform that is stopped or stuck cannot say that
 * another one has taken over. Together with the five seconds of a lease it is the longest that two may record.
 */
const TOLD_FOR_MS = 3_000;
export const TELL_SHARE_MS = 1_000;

/** Milliseconds of the machine's clock that goes forward; every process of a machine has the same. */
export function machineMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** Until when a gateway that is told so now may record, by `machineMs`. */
export function recordsUntilMs(): number {
  return machineMs() + TOLD_FOR_MS;
}
