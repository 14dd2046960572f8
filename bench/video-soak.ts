import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { freePort } from "../test/services/free-port.ts";
import { createFreshDatabase } from "../test/services/fresh-database.ts";
import { startPostgres } from "../test/services/postgres-server.ts";
import { type PlatformProcess, startFleet, startPlatform } from "../test/services/start-platform.ts";
import { round1 } from "./peers/statistics.ts";
import { openSessions, type PlatformSessions } from "./video-load/platform-sessions.ts";
import {
  type Descriptors,
  judge,
  type Lateness,
  type Minute,
  readMetrics,
  type Soak,
} from "./video-load/soak-figures.ts";
import type { Played, Viewer } from "./video-load/viewers.ts";
import { commandOf, descendantsOf, descriptorsOf, rssMbOf } from "./video-load/watched-processes.ts";
import { startPinned } from "./web-load/pinned-child.ts";

/**
 * Whether the built platform stays as it is while each of 81 cameras has 10 viewers: `node bench/video-soak.ts
 * [--warm-up 30] [--minutes 60]`, after a build. Each minute it prints memory and descriptors of gateway and platform,
 * requests to cameras, FFmpeg processes, and how late the flows' event loop was. In the end: how far the memory has drifted
 * in the minutes after the warm-up, descriptors at rest before and after, segments that were fetched twice, processes that
 * were left behind, and the lateness of the loop over all of it. Ends with 1 when a goal is missed.
 *
 * Viewers connect to the gateway's own port, as an edge would, and hang up after each minute. The gateway's cache is small,
 * so that it is soon full. `--cameras shared` gives larger pictures, for which FFmpeg has to be there.
 */
const { values: options } = parseArgs({
  options: {
    "warm-up": { type: "string", default: "30" },
    minutes: { type: "string", default: "60" },
    cameras: { type: "string", default: "small" },
  },
});
/** A heap grows until all that is alive is looked through for the first time: at one round a minute that takes 25 minutes. */
const WARM_UP_MINUTES = Number(options["warm-up"]);
const ALL_MINUTES = WARM_UP_MINUTES + Number(options.minutes);
const STREAMS = 81;
const SESSIONS = 10;
const CACHE_MB = 32;
const FIRST_LOOK_S = 20;
/** Of each minute; in the rest of it viewers hang up, and the next ones come. */
const WATCHED_S = 55;
const MIDDLE_MS = 30_000;
/** Then no connection to a camera is kept any more, and none is opened yet to see whether it is there. */
const REST_MS = 32_000;
const REST_SAMPLES = 15;

const folder = mkdtempSync(path.join(tmpdir(), "antbox-video-soak-"));
const viewers = startPinned(1, path.join(import.meta.dirname, "video-load/viewers.ts"), []);
const server = await startPostgres();
const fleet = await startFleet(STREAMS, ["--cameras", options.cameras, "--camera-layout", "media"]);
try {
  const soak = await run();
  const verdict = judge(soak, WARM_UP_MINUTES);
  const { before, after, loop, fetchedTwice, leftBehind } = soak;
  console.table([
    { figure: "gateway's memory, drift %", value: round1(verdict.gatewayDriftPct) },
    { figure: "platform's memory, drift %", value: round1(verdict.platformDriftPct) },
    { figure: "gateway's descriptors at rest, before / after", value: `${before.gateway} / ${after.gateway}` },
    { figure: "platform's descriptors at rest, before / after", value: `${before.platform} / ${after.platform}` },
    { figure: "event loop p50 / p99 / longest, ms", value: `${loop.p50Ms} / ${loop.p99Ms} / ${loop.maxMs}` },
    { figure: "segments fetched twice", value: fetchedTwice },
    { figure: "processes left behind", value: leftBehind.length },
  ]);
  for (const text of verdict.missed) console.log(`goal MISSED: ${text}`);
  if (verdict.missed.length === 0) console.log("all goals reached");
  console.log(JSON.stringify({ bench: "video-soak", ...soak, ...verdict, load: loadavg() }));
  process.exitCode = verdict.missed.length === 0 ? 0 : 1;
} finally {
  await Promise.all([viewers.stop(), fleet.stop(), server.dispose()]);
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<Soak> {
  const videoPort = await freePort();
  const database = await createFreshDatabase(server.url, { timescale: true });
  const platform = await startPlatform({
    sitesFile: fleet.sitesFile,
    databaseUrl: database.url,
    environment: {
      LOG_LEVEL: "warn",
      VIDEO_PORT: String(videoPort),
      VIDEO_CACHE_MB: String(CACHE_MB),
      LOOP_PROBE_FOLDER: folder,
      NODE_OPTIONS: `--import=${path.join(import.meta.dirname, "web-load/loop-probe.ts")}`,
    },
  });
  const started = new Map<number, string>();
  try {
    await platform.ready();
    const watched = await watch(platform, videoPort, started);
    await platform.dispose();
    const leftBehind = [...started]
      .filter(([pid, command]) => commandOf(pid) === command)
      .map(([, command]) => command);
    return { ...watched, leftBehind };
  } finally {
    await platform.dispose();
  }
}

/** @param started takes every process that the platform has started */
async function watch(
  platform: PlatformProcess,
  videoPort: number,
  started: Map<number, string>,
): Promise<Omit<Soak, "leftBehind">> {
  const sessions = await openSessions(platform.url, SESSIONS);
  const gateway = await gatewayOf(platform);
  const play = async (seconds: number) =>
    viewers.ask<Played>({ type: "play", port: videoPort, viewers: await viewersOf(sessions), seconds });
  await play(FIRST_LOOK_S);
  const before = await atRest(platform.pid(), gateway);
  await fetch(`${fleet.controlUrl}/cameras/hits`, { method: "DELETE" });
  const probe = () => process.kill(platform.pid(), "SIGUSR2");
  const minutes: Minute[] = [];
  let { fetches } = readMetrics(await sessions.metrics());
  probe();
  for (let minute = 1; minute <= ALL_MINUTES; minute += 1) {
    const isOver = sleep(60_000);
    const played = play(WATCHED_S);
    await sleep(MIDDLE_MS);
    const told = readMetrics(await sessions.metrics());
    const processes = descendantsOf(platform.pid());
    for (const [pid, command] of processes) started.set(pid, command);
    const middle = {
      gatewayMb: Math.round(rssMbOf(gateway)),
      platformMb: Math.round(rssMbOf(platform.pid())),
      gatewayFds: descriptorsOf(gateway),
      platformFds: descriptorsOf(platform.pid()),
      fetches: told.fetches - fetches,
      ffmpeg: [...processes.values()].filter((command) => /^\S*ffmpeg\b/.test(command)).length,
      loopLongestMs: told.loopLongestMs,
    };
    fetches = told.fetches;
    const { segments, errors, stalls, firstError } = await played;
    minutes.push({ minute, ...middle, segments, errors, stalls });
    console.log(JSON.stringify(minutes.at(-1)), firstError ?? "");
    await isOver;
  }
  probe();
  const fetchedTwice = await segmentsFetchedTwice();
  const after = await atRest(platform.pid(), gateway);
  const loop = JSON.parse(readFileSync(path.join(folder, `${platform.pid()}.json`), "utf8")) as Lateness;
  return { minutes, before, after, loop, fetchedTwice };
}

async function viewersOf(sessions: PlatformSessions): Promise<Viewer[]> {
  const cookies = await sessions.videoCookies();
  const sites = Array.from({ length: STREAMS }, (_, at) => `site-${String(at + 1).padStart(3, "0")}`);
  return sites.flatMap((site) => cookies.map((headers) => ({ path: `/v/${site}/-/index.m3u8`, headers })));
}

async function gatewayOf(platform: PlatformProcess): Promise<number> {
  const found = [...descendantsOf(platform.pid())].find(([, command]) => command.includes("video-gateway"));
  if (!found) throw new Error("the platform has started no gateway");
  return found[0];
}

/** The fewest over some seconds without viewers. */
async function atRest(platform: number, gateway: number): Promise<Descriptors> {
  await sleep(REST_MS);
  let fewest = { platform: Number.POSITIVE_INFINITY, gateway: Number.POSITIVE_INFINITY };
  for (let sample = 0; sample < REST_SAMPLES; sample += 1) {
    await sleep(1_000);
    fewest = {
      platform: Math.min(fewest.platform, descriptorsOf(platform)),
      gateway: Math.min(fewest.gateway, descriptorsOf(gateway)),
    };
  }
  return fewest;
}

type CameraHits = { readonly paths: Readonly<Record<string, { readonly hits: number }>> };

/** By the cameras themselves; playlists are asked for again and again. */
async function segmentsFetchedTwice(): Promise<number> {
  const response = await fetch(`${fleet.controlUrl}/cameras/hits`);
  const { cameras } = (await response.json()) as { cameras: readonly CameraHits[] };
  const hits = cameras.flatMap(({ paths }) => Object.entries(paths));
  const segments = hits.filter(([path]) => !path.endsWith(".m3u8"));
  if (segments.length === 0) throw new Error("the cameras were asked for no segment");
  return segments.filter(([, one]) => one.hits > 1).length;
}
