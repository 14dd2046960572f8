/**
 * Tells a part of the platform that there may be work for it, so that it need not ask all the time. What it is told may
 * turn out to be nothing; work that it is not told of waits a second, and half a minute at the very most.
 */
export interface WorkSignal {
  /** @returns unsubscribe */
  onWork(listener: () => void): () => void;
}
