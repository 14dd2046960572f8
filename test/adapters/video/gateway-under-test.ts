import { randomBytes, randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createDiskStore } from "../../../adapters/objects/disk-store.ts";
import { createGateway, type Gateway } from "../../../adapters/video/gateway/create-gateway.ts";
import { createViewerServer } from "../../../adapters/video/gateway/viewer-server.ts";
import {
  DEFAULT_GATEWAY_SETTINGS,
  type FromGateway,
  type GatewaySettings,
  type GatewayStart,
  type PlantPlan,
  type SessionRights,
  type StreamReport,
} from "../../../adapters/video/gateway-protocol.ts";
import { createTickets, videoCookie } from "../../../adapters/video/tickets.ts";
import { PROFILES } from "../../../domain/profiles/index.ts";
import { EVERY_STREAM } from "../../../domain/video/ticket.ts";

export type Site = {
  readonly id: string;
  readonly cameraUrl: string;
  readonly controllerUrl?: string;
  readonly cameraQueries?: boolean;
};

export type GatewayUnderTest = {
  readonly url: string;
  readonly gateway: Gateway;
  readonly start: GatewayStart;
  /** What the platform says of a session; absent = it is not known. Without an entry of its own a session sees everything. */
  readonly rights: Map<string, Omit<SessionRights, "sessionId"> | null>;
  /** False: the platform does not answer. */
  answers: boolean;
  readonly asked: string[];
  /** What it has to say to the log. */
  readonly logged: string[];
  cookie(sessionId?: string): string;
  ticket(streamId: string, sessionId?: string, nowMs?: number): string;
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; body: Buffer; head: Headers }>;
  report(id: string): StreamReport | undefined;
  configure(change: Partial<GatewaySettings> | null): void;
  close(): Promise<void>;
};

/** A session that may see everything. */
export const SESSION = randomUUID();

/** The gateway in this process, with a platform that says what the test wants. */
export async function startGateway(
  sites: readonly Site[],
  change: {
    cacheBytes?: number;
    ffmpeg?: string;
    idleMs?: number;
    settings?: Partial<GatewaySettings>;
    recordings?: string;
  } = {},
): Promise<GatewayUnderTest> {
  const key = randomBytes(32);
  const start: GatewayStart = {
    ticketKeys: [key.toString("base64")],
    addressKey: randomBytes(32).toString("base64"),
    isSecure: false,
    listen: null,
    cacheBytes: change.cacheBytes ?? 64 * 1024 * 1024,
    ffmpeg: {
      path: change.ffmpeg ?? null,
      folder: path.join(tmpdir(), `antbox-ffmpeg-${randomUUID()}`),
      idleMs: change.idleMs ?? 30_000,
    },
    recordings: { folder: change.recordings ?? path.join(tmpdir(), "antbox-no-recordings"), leastFreeBytes: 0 },
  };
  const tickets = createTickets([key]);
  const reports = new Map<string, StreamReport>();
  const rights: GatewayUnderTest["rights"] = new Map();
  const asked: string[] = [];
  const logged: string[] = [];
  const state = { answers: true };
  const gateway = createGateway(start, createDiskStore(start.recordings.folder), (message: FromGateway) => {
    if (message.type === "reports") for (const report of message.reports) reports.set(report.id, report);
    if (message.type === "log") logged.push(message.text);
    if (message.type !== "ask") return;
    asked.push(...message.sessionIds);
    if (!state.answers) return;
    const answered = message.sessionIds.map((sessionId) => {
      const own = rights.has(sessionId) ? rights.get(sessionId) : { live: "all" as const, record: null };
      return { sessionId, live: own?.live ?? null, record: own?.record ?? null };
    });
    setImmediate(() => gateway.take({ type: "rights", rights: answered }));
  });
  gateway.take({
    type: "streams",
    streams: sites.map(({ id, cameraUrl }) => ({ id, url: cameraUrl, authorization: null })),
    plant: planOf(sites),
  });
  // No probes of its own: a test says who looks.
  const settings = { ...DEFAULT_GATEWAY_SETTINGS, probeS: 0, ...change.settings };
  gateway.take({ type: "configure", settings });
  const { server, cut } = createViewerServer(gateway.handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cookie = (sessionId = SESSION) => videoCookie(tickets, sessionId, false, Date.now()).cookie.split(";")[0] ?? "";
  return {
    url,
    gateway,
    start,
    rights,
    get answers() {
      return state.answers;
    },
    set answers(value) {
      state.answers = value;
    },
    asked,
    logged,
    cookie,
    ticket: (streamId, sessionId = SESSION, nowMs = Date.now()) =>
      tickets.issue(streamId === "*" ? EVERY_STREAM : streamId, "live", sessionId, nowMs).text,
    async get(path, headers = {}) {
      const answer = await fetch(`${url}${path}`, { headers: { cookie: cookie(), ...headers }, redirect: "manual" });
      return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()), head: answer.headers };
    },
    report: (id) => reports.get(id),
    configure: (next) => gateway.take({ type: "configure", settings: next === null ? null : { ...settings, ...next } }),
    async close() {
      await gateway.close();
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export function planOf(sites: readonly Site[]): PlantPlan {
  const [profile] = PROFILES;
  return {
    sites: sites.map(({ id, cameraUrl, controllerUrl = "http://192.0.2.1", cameraQueries = false }) => ({
      id,
      cameraUrl,
      controllerUrl,
      cameraQueries,
      profileId: "hk3",
    })),
    profiles: profile ? { hk3: { requests: profile.requests, commands: profile.commands } } : {},
    ownPorts: [],
  };
}

/** The code of a refusal. */
export function codeOf({ body }: { body: Buffer }): string {
  return (JSON.parse(body.toString()) as { code: string }).code;
}
