import type { TicketScope } from "../../../domain/video/ticket.ts";
import { VideoError } from "../../../domain/video/video-cause.ts";
import type { SessionRights } from "../gateway-protocol.ts";

/** Which session may see which stream, as the platform says it; asked again every few seconds while somebody watches. */
export interface SessionRightsBook {
  /**
   * Passes when the session may; at once when it is known, otherwise when the platform has answered.
   *
   * @throws {VideoError} `not_allowed`, `unknown_stream` (also for one that is not theirs to see), `gateway_unavailable`
   */
  require(sessionId: string, streamId: string, scope: TicketScope): void | Promise<void>;
  /** What is known of a session, for who asks often. @throws {VideoError} `too_many_sessions` */
  standingOf(sessionId: string): Standing;
  take(rights: readonly SessionRights[]): void;
  close(): void;
}

export interface Standing {
  /** Whether it is known at this moment that the session may; otherwise `require` says what is so. */
  mayWatch(streamId: string, nowMs: number): boolean;
}

export type RightsOptions = {
  readonly ask: (sessionIds: readonly string[]) => void;
  /** Milliseconds that go forward. */
  readonly clock: () => number;
};

/** With the answer's own way well within the 10 s that a revocation may take. */
const ASK_EVERY_MS = 3_000;
const FRESH_MS = 7_000;
const ANSWER_MS = 2_000;
/** Of a session that shows nothing any more. */
const FORGET_MS = 60_000;
/** While the platform cannot ask its database the last word stands as long as a ticket may last. */
const STANDS_MS = 300_000;
const MOST_SESSIONS = 20_000;

type Rights = { readonly live: Allowed; readonly record: Allowed };
type Allowed = ReadonlySet<string> | "all" | null;

class Known implements Standing {
  rights: Rights | null = null;
  answeredAtMs = Number.NEGATIVE_INFINITY;
  usedAtMs: number;
  readonly waiting = new Set<() => void>();

  constructor(nowMs: number) {
    this.usedAtMs = nowMs;
  }

  mayWatch(streamId: string, nowMs: number): boolean {
    const live = this.rights?.live ?? null;
    if (live === null || nowMs - this.answeredAtMs > FRESH_MS) return false;
    this.usedAtMs = nowMs;
    return live === "all" || live.has(streamId);
  }
}

export function createSessionRights({ ask, clock }: RightsOptions): SessionRightsBook {
  const known = new Map<string, Known>();

  function entryOf(sessionId: string): Known {
    const found = known.get(sessionId);
    if (found) return found;
    if (known.size >= MOST_SESSIONS) throw new VideoError("too_many_sessions", "too many sessions");
    const entry = new Known(clock());
    known.set(sessionId, entry);
    return entry;
  }

  function judge(entry: Known, streamId: string, scope: TicketScope): void {
    const allowed = entry.rights?.[scope] ?? null;
    if (allowed === null) throw new VideoError("not_allowed", "the session may not see video");
    if (allowed !== "all" && !allowed.has(streamId)) throw new VideoError("unknown_stream", "there is no such stream");
  }

  async function askAndJudge(sessionId: string, entry: Known, streamId: string, scope: TicketScope): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ANSWER_MS);
    entry.waiting.add(resolve);
    ask([sessionId]);
    await promise;
    clearTimeout(timer);
    entry.waiting.delete(resolve);
    if (clock() - entry.answeredAtMs > STANDS_MS)
      throw new VideoError("gateway_unavailable", "nobody can say now what the session may see");
    judge(entry, streamId, scope);
  }

  /** It hears of nothing any more: nobody may go by it. */
  function forget(id: string, entry: Known): void {
    entry.rights = null;
    known.delete(id);
  }

  const timer = setInterval(() => {
    const nowMs = clock();
    for (const [id, entry] of known) if (nowMs - entry.usedAtMs > FORGET_MS) forget(id, entry);
    if (known.size > 0) ask([...known.keys()]);
  }, ASK_EVERY_MS);
  timer.unref();

  return {
    require(sessionId, streamId, scope) {
      const entry = entryOf(sessionId);
      const nowMs = clock();
      entry.usedAtMs = nowMs;
      if (nowMs - entry.answeredAtMs <= FRESH_MS) return judge(entry, streamId, scope);
      return askAndJudge(sessionId, entry, streamId, scope);
    },
    standingOf: entryOf,
    take(rights) {
      for (const { sessionId, live, record } of rights) {
        const entry = known.get(sessionId);
        if (!entry) continue;
        entry.rights = { live: allowedOf(live), record: allowedOf(record) };
        entry.answeredAtMs = clock();
        for (const resolve of [...entry.waiting]) resolve();
      }
    },
    close: () => clearInterval(timer),
  };
}

function allowedOf(streams: readonly string[] | "all" | null): Allowed {
  return Array.isArray(streams) ? new Set(streams) : (streams as "all" | null);
}
