import type { Journal } from "./journal.ts";

/** The journal of a process that collects nothing: always empty, and nothing is to be put into it. */
export function createNoJournal(): Journal {
  return {
    append: async () => null,
    acknowledge: () => undefined,
    release: () => undefined,
    hold: () => undefined,
    quarantine: () => undefined,
    isReplayed: () => false,
    hasBacklog: () => false,
    pending: () => [],
    countOnTheWay: () => 0,
    countHeld: () => 0,
    acknowledged: () => [],
    reopen: () => undefined,
    purgeAcknowledged: () => 0,
    quarantined: () => [],
    retryQuarantined: () => 0,
    gaps: () => [],
    stats: () => ({
      rows: 0,
      bytes: 0,
      capBytes: 1,
      oldestSlot: null,
      quarantined: 0,
      dropped: 0,
      isWritable: true,
    }),
    close: () => undefined,
  };
}
