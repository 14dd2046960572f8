import type { Ticket } from "../../../domain/video/ticket.ts";
import { ownText } from "../own-text.ts";
import type { SessionRightsBook, Standing } from "./session-rights.ts";
import type { Viewers, Watching } from "./viewers.ts";

/**
 * Who has been let in to watch a stream. Nearly every request comes from one of them, and is let in by one look-up and what
 * may have changed since: the time, the session's rights, the limits of viewers.
 */
export interface Admissions {
  /**
   * Counts a request.
   *
   * @param holder what it shows: a ticket, or all of its cookies
   * @returns null when it has to be judged at length
   */
  find(streamId: string, holder: string): Watching | null;
  /** @param ticket that was right for this stream, or for every one */
  keep(streamId: string, holder: string, ticket: Ticket, watching: Watching): void;
}

type Admission = { readonly expiresAtMs: number; readonly standing: Standing; readonly watching: Watching };

/** A wall of one session has 81. Beyond it all begin anew [J]. */
const MOST = 20_000;
/** Cookies of other programs on this host may be long. */
const MOST_CHARS = 1_024;

/** @param clock milliseconds that go forward @param wallClock milliseconds since the Unix epoch */
export function createAdmissions(
  rights: SessionRightsBook,
  viewers: Viewers,
  clock: () => number,
  wallClock: () => number,
): Admissions {
  /** By what was shown, and by stream. */
  const holders = new Map<string, Map<string, Admission>>();
  let count = 0;

  return {
    find(streamId, holder) {
      const found = holders.get(holder)?.get(streamId);
      if (found === undefined || found.expiresAtMs <= wallClock()) return null;
      const nowMs = clock();
      return found.standing.mayWatch(streamId, nowMs) && viewers.isStill(found.watching, nowMs) ? found.watching : null;
    },
    keep(streamId, holder, { sessionId, expiresAtS }, watching) {
      if (holder.length > MOST_CHARS) return;
      if (count >= MOST) {
        holders.clear();
        count = 0;
      }
      const key = ownText(holder);
      const streams = holders.get(key) ?? new Map<string, Admission>();
      if (!streams.has(streamId)) count += 1;
      holders.set(
        key,
        streams.set(ownText(streamId), {
          expiresAtMs: expiresAtS * 1000,
          standing: rights.standingOf(sessionId),
          watching,
        }),
      );
    },
  };
}
