import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  DEFAULT_GATEWAY_SETTINGS,
  type FromGateway,
  type GatewayStart,
  type ToGateway,
} from "../../../adapters/video/gateway-protocol.ts";
import { createTickets } from "../../../adapters/video/tickets.ts";
import { type LiveCamera, startLiveCamera } from "../../services/live-camera.ts";
import { isThere, until, writtenDown } from "./ffmpeg-processes.ts";
import { SESSION } from "./gateway-under-test.ts";

const PROGRAM = fileURLToPath(new URL("../../../video-gateway.ts", import.meta.url));
const KEY = randomBytes(32);
let camera: LiveCamera;
const children: ChildProcess[] = [];

beforeAll(async () => {
  camera = await startLiveCamera();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => camera.close());

const newFolder = (): string => mkdtempSync(path.join(tmpdir(), "antbox-orphans-"));

/** The gateway's own process, as the platform starts it. @param searchPath where it finds programs */
async function startProcess(folder: string, searchPath: string, ffmpeg: string | null = null): Promise<string> {
  const start: GatewayStart = {
    ticketKeys: [KEY.toString("base64")],
    addressKey: KEY.toString("base64"),
    isSecure: false,
    listen: null,
    cacheBytes: 64 * 1024 * 1024,
    ffmpeg: { path: ffmpeg, folder: path.join(folder, "ffmpeg"), idleMs: 30_000 },
    recordings: { folder: path.join(folder, "recordings"), leastFreeBytes: 0 },
  };
  const child = fork(PROGRAM, [], { env: { PATH: searchPath }, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  children.push(child);
  const tell = (message: ToGateway | GatewayStart) => child.send(message);
  const listening = new Promise<number>((resolve) => {
    child.on("message", (message: FromGateway) => {
      if (message.type === "listening") resolve(message.port);
      if (message.type === "ask")
        tell({
          type: "rights",
          rights: message.sessionIds.map((sessionId) => ({ sessionId, live: "all", record: null })),
        });
    });
  });
  tell(start);
  const port = await listening;
  tell({
    type: "streams",
    streams: [{ id: "site-001", url: camera.url, authorization: null }],
    plant: {
      sites: [
        {
          id: "site-001",
          controllerUrl: "http://192.0.2.1",
          cameraUrl: camera.url,
          cameraQueries: false,
          profileId: "hk3",
        },
      ],
      profiles: {},
      ownPorts: [],
    },
  });
  tell({ type: "configure", settings: { ...DEFAULT_GATEWAY_SETTINGS, probeS: 0 } });
  const { text } = createTickets([KEY]).issue("site-001", "live", SESSION, Date.now());
  return `http://127.0.0.1:${port}/v/site-001/${text}/x/720p/index.m3u8`;
}

/** Asked until FFmpeg is found and has begun. @returns its processes, which are there */
async function transcodes(folder: string, url: string): Promise<number[]> {
  return until("FFmpeg runs", async () => {
    void fetch(url).catch(() => undefined);
    const found = writtenDown(path.join(folder, "ffmpeg"));
    return found.length > 0 ? found : null;
  });
}

async function killLast(): Promise<void> {
  const child = children.pop();
  const ended = new Promise((resolve) => child?.once("exit", resolve));
  child?.kill("SIGKILL");
  await ended;
}

/** A folder with nothing in it but FFmpeg: no setpriv, no prlimit. */
function onlyFfmpeg(): string {
  const folder = newFolder();
  symlinkSync(execFileSync("which", ["ffmpeg"]).toString().trim(), path.join(folder, "ffmpeg"));
  return folder;
}

test.for([
  { name: "where it is told of the gateway's end", searchPath: process.env["PATH"] ?? "" },
  { name: "by the end of its input alone, where nothing tells it", searchPath: onlyFfmpeg() },
])("FFmpeg ends when the gateway is killed: $name", async ({ searchPath }) => {
  const folder = newFolder();
  const pids = await transcodes(folder, await startProcess(folder, searchPath));
  await killLast();
  await until("it has ended", () => !pids.some(isThere), 5_000);
});

test("what outlives a killed gateway is ended by the next one, and nothing else is", async () => {
  const folder = newFolder();
  const stuck = path.join(newFolder(), "ffmpeg");
  const version = `[ "$2" = "-version" ] && { echo ffmpeg version 5.1 --enable-libx264; exit 0; }`;
  writeFileSync(stuck, `#!/bin/sh\n${version}\ntrap '' TERM\nwhile :; do /bin/sleep 1; done\n`);
  chmodSync(stuck, 0o755);
  const pids = await transcodes(folder, await startProcess(folder, newFolder(), stuck));
  await killLast();
  expect(pids.every(isThere)).toBe(true);

  // A page of somebody who is there, and one whose number was given anew: neither is touched.
  const pages = path.join(folder, "ffmpeg");
  mkdirSync(pages, { recursive: true });
  writeFileSync(
    path.join(pages, "1.json"),
    JSON.stringify({ owner: { pid: 1, start: "-" }, processes: [{ pid: process.pid, start: "-" }] }),
  );
  await startProcess(folder, newFolder(), stuck);
  await until("it was ended", () => !pids.some(isThere), 5_000);
  expect(readdirSync(pages)).toEqual([]);
});

test("told to end, the gateway leaves nothing", async () => {
  const folder = newFolder();
  const pids = await transcodes(folder, await startProcess(folder, process.env["PATH"] ?? ""));
  const child = children.at(-1);
  const ended = new Promise((resolve) => child?.once("exit", resolve));
  child?.kill("SIGTERM");
  await ended;
  await until("it has ended", () => !pids.some(isThere), 2_000);
});
