import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Database } from "./adapters/database/database.ts";
import type { Inventory } from "./adapters/inventory/inventory.ts";
import type { LeaseKeeper } from "./adapters/leases/lease-keeper.ts";
import type { Auth } from "./adapters/security/create-auth.ts";
import { deriveKey } from "./adapters/security/derive-key.ts";
import { THIS_MACHINE } from "./adapters/transport/connection-limit.ts";
import { controlGateway, type GatewayControl } from "./adapters/video/gateway-control.ts";
import type { GatewayStart } from "./adapters/video/gateway-protocol.ts";
import { createRecordingBook, type RecordingBook } from "./adapters/video/recording-book.ts";
import { type Marks, markMoment } from "./adapters/video/recording-marks.ts";
import { createSavedWalls, type SavedWalls } from "./adapters/video/saved-walls.ts";
import { createStreamBoard, type StreamBoard } from "./adapters/video/stream-board.ts";
import { createTickets, type Tickets, videoCookie } from "./adapters/video/tickets.ts";
import { createVideoWiring, type VideoWiring } from "./adapters/video/video-wiring.ts";
import type { WorkWatch } from "./adapters/work-watch/create-work-watch.ts";
import { profileOf } from "./collection-services.ts";
import type { Config } from "./config.ts";
import type { Log } from "./domain/log.ts";
import {
  lookAfterDisk,
  recorderShare,
  recordingMover,
  recordingStore,
  recordingsFolder,
} from "./recording-services.ts";

/** Of a process of FFmpeg after its last viewer. */
const FFMPEG_IDLE_MS = 30_000;

export type VideoParts = {
  readonly config: Config;
  readonly database: Database;
  readonly inventory: Inventory;
  readonly auth: Pick<Auth, "presentUsers">;
  readonly work: WorkWatch;
  /** Of a process with the role `video`: it has a gateway, and may be the one that records. */
  readonly keeper: LeaseKeeper | null;
  readonly log: Log;
};

/** What the rest of the platform has to do with video. */
export type Video = {
  readonly board: StreamBoard;
  readonly tickets: Tickets;
  readonly wiring: VideoWiring;
  readonly marks: Marks;
  readonly recordings: RecordingBook;
  readonly walls: SavedWalls;
  /** null in a process that has not the role `video`: another one serves `/v/`. */
  readonly gateway: GatewayControl | null;
  /** Value of `Set-Cookie` that opens `/v/` for a session. */
  cookie(sessionId: string, nowMs: number): { readonly cookie: string; readonly expiresAtMs: number };
  close(): Promise<void>;
};

export function startVideo({ config, database, inventory, auth, work, keeper, log }: VideoParts): Video {
  const isSecure = new URL(config.publicUrl).protocol === "https:";
  const keys = [config.secretKey, config.previousSecretKey].flatMap((key) => key ?? []);
  const ticketKeys = keys.map((key) => deriveKey(key, "video-tickets"));
  const tickets = createTickets(ticketKeys);
  const board = createStreamBoard({ database, work: work.of("videoStreams") });
  const wiring = createVideoWiring(database, log);
  const start: GatewayStart = {
    ticketKeys: ticketKeys.map((key) => key.toString("base64")),
    addressKey: deriveKey(config.secretKey, "video-addresses").toString("base64"),
    isSecure,
    listen: listenOf(config),
    cacheBytes: config.video.cacheMb * 1024 * 1024,
    ffmpeg: { path: config.video.ffmpeg, folder: path.join(config.dataDir, "ffmpeg"), idleMs: FFMPEG_IDLE_MS },
    recordings: {
      folder: recordingsFolder(config),
      leastFreeBytes: config.video.leastFreeMb * 1024 * 1024,
      isSpool: config.video.objects !== null,
    },
  };
  const share = keeper && recorderShare(keeper);
  const stopLooking = share && lookAfterDisk(config, database, share, log);
  const gateway = share
    ? controlGateway({
        program: programFile(),
        start,
        database,
        inventory,
        profileOf,
        ownPorts: ownPortsOf(config),
        presentUsers: auth.presentUsers,
        board,
        work: work.of("videoWiring"),
        marks: work.of("videoMarks"),
        share,
        objects: recordingMover(config, log),
        log,
      })
    : null;
  return {
    board,
    tickets,
    wiring,
    recordings: createRecordingBook(database, recordingStore(config)),
    walls: createSavedWalls(database),
    marks: { mark: (siteId, atMs, reason) => markMoment(database, siteId, atMs, reason) },
    gateway,
    cookie: (sessionId, nowMs) => videoCookie(tickets, sessionId, isSecure, nowMs),
    async close() {
      wiring.close();
      board.close();
      stopLooking?.();
      await gateway?.close();
      await keeper?.close();
    },
  };
}

function listenOf({ host, video, tls, maxConnectionsPerAddress, trustedProxies }: Config): GatewayStart["listen"] {
  const connections = { perAddress: maxConnectionsPerAddress, unlimited: [...trustedProxies, ...THIS_MACHINE] };
  return video.port === null ? null : { host, port: video.port, tls, connections };
}

/** Beside this file, whether it runs as source or was built. */
function programFile(): string {
  const places = ["./video-gateway.ts", "./video-gateway.js"].map((place) => new URL(place, import.meta.url));
  const found = places.find((place) => existsSync(place));
  if (!found) throw new Error("video-gateway.js is missing from this installation");
  return fileURLToPath(found);
}

/** Of everything that we run ourselves: no playlist leads there. */
function ownPortsOf({ port, video, databaseUrl, redisUrl }: Config): number[] {
  const ofUrl = (url: string | null, usual: number) => (url === null ? [] : [Number(new URL(url).port) || usual]);
  return [port, ...(video.port === null ? [] : [video.port]), ...ofUrl(databaseUrl, 5432), ...ofUrl(redisUrl, 6379)];
}
