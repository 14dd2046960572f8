import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { RECIPE_HASH } from "../../simulator/cameras/content/recipe.ts";
import { RENDITIONS } from "../../simulator/cameras/content/renditions.ts";
import { findFfmpeg } from "../../simulator/cameras/content/run-ffmpeg.ts";
import { LAYOUTS, type LayoutName } from "../../simulator/cameras/layouts/layouts.ts";
import { type RunningSimulator, startSimulator } from "../../simulator/simulator.ts";
import { control, rawGet } from "./raw-client.ts";

const run = promisify(execFile);
const MADE = fileURLToPath(new URL(`../../.runtime/cameras-${RECIPE_HASH}/`, import.meta.url));
const SMALL_LOOP = fileURLToPath(new URL("../../simulator/cameras/fallback/", import.meta.url));
const SEGMENT_MS = 2000;

let simulator: RunningSimulator;
const urlOf = (index: number) => simulator.sites[index]?.url ?? "";
const textAt = async (where: string, site = 0) => (await rawGet(urlOf(site) + where)).body.toString();
const hasFfmpeg = findFfmpeg() !== null;

beforeAll(async () => {
  simulator = await startSimulator({ sites: 3, port: 0, latencyMs: [0, 0], dialects: [["a", 1]], warmUpS: 60 });
  const { content } = simulator.cameras;
  if (hasFfmpeg) await Promise.all([content.ownReady("site-001"), content.ownReady("site-002")]);
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => simulator.close());

/** The clock of the cameras stands at this moment. */
function setClock(ms: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: ms });
}

/** A moment at which the window begins with the first segment of the loop, and so has no seam. */
function startOfLoop(): number {
  const loopMs = 6 * SEGMENT_MS;
  return Math.floor(Date.now() / loopMs) * loopMs + 1;
}

/** The segments of a media playlist, with what the tags say of each. */
function segmentsOf(playlist: string) {
  let number = Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(playlist)?.[1]);
  let discontinuity = Number(/#EXT-X-DISCONTINUITY-SEQUENCE:(\d+)/.exec(playlist)?.[1]);
  let time = "";
  const segments: { number: number; discontinuity: number; time: string; uri: string }[] = [];
  for (const line of playlist.split("\n")) {
    if (line === "#EXT-X-DISCONTINUITY") discontinuity += 1;
    time = /^#EXT-X-PROGRAM-DATE-TIME:(.*)$/.exec(line)?.[1] ?? time;
    if (line === "" || line.startsWith("#")) continue;
    segments.push({ number, discontinuity, time, uri: line });
    number += 1;
  }
  return segments;
}

type Packet = { pts_time: string; duration_time: string; flags: string };

async function packetsOf(playlist: string): Promise<Packet[]> {
  const show = ["-show_entries", "packet=pts_time,duration_time,flags", "-select_streams", "v:0"];
  const { stdout } = await run("ffprobe", ["-v", "error", ...show, "-of", "json", playlist]);
  return (JSON.parse(stdout) as { packets: Packet[] }).packets;
}

/** Pictures that FFmpeg shows in some seconds of a stream, from the start of its window, and what it has to say. */
async function play(url: string, seconds: number): Promise<{ pictures: number; complaints: string }> {
  const input = ["-nostdin", "-v", "error", "-live_start_index", "0", "-i", url];
  const args = [...input, "-t", String(seconds), "-progress", "pipe:1", "-f", "null", "-"];
  const { stdout, stderr } = await run("ffmpeg", args, { timeout: 20_000, killSignal: "SIGKILL" });
  return { pictures: Number(/frame=(\d+)(?![\s\S]*frame=)/.exec(stdout)?.[1]), complaints: stderr };
}

describe.skipIf(!hasFfmpeg)("pictures that FFmpeg made", () => {
  const folders = [
    ...Object.keys(RENDITIONS).map((name) => `${MADE}shared/${name}`),
    `${MADE}shared/fmp4`,
    SMALL_LOOP,
    `${MADE}sites/site-001/240p`,
  ];

  test.for(folders)("%s: every segment is as long as it says, and begins with a key frame", async (folder) => {
    const packets = await packetsOf(path.join(folder, "index.m3u8"));
    const keys = packets.filter(({ flags }) => flags.startsWith("K")).map(({ pts_time }) => Number(pts_time));
    const first = keys[0] ?? Number.NaN;
    // where time begins at 0, a picture that comes later leaves a hole at the seam of the loop
    if (folder.endsWith("fmp4")) expect(first).toBeCloseTo(0, 2);
    expect(keys.map((at) => at - first)).toEqual([0, 2, 4, 6, 8, 10].map((at) => expect.closeTo(at, 3)));
    const ends = packets.map(({ pts_time, duration_time }) => Number(pts_time) + Number(duration_time));
    expect(Math.max(...ends) - first).toBeCloseTo(12, 1);
  });

  test.for(Object.keys(LAYOUTS) as LayoutName[])("FFmpeg plays layout %s", async (layout) => {
    setClock(startOfLoop());
    const fastest = layout.startsWith("media-") || /master|absolute|tokens|low-latency/.test(layout) ? 25 : 12;
    const { pictures, complaints } = await play(`${urlOf(0)}/stream/${layout}/index.m3u8`, 4);
    expect(complaints).toBe("");
    // the first picture of a sound track that begins earlier is late by some of them
    expect(pictures).toBeGreaterThanOrEqual(fastest * 4 - 4);
    expect(pictures).toBeLessThanOrEqual(fastest * 4 + 1);
  });

  test("FFmpeg goes on across the end of the loop", async () => {
    setClock(startOfLoop() + 4 * SEGMENT_MS);
    // it calls the first packet after the seam corrupt, since the stream's counter begins again, and shows it all the same
    const { pictures } = await play(`${urlOf(0)}/stream/media/index.m3u8`, 11);
    expect(pictures).toBe(12 * 11);
  });

  test("a site's own picture is in its 240p, and in nobody else's", async () => {
    const bodies = await Promise.all(
      [0, 1].map(async (site) => {
        const [segment] = segmentsOf(await textAt("/stream.m3u8", site));
        return (await rawGet(`${urlOf(site)}/${segment?.uri}`)).body;
      }),
    );
    expect(bodies[0]?.length).toBeGreaterThan(20_000);
    expect(bodies[0]?.equals(bodies[1] ?? Buffer.alloc(0))).toBe(false);
    expect(readdirSync(`${MADE}sites`)).toEqual(expect.arrayContaining(["site-001", "site-002"]));
  });

  test("shared: no site's id is in the picture", async () => {
    const options = { sites: 1, port: 0, latencyMs: [0, 0], warmUpS: 60, cameras: "shared" } as const;
    const shared = await startSimulator(options);
    await shared.cameras.content.ready();
    setClock(startOfLoop());
    const { number } = segmentsOf((await rawGet(`${shared.sites[0]?.url}/stream.m3u8`)).body.toString())[0] ?? {};
    const bodies = await Promise.all(
      [urlOf(0), shared.sites[0]?.url].map(async (url) => (await rawGet(`${url}/stream/media/240p/${number}.ts`)).body),
    );
    const all = await rawGet(`${urlOf(0)}/stream/ranges/file/${(number ?? 0) / 6}.ts`);
    expect(bodies.map((body) => all.body.includes(body))).toEqual([false, true]);
    await shared.close();
  });

  test("an I-frame playlist names one key frame a segment", async () => {
    const playlist = await textAt("/stream/iframes/240p/iframes.m3u8");
    const length = Number(/#EXT-X-BYTERANGE:(\d+)@0/.exec(playlist)?.[1]);
    const [segment] = segmentsOf(playlist);
    const url = `${urlOf(0)}/stream/iframes/240p/${segment?.uri}`;
    const { status, head, body } = await rawGet(url, { headers: [`Range: bytes=0-${length - 1}`] });
    expect([status, body.length]).toEqual([206, length]);
    expect(head).toContain(`Content-Range: bytes 0-${length - 1}/`);
    // Not as CSV: that has a comma more for a frame with side data, which the first one of the loop has.
    const shown = run("ffprobe", ["-v", "error", "-show_entries", "frame=pict_type", "-of", "json", "-i", "pipe:0"]);
    shown.child.stdin?.end(body);
    const { frames } = JSON.parse((await shown).stdout) as { frames: { pict_type: string }[] };
    expect(frames.map(({ pict_type }) => pict_type)).toEqual(["I"]);
  });

  test("low latency: the parts are the segment, and the next one is held until it is there", async () => {
    const folder = "/stream/low-latency/ll-240p/";
    const playlist = await textAt(`${folder}index.m3u8`);
    const last = segmentsOf(playlist).at(-1)?.number ?? 0;
    const whole = await rawGet(`${urlOf(0)}${folder}${last}.m4s`);
    const parts = await Promise.all([0, 1, 2, 3].map((part) => rawGet(`${urlOf(0)}${folder}${last}.${part}.m4s`)));
    expect(Buffer.concat(parts.map(({ body }) => body)).equals(whole.body)).toBe(true);

    const hint = /#EXT-X-PRELOAD-HINT:TYPE=PART,URI="(\d+)\.(\d)\.m4s"/.exec(playlist);
    const [, segment, part] = hint?.map(Number) ?? [];
    const dueMs = (segment ?? 0) * SEGMENT_MS + ((part ?? 0) + 1) * 500;
    const [held, reload] = await Promise.all([
      rawGet(`${urlOf(0)}${folder}${segment}.${part}.m4s`),
      rawGet(`${urlOf(0)}${folder}index.m3u8?_HLS_msn=${segment}&_HLS_part=${part}`),
    ]);
    expect(Date.now()).toBeGreaterThanOrEqual(dueMs);
    expect([held.status, reload.status]).toEqual([200, 200]);
    expect(reload.body.toString()).toContain(`URI="${segment}.${part}.m4s"`);
    const far = await rawGet(`${urlOf(0)}${folder}index.m3u8?_HLS_msn=${(segment ?? 0) + 9}`);
    expect(far.status).toBe(400);
  });
});

describe("a live window", () => {
  test("moves with the wall clock, and each segment keeps its number, its time and its discontinuity", async () => {
    const startMs = Date.parse("2026-11-26T12:00:04Z");
    const seen = new Map<number, string>();
    for (let step = 0; step <= 7; step += 1) {
      setClock(startMs + step * SEGMENT_MS + 1);
      const segments = segmentsOf(await textAt("/stream.m3u8"));
      expect(segments).toHaveLength(6);
      expect(segments.at(-1)?.number).toBe(startMs / SEGMENT_MS + step - 1);
      for (const { number, discontinuity, time, uri } of segments) {
        expect(Date.parse(time)).toBe(number * SEGMENT_MS);
        const facts = `${discontinuity} ${time} ${uri}`;
        expect(seen.get(number) ?? facts).toBe(facts);
        seen.set(number, facts);
      }
    }
    const numbers = [...seen.values()].map((facts) => Number(facts.split(" ")[0]));
    expect([...new Set(numbers)]).toEqual([3599, 3600, 3601]);
  });

  test("serves what it names and a little longer, and nothing that is yet to come", async () => {
    setClock(Date.now());
    const numbers = segmentsOf(await textAt("/stream.m3u8")).map(({ number }) => number);
    const [first = 0, last = 0] = [numbers[0], numbers.at(-1)];
    const statusOf = async (number: number) => (await rawGet(`${urlOf(0)}/stream/media/240p/${number}.ts`)).status;
    expect(await Promise.all([first - 7, first - 6, first, last, last + 1].map(statusOf))).toEqual([
      404, 200, 200, 200, 404,
    ]);
  });

  test("is the same at every start: a second simulator goes on where the first was", async () => {
    const other = await startSimulator({ sites: 1, port: 0, latencyMs: [0, 0], warmUpS: 60, cameras: "small" });
    setClock(Date.now());
    expect((await rawGet(`${other.sites[0]?.url}/stream.m3u8`)).body.toString()).toBe(await textAt("/stream.m3u8"));
    await other.close();
  });
});

describe("layouts", () => {
  test.for([
    { layout: "absolute", uri: /^http:\/\/127\.0\.0\.1:\d+\/stream\/absolute\// },
    { layout: "rooted", uri: /^\/stream\/rooted\/240p\/\d+\.ts$/ },
    { layout: "media", uri: /^stream\/media\/240p\/\d+\.ts$/ },
    { layout: "tokens", uri: /^stream\/tokens\/\d+p\/index\.m3u8\?token=\w+$/ },
  ] as const)("$layout: how the sites file's playlist names others", async ({ layout, uri }) => {
    simulator.setLayout(["site-003"], layout);
    const segments = segmentsOf(await textAt("/stream.m3u8", 2));
    expect(segments.length).toBeGreaterThan(0);
    for (const segment of segments) expect(segment.uri).toMatch(uri);
  });

  test("a camera that wants its token gives nothing without it", async () => {
    const [variant] = segmentsOf(await textAt("/stream/tokens/index.m3u8"));
    const child = `/stream/tokens/${variant?.uri}`;
    const [segment] = segmentsOf(await textAt(child));
    const url = `${urlOf(0)}${child.slice(0, child.lastIndexOf("/") + 1)}${segment?.uri}`;
    expect((await rawGet(url)).status).toBe(200);
    expect((await rawGet(url.replace(/\?.*/, ""))).status).toBe(403);
  });

  test("mixed gives each site the next one", async () => {
    const mixed = await startSimulator({ sites: 14, port: 0, warmUpS: 60, cameras: "small", cameraLayout: "mixed" });
    const { json } = await control(mixed.controlUrl, "GET", "/cameras");
    const layouts = (json["cameras"] as { layout: string }[]).map(({ layout }) => layout);
    expect(layouts).toEqual([...Object.keys(LAYOUTS), "media"]);
    await mixed.close();
  });

  test("the small loop has what can be made of it, and 404 for the rest", async () => {
    const small = await startSimulator({ sites: 1, port: 0, latencyMs: [0, 0], warmUpS: 60, cameras: "small" });
    const statusOf = async (layout: LayoutName) =>
      (await rawGet(`${small.sites[0]?.url}/stream/${layout}/index.m3u8`)).status;
    const statuses = await Promise.all((Object.keys(LAYOUTS) as LayoutName[]).map(statusOf));
    const missing = Object.keys(LAYOUTS).filter((_, index) => statuses[index] === 404);
    expect(missing).toEqual(["fmp4", "low-latency"]);
    expect(small.cameras.content.state()).toBe("small loop");
    await small.close();
  });

  test("POST /cameras/layout changes what a site shows, and refuses what is none", async () => {
    const order = (body: unknown) => control(simulator.controlUrl, "POST", "/cameras/layout", body);
    expect((await order({ layout: "aes", sites: ["site-003"] })).json).toEqual({ layout: "aes", sites: 1 });
    expect(await textAt("/stream.m3u8", 2)).toContain("#EXT-X-KEY:METHOD=AES-128");
    expect((await order({ layout: "square" })).json["error"]).toContain("layout");
    expect((await order({ layout: "aes", sites: ["site-999"] })).status).toBe(404);
  });
});

describe("the witness", () => {
  test("knows each request: path, head, bytes, status, and how often a path was asked for", async () => {
    await control(simulator.controlUrl, "DELETE", "/cameras/hits");
    const [segment] = segmentsOf(await textAt("/stream.m3u8", 1));
    const where = `/${segment?.uri}`;
    const first = await rawGet(`${urlOf(1)}${where}`, { headers: ["Cookie: secret=1"] });
    await rawGet(`${urlOf(1)}${where}`);
    await rawGet(`${urlOf(1)}/etc/passwd?x=1`);
    const { json } = await control(simulator.controlUrl, "GET", "/cameras/hits?site=site-002");
    expect(json["cameras"]).toMatchObject([
      {
        requests: 4,
        byKind: { entry: 1, segment: 2, unknown: 1 },
        inFlight: 0,
        peakInFlight: 1,
        paths: {
          "/stream.m3u8": { hits: 1 },
          [where]: { hits: 2, bytes: 2 * first.body.length },
          "/etc/passwd": { hits: 1 },
        },
      },
    ]);
    const { json: page } = await control(simulator.controlUrl, "GET", "/cameras/requests?site=site-002&limit=2");
    expect(page["requests"]).toMatchObject([
      { kind: "entry", status: 200, whole: true },
      { path: where, bytes: first.body.length, whole: true, head: expect.stringContaining("Cookie: secret=1") },
    ]);
    const { json: rest } = await control(simulator.controlUrl, "GET", `/cameras/requests?after=${page["next"]}`);
    expect(rest["requests"]).toHaveLength(2);
  });

  test("counts connections that are open at once", async () => {
    simulator.cameras.witness.reset();
    await simulator.addFault({ sites: ["site-001"], kind: "camera_slow", args: { minMs: 200, maxMs: 200 } });
    await Promise.all([1, 2, 3].map(() => rawGet(`${urlOf(0)}/stream.m3u8`)));
    await simulator.removeFaults();
    expect(simulator.cameras.witness.hits("site-001")).toMatchObject([
      { connections: 3, peakConnections: 3, peakInFlight: 3, requests: 3 },
    ]);
  });
});
