import { createHmac } from "node:crypto";
import type { GatewayFigures } from "../../../domain/video/gateway-figures.ts";
import type { ObjectRange, ObjectStore, OpenedObject } from "../../../domain/video/recording/object-store.ts";
import type { TargetRules } from "../../../domain/video/target/judge-target.ts";
import { parseRenditions } from "../../../domain/video/transcode/rendition.ts";
import type { VideoCause } from "../../../domain/video/video-cause.ts";
import {
  DEFAULT_GATEWAY_SETTINGS,
  type FromGateway,
  type GatewaySettings,
  type GatewayStart,
  type PlantPlan,
  type StreamConfig,
  type StreamReport,
  type ToGateway,
} from "../gateway-protocol.ts";
import type { ToRecorder } from "../recording-protocol.ts";
import { createTickets, videoCookieName } from "../tickets.ts";
import { type CameraStream, createCameraStream } from "./camera-stream.ts";
import { createGatewayHandler, type GatewayHandler } from "./gateway-server.ts";
import { createPlayback } from "./playback.ts";
import { createPlaybackQuestions } from "./playback-questions.ts";
import { createRecorder } from "./recorder.ts";
import { createResourceCache } from "./resource-cache.ts";
import { createSessionRights } from "./session-rights.ts";
import { rulesOf } from "./target-rules.ts";
import { createTranscoding } from "./transcoding.ts";
import { createViewers } from "./viewers.ts";

export interface Gateway {
  /** What the platform says. */
  take(message: ToGateway): void;
  readonly handle: GatewayHandler;
  /** What is being recorded is finished. */
  close(): Promise<void>;
}

const TICK_MS = 250;
const TELL_MS = 5_000;
/** What the platform could not keep it hears again within this. */
const TELL_ALL_MS = 60_000;

/** Reads an object by a signed URL. @returns null when it is not there @throws when it cannot be read */
export type OpenUrl = (url: string, range?: ObjectRange) => Promise<OpenedObject | null>;

/**
 * Everything of the gateway but its sockets towards viewers.
 *
 * @param store of recordings @param tell the platform @param openUrl where `store` is a spool: reads what was moved from it
 */
export function createGateway(
  start: GatewayStart,
  store: ObjectStore,
  tell: (message: FromGateway) => void,
  openUrl: OpenUrl | null = null,
): Gateway {
  const clock = () => performance.now();
  const addressKey = Buffer.from(start.addressKey, "base64");
  /** 128 bits: nothing can be read from it, and no two URLs share one. */
  const opaqueIdOf = (url: string) => createHmac("sha256", addressKey).update(url).digest("base64url").slice(0, 22);
  const cache = createResourceCache({ maxBytes: start.cacheBytes });
  const rights = createSessionRights({ ask: (sessionIds) => tell({ type: "ask", sessionIds }), clock });
  const viewers = createViewers(DEFAULT_GATEWAY_SETTINGS, clock, Date.now);
  const { leastFreeBytes } = start.recordings;
  const warn = (text: string, reason: string) => tell({ type: "log", level: "warn", facts: { reason }, text });
  const recorder = createRecorder({ store, leastFreeBytes, tell, warn, clock, wallClock: Date.now });
  const questions = createPlaybackQuestions(tell);
  const streams = new Map<string, CameraStream>();
  const transcoding = createTranscoding({
    stream: (id) => streams.get(id),
    ...start.ffmpeg,
    ffmpeg: start.ffmpeg.path,
    warn,
    clock,
    wallClock: Date.now,
  });
  /** Of streams that have something new to tell. */
  const changed = new Set<string>();
  /** What was last told of each stream, as text. */
  const told = new Map<string, string>();
  const fetched = new Map<string, number>();
  const refused = new Map<VideoCause, number>();
  let rules: ReadonlyMap<string, TargetRules> = new Map();
  let settings: GatewaySettings | null = null;
  let bytesSent = 0;
  let toldAllMs = clock();

  function takeStreams(configs: readonly StreamConfig[], plan: PlantPlan): void {
    rules = rulesOf(configs, plan);
    const wanted = new Map(configs.map((config) => [config.id, config]));
    for (const [id, stream] of streams) {
      const config = wanted.get(id);
      const isSame = config?.url === stream.config.url && config.authorization === stream.config.authorization;
      // Another address is another camera: nothing that is known of the old one counts.
      if (isSame) wanted.delete(id);
      else {
        stream.close();
        streams.delete(id);
        told.delete(id);
      }
    }
    for (const config of wanted.values()) begin(config);
  }

  function begin(config: StreamConfig): void {
    const { id } = config;
    const stream = createCameraStream({
      config,
      rules: () => rules.get(id) ?? null,
      cache,
      opaqueIdOf,
      probeS: () => settings?.probeS ?? 0,
      onChange: () => changed.add(id),
      recorded: () => recorder.renditionOf(id),
      onFollowed: (facts) => recorder.follow(id, facts, stream.open),
      onFetched: (_bytes, error) => count(fetched, error === null ? "ok" : error.videoCause),
      clock,
      wallClock: Date.now,
    });
    streams.set(id, stream);
    changed.add(id);
  }

  function figures(): GatewayFigures {
    const states = { online: 0, stale: 0, offline: 0, unwatched: 0 };
    for (const stream of streams.values()) states[stream.report().health.state] += 1;
    const { bytes, joined } = cache.stats();
    return {
      sessions: viewers.list().length,
      cacheBytes: bytes,
      streams: states,
      fetched: Object.fromEntries(fetched),
      joined,
      bytesSent,
      ffmpegProcesses: transcoding.processes(),
      refused: Object.fromEntries(refused),
    };
  }

  function tellReports(ids: Iterable<string>): void {
    const reports = [...ids].flatMap((id) => streams.get(id)?.report() ?? []).filter(isNews);
    if (reports.length > 0) tell({ type: "reports", reports });
  }

  /** The platform keeps what it was told: to say it again would cost it as much as news. */
  function isNews(report: StreamReport): boolean {
    const text = JSON.stringify(report);
    if (told.get(report.id) === text) return false;
    told.set(report.id, text);
    return true;
  }

  function tick(): void {
    for (const id of settings === null ? [] : recorder.recorded()) streams.get(id)?.want();
    if (settings !== null) for (const stream of streams.values()) stream.tick();
    transcoding.tick();
    if (changed.size === 0) return;
    tellReports(changed);
    changed.clear();
  }

  function configure(next: GatewaySettings | null): void {
    settings = next;
    if (next) viewers.configure(next);
    const { renditions = "", maxTranscodes = 0, maxJpegs = 0 } = next ?? {};
    transcoding.configure({
      renditions: parseRenditions(renditions) ?? [],
      limits: { transcodes: maxTranscodes, jpegs: maxJpegs },
    });
  }

  function takeRecording(message: ToRecorder): void {
    if (message.type === "record") recorder.configure(message.plan);
    else if (message.type === "freeze") recorder.freeze(message.streamId, message.atMs);
    else if (message.type === "recorded-kept") recorder.kept(message.keys);
    else if (message.type === "recorder-lease") recorder.mayUntil(message.untilMs);
    else if (message.type === "spool") recorder.takeRoom(message.roomBytes);
    else questions.take(message);
  }

  async function openRecording(key: string, range?: ObjectRange): Promise<OpenedObject | null> {
    const here = await store.open(key, range);
    if (here !== null || openUrl === null) return here;
    const url = await questions.urlOf(key);
    if (url === null) throw new Error("nobody can say now where it is");
    return openUrl(url, range);
  }

  const timers = [
    setInterval(tick, TICK_MS),
    setInterval(() => {
      if (clock() - toldAllMs >= TELL_ALL_MS) {
        toldAllMs = clock();
        told.clear();
      }
      tellReports(streams.keys());
      tell({ type: "figures", figures: figures(), viewers: viewers.list() });
    }, TELL_MS),
  ];

  return {
    take(message) {
      if (message.type === "streams") takeStreams(message.streams, message.plant);
      else if (message.type === "rights") rights.take(message.rights);
      else if (message.type === "configure") configure(message.settings);
      else takeRecording(message);
    },
    handle: createGatewayHandler({
      stream: (id) => streams.get(id),
      isOpen: () => settings !== null,
      tickets: createTickets(start.ticketKeys.map((key) => Buffer.from(key, "base64"))),
      cookieName: videoCookieName(start.isSecure),
      rights,
      viewers,
      transcoding,
      playback: createPlayback({ open: openRecording, piecesOf: questions.piecesOf, wallClock: Date.now }),
      onSent: (bytes) => {
        bytesSent += bytes;
      },
      onRefused: (cause) => count(refused, cause),
    }),
    async close() {
      for (const timer of timers) clearInterval(timer);
      for (const stream of streams.values()) stream.close();
      rights.close();
      transcoding.close();
      await recorder.close();
    },
  };
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
