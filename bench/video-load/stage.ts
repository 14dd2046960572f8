import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { makeCertificate } from "../../test/services/certificates.ts";
import { isPinned, startPinned } from "../web-load/pinned-child.ts";
import type { Hits, Show } from "./camera-origin.ts";
import type { HostPorts } from "./gateway-host.ts";
import { startNginx } from "./nginx.ts";
import type { Herd, Played, Viewer } from "./viewers.ts";

/** Who answers viewers, in front of the same cameras. */
export type Target = {
  readonly name: "gateway" | "nginx";
  readonly pid: number;
  /** HTTP/1.1. */
  readonly port: number;
  /** HTTP/2 over TLS. */
  readonly tlsPort: number;
  /** A path element for each viewer; streams may come more than once. */
  tickets(streamIds: readonly string[]): Promise<string[]>;
};

/** Gateway and nginx on core 0, cameras and viewers on core 1. */
export type Stage = {
  readonly targets: readonly Target[];
  readonly cameraPort: number;
  /** Where the loaders put their files. */
  readonly folder: string;
  show(show: Show): Promise<void>;
  /** Since the last `show`. */
  hits(): Promise<Hits>;
  play(port: number, viewers: readonly Viewer[], seconds: number): Promise<Played>;
  herd(port: number, viewers: readonly Viewer[]): Promise<Herd>;
  close(): Promise<void>;
};

/** What a part of the bench prints, and where it misses a goal. */
export type Findings = { readonly rows: readonly object[]; readonly missed: readonly string[] };

export const STREAMS = 150;
/** One for each viewer; the same ones in each turn, or the gateway would count too many. */
const SESSIONS = Array.from({ length: 1_000 }, () => randomUUID());

export async function openStage(): Promise<Stage> {
  const folder = mkdtempSync(path.join(tmpdir(), "antbox-video-"));
  const tls = makeCertificate(folder, "video");
  const children = {
    camera: startPinned(1, path.join(import.meta.dirname, "camera-origin.ts"), []),
    host: startPinned(0, path.join(import.meta.dirname, "gateway-host.ts"), []),
    viewers: startPinned(1, path.join(import.meta.dirname, "viewers.ts"), []),
  };
  const { camera, host, viewers } = children;
  const closeChildren = () => Promise.all(Object.values(children).map((child) => child.stop()));
  try {
    const { port: cameraPort } = await camera.ask<{ port: number }>({ type: "listen" });
    const nginx = await startNginx({ folder, tls }, cameraPort, onCore(0));
    const streams = streamIds(STREAMS).map((id) => ({ id, url: `http://127.0.0.1:${cameraPort}/${id}/index.m3u8` }));
    const ports = await host.ask<HostPorts>({ type: "start", start: { streams, folder, tls } });
    const gateway: Target = {
      name: "gateway",
      ...ports,
      tickets: (ids) =>
        host.ask({ type: "tickets", viewers: ids.map((streamId, at) => ({ streamId, sessionId: SESSIONS[at] })) }),
    };
    return {
      targets: [gateway, { name: "nginx", ...nginx, tickets: async (ids) => ids.map(nginx.ticket) }],
      cameraPort,
      folder,
      show: async (show) => void (await camera.ask({ type: "show", show })),
      hits: () => camera.ask({ type: "hits" }),
      play: (port, all, seconds) => viewers.ask({ type: "play", port, viewers: all, seconds }),
      herd: (port, all) => viewers.ask({ type: "herd", port, viewers: all }),
      async close() {
        await Promise.all([closeChildren(), nginx.stop()]);
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  } catch (error) {
    await closeChildren();
    throw error;
  }
}

/** Words in front of a program that pin it. */
export function onCore(core: 0 | 1): string[] {
  return isPinned ? ["taskset", "-c", String(core)] : [];
}

export function streamIds(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `c${at + 1}`);
}

export async function viewersOf(target: Target, streams: number, perStream: number): Promise<Viewer[]> {
  const ids = streamIds(streams).flatMap((id) => Array.from({ length: perStream }, () => id));
  const tickets = await target.tickets(ids);
  return ids.map((id, at) => ({ path: `/v/${id}/${tickets[at]}/index.m3u8`, headers: "" }));
}

/** Who goes first changes with each round. */
export function inTurn(targets: readonly Target[], round: number): readonly Target[] {
  return round % 2 === 0 ? targets : targets.toReversed();
}
