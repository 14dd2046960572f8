import type { Database } from "./adapters/database/database.ts";
import { readRounds } from "./adapters/database/round-repository.ts";
import { startHeartbeat } from "./adapters/self-watch/heartbeat.ts";
import { createPlatformLook, type PlatformSources } from "./adapters/self-watch/platform-look.ts";
import { createSelfWatch, type SelfWatch } from "./adapters/self-watch/self-watch.ts";
import { readStoppedSince } from "./adapters/video/recording-settings.ts";
import type { AddressGuard } from "./adapters/webhooks/address-guard.ts";
import { sendOnce } from "./adapters/webhooks/send-once.ts";
import type { Log } from "./domain/log.ts";

/** A whole round is stored as soon as it has ended: none lies further ahead than this. */
const AHEAD_MS = 3_600_000;

export type SelfWatchServiceOptions = Omit<
  PlatformSources,
  "storedSlot" | "recordingStoppedSince" | "heartbeatFailingSinceMs"
> & {
  readonly database: Database;
  readonly reign: () => number | null;
  /** An outside address that is called while all is well; null: none. */
  readonly heartbeat: { readonly url: string; readonly intervalS: number } | null;
  readonly guard: AddressGuard;
  readonly log: Log;
};

/** The platform's watch over itself, and its heartbeat to an outside address. */
export function startSelfWatch(options: SelfWatchServiceOptions): SelfWatch {
  const { database, reign, heartbeat, guard, log } = options;
  const sources: PlatformSources = {
    ...options,
    async storedSlot() {
      const [newest] = await readRounds(database, new Date(Date.now() + AHEAD_MS).toISOString(), 1);
      return newest === undefined ? null : Date.parse(newest.slot);
    },
    recordingStoppedSince: () => readStoppedSince(database),
    heartbeatFailingSinceMs: () => beats?.failingSinceMs() ?? null,
  };
  const look = createPlatformLook(sources, Date.now(), log);
  const watch = createSelfWatch({ look, reign, clock: Date.now, log });
  const beats =
    heartbeat &&
    startHeartbeat({
      intervalS: heartbeat.intervalS,
      beat: (signal) => sendOnce({ url: heartbeat.url, headers: {}, body: "" }, { guard, signal }),
      isWell: watch.isWell,
      clock: Date.now,
      log,
    });
  return {
    ...watch,
    stop() {
      beats?.stop();
      watch.stop();
    },
  };
}
