import type { WorkSignal } from "../../domain/work-signal.ts";

export type WorkLooks = {
  /** Looks now, unless a look is under way. */
  lookOnce(): void;
  /** No look is begun any more. Resolves when the one under way has ended. */
  stop(): Promise<void>;
};

/**
 * Looks whenever there may be work, one look at a time. What fails is tried again when it is told of the next time: whatever
 * waits stands in the database.
 */
export function lookForWork(
  work: WorkSignal,
  look: () => Promise<void>,
  onFailed: (error: unknown) => void,
): WorkLooks {
  let looking: Promise<void> | null = null;

  function lookOnce(): void {
    looking ??= look()
      .catch(onFailed)
      .finally(() => {
        looking = null;
      });
  }

  const stopWork = work.onWork(lookOnce);
  return {
    lookOnce,
    async stop() {
      stopWork();
      await looking;
    },
  };
}
