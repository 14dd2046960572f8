import { type ChildProcess, fork } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  DEFAULT_GATEWAY_SETTINGS,
  type FromGateway,
  type GatewayStart,
  type ToGateway,
} from "../../../adapters/video/gateway-protocol.ts";
import { createTickets, videoCookie } from "../../../adapters/video/tickets.ts";
import type { GatewayFigures } from "../../../domain/video/gateway-figures.ts";
import { planOf, type Site } from "./gateway-under-test.ts";

/** The gateway's own program as a process of its own, started as the platform starts it. */
export type GatewayProcess = {
  readonly pid: number;
  /** Of its loopback port. */
  readonly url: string;
  /** `name=value` of a session that may see everything live. */
  readonly cookie: string;
  /** What it last told of itself. */
  figures(): GatewayFigures | null;
  /** Messages so far. */
  told(): number;
  lines(): readonly string[];
  /** Its memory now, and the most that it had since the last `forgetPeak`, in bytes. */
  memory(): { readonly now: number; readonly peak: number };
  forgetPeak(): void;
  close(): Promise<void>;
};

const PROGRAM = fileURLToPath(new URL("../../../video-gateway.ts", import.meta.url));
const MIB = 1_048_576;

export async function startGatewayProcess(
  sites: readonly Site[],
  change: { listen?: GatewayStart["listen"]; cacheBytes?: number } = {},
): Promise<GatewayProcess> {
  const key = randomBytes(32);
  const start: GatewayStart = {
    ticketKeys: [key.toString("base64")],
    addressKey: randomBytes(32).toString("base64"),
    isSecure: false,
    listen: change.listen ?? null,
    cacheBytes: change.cacheBytes ?? 64 * MIB,
    ffmpeg: { path: null, folder: path.join(tmpdir(), "antbox-no-ffmpeg"), idleMs: 30_000 },
    recordings: { folder: path.join(tmpdir(), "antbox-no-recordings"), leastFreeBytes: 0 },
  };
  const child = fork(PROGRAM, [], {
    env: { PATH: process.env["PATH"] ?? "" },
    execArgv: ["--max-old-space-size=256"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const lines: string[] = [];
  let figures: GatewayFigures | null = null;
  let told = 0;
  const say = (message: ToGateway | GatewayStart) => child.send(message);
  const listening = Promise.withResolvers<number>();
  child.on("exit", (code) => listening.reject(new Error(`the gateway ended with ${code}: ${lines.join("; ")}`)));
  child.on("message", (message: FromGateway) => {
    if (message.type === "listening") listening.resolve(message.port);
    else if (message.type === "log") lines.push(`${message.text} ${JSON.stringify(message.facts)}`);
    else if (message.type === "figures") {
      figures = message.figures;
      told += 1;
    } else if (message.type === "ask") {
      const rights = message.sessionIds.map((sessionId) => ({ sessionId, live: "all" as const, record: null }));
      say({ type: "rights", rights });
    }
  });
  say(start);
  say({
    type: "streams",
    streams: sites.map(({ id, cameraUrl }) => ({ id, url: cameraUrl, authorization: null })),
    plant: planOf(sites),
  });
  // No probes of its own: a test says who looks.
  say({ type: "configure", settings: { ...DEFAULT_GATEWAY_SETTINGS, maxPerSession: 1_000, probeS: 0 } });
  const port = await listening.promise;
  const tickets = createTickets([key]);
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}`,
    cookie: videoCookie(tickets, randomUUID(), false, Date.now()).cookie.split(";")[0] ?? "",
    figures: () => figures,
    told: () => told,
    lines: () => lines,
    memory: () => memoryOf(child),
    // The kernel forgets the peak of a process for a 5 (proc(5)).
    forgetPeak: () => writeFileSync(`/proc/${child.pid}/clear_refs`, "5"),
    close: () => end(child),
  };
}

function memoryOf({ pid }: ChildProcess): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? Number.NaN);
  return { now: kib("VmRSS") * 1024, peak: kib("VmHWM") * 1024 };
}

async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  if (child.exitCode !== null) return;
  child.kill("SIGTERM");
  await gone;
}
