import type { Platform } from "../_shared/platform.ts";

/** What the editor's form shows: states and counts, no address and no secret. */
export type PlatformDescription =
  | { readonly isStarted: false }
  | {
      readonly isStarted: true;
      readonly pollIntervalS: number;
      readonly sites: number;
      readonly database: string;
      readonly writer: string;
      readonly journalRows: number;
      readonly isJournalWritable: boolean;
      readonly liveSites: number;
    };

export function describePlatform(platform: Platform | undefined): PlatformDescription {
  if (!platform) return { isStarted: false };
  const { kind, serverVersion, timescale } = platform.database.engine;
  const journal = platform.journal.stats();
  return {
    isStarted: true,
    pollIntervalS: platform.pollIntervalS,
    sites: platform.inventory.all().length,
    database: `${kind} ${Math.floor(serverVersion / 10_000)}${timescale === "none" ? "" : ` + TimescaleDB (${timescale})`}`,
    writer: platform.writer.stats().state,
    journalRows: journal.rows,
    isJournalWritable: journal.isWritable,
    liveSites: platform.liveState.all().size,
  };
}
