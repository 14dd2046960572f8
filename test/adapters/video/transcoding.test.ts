import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readFrameBatch } from "../../../domain/video/frame-batch.ts";
import { pictureArguments, renditionArguments } from "../../../domain/video/transcode/ffmpeg-arguments.ts";
import { type Canaries, openCanaries } from "../../services/canary.ts";
import { packets, playlistOf, startLittleCamera } from "../../services/little-camera.ts";
import { type LiveCamera, startLiveCamera } from "../../services/live-camera.ts";
import { groupSize, until, writtenDown } from "./ffmpeg-processes.ts";
import { codeOf, type GatewayUnderTest, startGateway } from "./gateway-under-test.ts";

const IDLE_MS = 1_500;
let h265: LiveCamera;
let fragments: LiveCamera;
let canaries: Canaries;

/** A program that gives nothing, takes nothing and does not end by itself; asked for its version it says FFmpeg's. */
function stuckProgram(): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "antbox-stuck-")), "ffmpeg");
  const version = `[ "$2" = "-version" ] && { echo ffmpeg version 5.1 --enable-libx264; exit 0; }`;
  writeFileSync(file, `#!/bin/sh\n${version}\ntrap '' TERM\nwhile :; do /bin/sleep 1; done\n`);
  chmodSync(file, 0o755);
  return file;
}

async function offerOf(gateway: GatewayUnderTest): Promise<unknown> {
  return JSON.parse((await gateway.get("/v/_wall/offer")).body.toString());
}

beforeAll(async () => {
  canaries = await openCanaries();
  [h265, fragments] = await Promise.all([
    startLiveCamera({ encoder: "libx265", isEncrypted: true }),
    startLiveCamera({ kind: "fmp4" }),
  ]);
});
afterAll(async () => {
  await Promise.all([h265.close(), fragments.close(), canaries.close()]);
});

const namesIn = (body: Buffer) => [...body.toString().matchAll(/^s\d+\.ts$/gm)].map(String);
const processesOf = (gateway: GatewayUnderTest) => writtenDown(gateway.start.ffmpeg.folder);
const playlistAt = (gateway: GatewayUnderTest, id: string, rendition: string) =>
  gateway.get(`/v/${id}/-/x/${rendition}/index.m3u8`);
const jpegsOf = async (gateway: GatewayUnderTest, ...ids: string[]) =>
  readFrameBatch((await gateway.get(`/v/_wall/jpegs?streams=${ids.join(",")}`)).body, ids.length) ?? [];

async function segmentsOf(gateway: GatewayUnderTest, id: string, rendition: string, count: number) {
  const found = new Map<string, Buffer>();
  await until(`${count} segments`, async () => {
    const { status, body } = await playlistAt(gateway, id, rendition);
    for (const name of status === 200 ? namesIn(body) : []) {
      if (!found.has(name)) found.set(name, (await gateway.get(`/v/${id}/-/x/${rendition}/${name}`)).body);
    }
    return found.size >= count;
  });
  return found;
}

/** What FFmpeg's own reader finds: codec, height, and how far the times of the pictures go. */
function probe(bytes: Buffer): { codec: string; height: number; seconds: number } {
  const entries = "stream=codec_name,height:packet=pts_time";
  const said = execFileSync("ffprobe", ["-loglevel", "error", "-show_entries", entries, "-of", "json", "pipe:0"], {
    input: bytes,
  });
  const found = JSON.parse(said.toString()) as {
    streams: [{ codec_name: string; height: number }];
    packets: { pts_time: string }[];
  };
  const times = found.packets.map(({ pts_time }) => Number(pts_time));
  const [{ codec_name: codec, height }] = found.streams;
  return { codec, height, seconds: Math.max(...times) - Math.min(...times) };
}

const hostilePlaylist = (url: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${url}\n`;

// They wait most of the time, each for something else.
describe.concurrent("FFmpeg on demand", () => {
  test("a camera of H.265 under AES-128 plays as H.264, in real time, and goes on after FFmpeg was killed", async () => {
    const gateway = await startGateway([{ id: "site-001", cameraUrl: h265.url }], { settings: { renditions: "720p" } });
    expect(await offerOf(gateway)).toEqual({ ffmpeg: "ready", renditions: ["720p"], jpegs: 16 });
    const [segments, picture] = await Promise.all([
      segmentsOf(gateway, "site-001", "720p", 3),
      until("a JPEG", async () => (await jpegsOf(gateway, "site-001")).find(({ codec }) => codec === "jpeg")),
    ]);
    const played = probe(Buffer.concat([...segments.values()]));
    expect(played).toMatchObject({ codec: "h264", height: 180 });
    expect(played.seconds).toBeGreaterThan(3);
    expect(
      spawnSync("ffprobe", ["-loglevel", "error", "-f", "jpeg_pipe", "pipe:0"], { input: picture.bytes }).status,
    ).toBe(0);
    // Both were made of the same bytes.
    expect(Math.max(...h265.hits.values())).toBe(1);

    const [pid = 0] = processesOf(gateway);
    const command = readFileSync(`/proc/${pid}/cmdline`, "latin1");
    expect(command).toContain("pipe:0");
    expect(command).not.toMatch(/site-001|http|127\.0\.0\.1/);
    expect(readFileSync(`/proc/${pid}/environ`, "latin1")).toBe("");
    const limits = readFileSync(`/proc/${pid}/limits`, "latin1");
    expect(limits).toMatch(/Max file size +0 /);
    expect(limits).toMatch(/Max address space +1073741824 /);
    expect(readFileSync(`/proc/${pid}/status`, "latin1")).toMatch(/NoNewPrivs:\s+1/);

    const before = [...segments.keys()].at(-1) ?? "";
    expect(gateway.logged).toEqual([]);
    for (const running of processesOf(gateway)) process.kill(running, "SIGKILL");
    await until("it goes on, and says that times begin anew", async () => {
      const [, later = ""] = (await playlistAt(gateway, "site-001", "720p")).body.toString().split(`${before}\n`);
      return /DISCONTINUITY\n#EXTINF/.test(later);
    });
    expect(gateway.logged).toContain("FFmpeg has failed");
    await gateway.close();
    await until("no process is left", () => processesOf(gateway).length === 0);
  });

  test("on a machine without it pages are told so, and the rest goes on", async () => {
    const gateway = await startGateway([{ id: "site-001", cameraUrl: fragments.url }], { ffmpeg: "/nowhere/ffmpeg" });
    expect(await offerOf(gateway)).toEqual({ ffmpeg: "missing", renditions: [], jpegs: 0 });
    expect(codeOf(await playlistAt(gateway, "site-001", "720p"))).toBe("unknown_resource");
    expect(await jpegsOf(gateway, "site-001")).toEqual([]);
    expect((await gateway.get("/v/site-001/-/index.m3u8")).status).toBe(200);
    await gateway.close();
  });

  test("over the limit it is named, the full player takes a tile's place, and when all have left nothing runs", async () => {
    const gateway = await startGateway(
      ["site-001", "site-002", "site-003"].map((id) => ({ id, cameraUrl: fragments.url })),
      { idleMs: IDLE_MS, settings: { renditions: "240p,720p", maxTranscodes: 2, maxJpegs: 1 } },
    );
    const both = () => Promise.all(["site-001", "site-002"].map((id) => playlistAt(gateway, id, "240p")));
    await until("both have a place", async () => (await both()).every(({ status }) => status === 200));
    const refused = await playlistAt(gateway, "site-003", "240p");
    expect([refused.status, codeOf(refused)]).toEqual([503, "transcoder_busy"]);
    expect(refused.head.get("retry-after")).toBe("2");
    const pictures = await jpegsOf(gateway, "site-001", "site-002");
    expect(pictures.map(({ codec }) => codec)).toContain("busy");
    // Fragmented MP4 is read with its initialisation.
    const [segment = Buffer.alloc(0)] = (await segmentsOf(gateway, "site-003", "720p", 1)).values();
    expect(probe(segment)).toMatchObject({ codec: "h264", height: 180 });
    expect(processesOf(gateway).length).toBeLessThanOrEqual(3);
    await until("no process is left", () => processesOf(gateway).length === 0, IDLE_MS + 6_000);
    // Left at the start: nobody waits for the first segment.
    const left = new AbortController();
    const asked = fetch(`${gateway.url}/v/site-001/${gateway.ticket("site-001")}/x/240p/index.m3u8`, {
      signal: left.signal,
    });
    await until("it has begun", () => processesOf(gateway).length > 0);
    left.abort();
    await expect(asked).rejects.toThrow();
    await until("no process is left", () => processesOf(gateway).length === 0, IDLE_MS + 6_000);
    expect(codeOf(await gateway.get("/v/site-001/-/x/360p/index.m3u8"))).toBe("unknown_resource");
    expect(codeOf(await gateway.get("/v/site-001/-/x/720p/s1.ts"))).toBe("unknown_resource");
    await gateway.close();
  });

  test("one that is stuck and ignores SIGTERM is ended with all that it has started, and that is named", async () => {
    const stuck = await startGateway([{ id: "site-001", cameraUrl: fragments.url }], {
      ffmpeg: stuckProgram(),
      idleMs: IDLE_MS,
      settings: { renditions: "240p" },
    });
    const ask = () => stuck.get("/v/site-001/-/x/240p/index.m3u8");
    const first = ask();
    const pid = await until("it has begun", () => writtenDown(stuck.start.ffmpeg.folder)[0]);
    await until("with a child of its own", () => groupSize(pid) >= 2);
    expect(codeOf(await first)).toBe("transcoder_failed");
    await until("nothing is left of it", () => groupSize(pid) === 0);
    await stuck.close();
  });

  test("with our arguments FFmpeg opens nothing that its input names; with others it would", async () => {
    const input = hostilePlaylist(`${canaries.urls[0]}/x.ts`);
    const run = (args: readonly string[]) => {
      const child = spawn("ffmpeg", args, {
        stdio: ["pipe", "ignore", "ignore"],
        timeout: 4_000,
        killSignal: "SIGKILL",
      });
      child.stdin.on("error", () => undefined).end(input);
      return { child, code: new Promise<number | null>((resolve) => child.on("exit", resolve)) };
    };
    const careless = ["-protocol_whitelist", "pipe,http,tcp", "-f", "hls", "-i", "pipe:0", "-f", "null", "-"];
    const caught = run(["-nostdin", ...careless]);
    await until("the trap is sprung", () => canaries.hits.length > 0);
    caught.child.kill("SIGKILL");
    await caught.code;
    canaries.reset();
    const asIs = [renditionArguments("240p", "mpegts"), renditionArguments("240p", "mov"), pictureArguments("mpegts")];
    // Told its format it does not guess; even told that it is a playlist it may open nothing.
    const asPlaylist = pictureArguments("mpegts").map((arg) => (arg === "mpegts" ? "hls" : arg));
    for (const code of await Promise.all([...asIs, asPlaylist].map((args) => run(args).code))) expect(code).not.toBe(0);
    expect(canaries.hits).toEqual([]);
  });

  test("hostile cameras do not get FFmpeg to open anything, and each ends with a named cause", async () => {
    const hostile = await startLittleCamera();
    const [canary = ""] = canaries.urls;
    const ts = packets(400, 0xff);
    const cases: Readonly<Record<string, string>> = {
      elsewhere: hostilePlaylist(`${canary}/x.ts`),
      file: hostilePlaylist("file:///etc/passwd"),
      concat: hostilePlaylist(`concat:${canary}/a.ts|${canary}/b.ts`),
      subfile: hostilePlaylist(`subfile,,start,0,end,9,,:${canary}/a.ts`),
      nested: `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nnested.m3u8\n`,
      key: `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-KEY:METHOD=AES-128,URI="${canary}/k"\n#EXTINF:2,\njunk.ts\n`,
      encrypted: `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-KEY:METHOD=AES-128,URI="k.key"\n#EXTINF:2,\njunk.ts\n`,
      list: hostilePlaylist("list.ts"),
      html: hostilePlaylist("html.ts"),
      junk: playlistOf(1, ["junk.ts"]),
      options: hostilePlaylist("-i.ts"),
    };
    const ids = Object.keys(cases);
    for (const [id, text] of Object.entries(cases))
      hostile.serve(`/${id}/${id === "nested" ? "nested" : "s"}.m3u8`, text);
    for (const id of ids) hostile.serve(`/${id}/junk.ts`, ts);
    hostile.serve("/list/list.ts", hostilePlaylist(`${canary}/x.ts`));
    hostile.serve("/html/html.ts", "<!doctype html>");
    hostile.serve("/options/-i.ts", ts);
    const gateway = await startGateway(
      ids.map((id) => ({ id, cameraUrl: `${hostile.origin}/${id}/${id === "nested" ? "nested" : "s"}.m3u8` })),
      { idleMs: IDLE_MS, settings: { renditions: "240p", maxTranscodes: 20, maxJpegs: 20 } },
    );
    const rssBefore = process.memoryUsage().rss;
    const answers = await Promise.all([
      ...ids.map(async (id) => [id, codeOf(await gateway.get(`/v/${id}/-/x/240p/index.m3u8`))] as const),
      gateway.get(`/v/_wall/jpegs?streams=${ids.join(",")}`),
    ]);
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(50 * 1024 * 1024);
    expect(Object.fromEntries(answers.slice(0, ids.length) as [string, string][])).toEqual({
      elsewhere: "target_not_allowed",
      file: "target_not_allowed",
      concat: "target_not_allowed",
      subfile: "target_not_allowed",
      nested: "playlist_too_deep",
      key: "target_not_allowed",
      encrypted: "upstream_status",
      list: "bad_content",
      html: "bad_content",
      junk: "transcoder_failed",
      options: "transcoder_failed",
    });
    // Of those whose segments look like video.
    expect(writtenDown(gateway.start.ffmpeg.folder).length).toBeLessThanOrEqual(4);
    await gateway.close();
    await until("no process is left", () => writtenDown(gateway.start.ffmpeg.folder).length === 0);
    await hostile.close();
    expect(canaries.hits).toEqual([]);
  });
});
