import { authorize } from "../../domain/access/authorize.ts";
import type { Permission } from "../../domain/access/permissions.ts";
import type { SessionUser } from "../../domain/access/session-user.ts";
import { isoOf } from "../../domain/iso-of.ts";
import { keepNewest } from "../../domain/keep-newest.ts";
import type { Log } from "../../domain/log.ts";
import type { CompiledProfile } from "../../domain/profiles/compile-profile.ts";
import type { Site } from "../../domain/sites/site.ts";
import type { GatewayFigures } from "../../domain/video/gateway-figures.ts";
import type { WorkSignal } from "../../domain/work-signal.ts";
import type { FromGateway, GatewayStart, SessionRights, Viewer } from "./gateway-protocol.ts";
import { readGatewaySettings } from "./gateway-settings.ts";
import { superviseGateway } from "./gateway-supervisor.ts";
import type { RecorderShare } from "./recorder-share.ts";
import { controlRecording, type RecordedObjects } from "./recording-control.ts";
import type { RecordingReport } from "./recording-protocol.ts";
import { recordFrom, type StreamBoard } from "./stream-board.ts";
import { planStreams } from "./stream-plan.ts";
import { readWiring, type VideoDatabase, writeStreams } from "./stream-store.ts";

/** Somebody who watches a camera. */
export type WatchingPerson = { readonly username: string; readonly siteId: string; readonly since: string };

/** What the platform has to do with the gateway of this process. */
export interface GatewayControl {
  /** Its loopback port; null while it is not there. */
  port(): number | null;
  /** As it last said; null before it has said anything. */
  figures(): GatewayFigures | null;
  viewers(): readonly WatchingPerson[];
  /** As the recorder last said; null while another process records. */
  recording(): RecordingReport | null;
  close(): Promise<void>;
}

export type GatewayControlOptions = {
  /** File of the gateway's program. */
  readonly program: string;
  readonly start: GatewayStart;
  readonly database: VideoDatabase;
  readonly inventory: {
    all(): readonly Site[];
    /** @returns unsubscribe */
    onChange(listener: () => void): () => void;
  };
  readonly profileOf: (id: string) => CompiledProfile | undefined;
  readonly ownPorts: readonly number[];
  /** What living sessions may do now. @throws while nobody can say */
  readonly presentUsers: (sessionIds: readonly string[]) => Promise<ReadonlyMap<string, SessionUser>>;
  readonly board: StreamBoard;
  /** Tells when what the flows ask for may have changed. */
  readonly work: WorkSignal;
  /** Tells when a flow may have marked a moment around which video is to be kept. */
  readonly marks: WorkSignal;
  readonly share: RecorderShare;
  /** Moves recordings to an object store; null: they stay where they are. @param tellRoom tells the gateway what may still wait */
  readonly objects: ((tellRoom: (bytes: number) => void) => RecordedObjects & { close(): Promise<void> }) | null;
  readonly log: Log;
};

/** What other processes and a restart find is at most this old; another state they hear of at once. */
const STORE_MS = 10_000;
const STORE_NEWS_MS = 200;
const MOST_NAMES = 20_000;

/** Tells the gateway what it may do, answers what it asks, and keeps what it finds out. */
export function controlGateway(options: GatewayControlOptions): GatewayControl {
  const { database, inventory, presentUsers, board, log } = options;
  const waiting = new Set<string>();
  /** By session. */
  const names = new Map<string, string>();
  let figures: GatewayFigures | null = null;
  let viewers: readonly Viewer[] = [];
  let wiring: unknown = null;
  let storing: { readonly dueMs: number; readonly timer: NodeJS.Timeout } | null = null;

  const gateway = superviseGateway({
    program: options.program,
    start: options.start,
    onMessage: take,
    onStart: () => setImmediate(tellAll),
    log,
  });

  const objects = options.objects?.((roomBytes) => gateway.send({ type: "spool", roomBytes })) ?? null;
  const recording = controlRecording({
    database,
    inventory,
    marks: options.marks,
    share: options.share,
    objects,
    send: gateway.send,
    log,
  });

  function tellAll(): void {
    tellStreams();
    recording.tellPlan();
    gateway.send({ type: "configure", settings: readGatewaySettings(wiring) });
  }

  function tellStreams(): void {
    gateway.send({ type: "streams", ...planStreams(inventory.all(), options.profileOf, options.ownPorts) });
  }

  function take(message: FromGateway): void {
    if (message.type === "ask") void answer(message.sessionIds);
    else if (message.type === "reports") {
      const isNews = message.reports.some(({ id, health }) => board.get(id)?.state !== health.state);
      board.put(message.reports.map(recordFrom));
      for (const { id } of message.reports) waiting.add(id);
      storeWithin(isNews ? STORE_NEWS_MS : STORE_MS);
    } else if (message.type === "figures") {
      figures = message.figures;
      viewers = message.viewers;
    } else if (message.type !== "listening" && message.type !== "log") recording.take(message);
  }

  async function answer(sessionIds: readonly string[]): Promise<void> {
    try {
      const users = await presentUsers(sessionIds);
      for (const [id, { username }] of users) keepNewest(names, MOST_NAMES, id, username);
      gateway.send({ type: "rights", rights: sessionIds.map((id) => rightsOf(id, users.get(id) ?? null)) });
    } catch {
      // Nobody can say now. The gateway keeps the last word for as long as a ticket may last, and lets nobody new in.
    }
  }

  function rightsOf(sessionId: string, user: SessionUser | null): SessionRights {
    return { sessionId, live: sitesOf(user, "video:view"), record: sitesOf(user, "video:replay") };
  }

  function sitesOf(user: SessionUser | null, permission: Permission): readonly string[] | "all" | null {
    if (user === null || authorize(user, permission) !== null) return null;
    if (user.scope === null) return "all";
    const seen = inventory.all().filter((site) => authorize(user, permission, site) === null);
    return seen.map(({ id }) => id);
  }

  /** One write at a time; what comes meanwhile goes with the next one. */
  function storeWithin(ms: number): void {
    const dueMs = performance.now() + ms;
    if (storing !== null && storing.dueMs <= dueMs) return;
    if (storing) clearTimeout(storing.timer);
    storing = { dueMs, timer: setTimeout(() => void store(), ms) };
    storing.timer.unref();
  }

  async function store(): Promise<void> {
    const ids = [...waiting];
    waiting.clear();
    const records = ids.flatMap((id) => board.get(id) ?? []);
    await writeStreams(database, records).catch(() => {
      // The database is away, and the gateway does not say it again.
      for (const id of ids) waiting.add(id);
    });
    storing = null;
    if (waiting.size > 0) storeWithin(STORE_MS);
  }

  async function readWanted(): Promise<void> {
    void recording.readWanted();
    try {
      const found = await readWiring(database);
      if (JSON.stringify(found) === JSON.stringify(wiring)) return;
      wiring = found;
      gateway.send({ type: "configure", settings: readGatewaySettings(wiring) });
    } catch {
      // The database is away: the last word stands.
    }
  }

  const stops = [inventory.onChange(tellStreams), options.work.onWork(() => void readWanted())];

  return {
    port: gateway.port,
    figures: () => figures,
    recording: () => (options.share.isOurs() ? recording.report() : null),
    viewers: () =>
      viewers.map(({ sessionId, streamId, sinceMs }) => ({
        username: names.get(sessionId) ?? "",
        siteId: streamId,
        since: isoOf(sinceMs),
      })),
    async close() {
      for (const stop of stops) stop();
      recording.close();
      if (storing) clearTimeout(storing.timer);
      await gateway.close();
      await objects?.close();
    },
  };
}
