import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { CAMERA_FAULT_KINDS, type CameraFaultKind } from "../../simulator/faults/camera-fault-kinds.ts";
import { type RunningSimulator, startSimulator } from "../../simulator/simulator.ts";
import { type Canaries, openCanaries } from "../services/canary.ts";
import { rawGet, readState } from "./raw-client.ts";

let simulator: RunningSimulator;
let canaries: Canaries;
const urlOf = (index: number) => simulator.sites[index]?.url ?? "";
const seen = new Set<CameraFaultKind>();

beforeAll(async () => {
  canaries = await openCanaries();
  const options = {
    sites: 2,
    port: 0,
    latencyMs: [0, 0],
    dialects: [["a", 1]],
    warmUpS: 60,
    cameras: "small",
  } as const;
  simulator = await startSimulator(options);
});
afterEach(async () => {
  vi.useRealTimers();
  await simulator.removeFaults();
  // whatever the fault was, the camera is well again, and neither its neighbour nor its controller ever had it
  expect((await playlist()).body.toString()).toMatch(/^#EXTM3U\n/);
});
afterAll(async () => {
  await simulator.close();
  await canaries.close();
});

async function fault(kind: CameraFaultKind, args: Record<string, unknown> = {}): Promise<void> {
  seen.add(kind);
  await simulator.addFault({ sites: ["site-001"], kind, args });
  expect((await rawGet(`${urlOf(1)}/stream.m3u8`)).status).toBe(200);
  await expect(readState(urlOf(0))).resolves.toHaveProperty("supply_liquid_temp");
}
const playlist = (options?: Parameters<typeof rawGet>[1]) => rawGet(`${urlOf(0)}/stream.m3u8`, options);

/** The path of a segment that the camera's playlist has just named. */
async function segmentPath(layout = "media"): Promise<string> {
  const text = (await rawGet(`${urlOf(0)}/stream/${layout}/index.m3u8`)).body.toString();
  return `/stream/${layout}/${/^[^#].*$/m.exec(text)?.[0]}`;
}
const segment = async (options?: Parameters<typeof rawGet>[1]) => rawGet(urlOf(0) + (await segmentPath()), options);

describe("an answer that comes, but not as it should", () => {
  test("slow", async () => {
    await fault("camera_slow", { minMs: 150, maxMs: 150 });
    expect((await playlist()).tookMs).toBeGreaterThan(145);
  });

  test("drip of the body, and of the header too", async () => {
    await fault("camera_drip", { bytesPerS: 100 });
    const body = await playlist({ waitMs: 400 });
    expect(body).toMatchObject({ status: 200, end: "timeout" });
    expect(body.body.length).toBeGreaterThan(0);
    expect(body.body.length).toBeLessThan(100);
    await fault("camera_drip", { bytesPerS: 20, header: true });
    expect(await playlist({ waitMs: 300 })).toMatchObject({ status: null, end: "timeout", connected: true });
  });

  test("stall in mid-segment, for good or for a time", async () => {
    // The same one, however long it takes.
    const path = urlOf(0) + (await segmentPath());
    const length = (await rawGet(path)).body.length;
    await fault("camera_stall", { on: "segment", at: 0.25 });
    const stalled = await rawGet(path, { waitMs: 300 });
    expect([stalled.body.length, stalled.end]).toEqual([Math.floor(length / 4), "timeout"]);
    await simulator.removeFaults();
    await fault("camera_stall", { on: "segment", forMs: 200 });
    const late = await segment();
    expect([late.body.length % 188, late.end]).toEqual([0, "complete"]);
    expect(late.tookMs).toBeGreaterThan(195);
  });

  test("silence", async () => {
    await fault("camera_silent");
    expect(await playlist({ waitMs: 200 })).toMatchObject({ connected: true, status: null, end: "timeout" });
  });

  test.for(["request", "body"])("reset at the %s", async (when) => {
    await fault("camera_reset", { when, on: "segment" });
    const answer = await segment();
    expect(answer.end).toBe("ECONNRESET");
    expect(answer.body.length > 0).toBe(when === "body");
  });

  test("truncated, by a cut or with a matching length", async () => {
    const length = (await segment()).body.length;
    await fault("camera_truncated", { on: "segment" });
    const cut = await segment();
    expect(cut).toMatchObject({ status: 200, end: "close" });
    expect(cut.body.length).toBe(Math.floor(length / 2));
    await simulator.removeFaults();
    await fault("camera_truncated", { on: "segment", mode: "length" });
    const short = await segment();
    expect([short.body.length, short.end]).toEqual([Math.floor(length / 2), "complete"]);
  });

  test("a length that is too large, or too small", async () => {
    const { length } = (await playlist()).body;
    await fault("camera_wrong_length", { byBytes: 10 });
    const waiting = await playlist({ waitMs: 200 });
    expect(waiting).toMatchObject({ end: "timeout", head: expect.stringContaining(`Content-Length: ${length + 10}`) });
    await simulator.removeFaults();
    await fault("camera_wrong_length", { byBytes: -10 });
    const over = await playlist();
    expect(over.head).toContain(`Content-Length: ${length - 10}`);
    expect(over.body.length).toBe(length);
  });

  test.for(["chunked", "close"])("endless, %s", async (framing) => {
    await fault("camera_endless", { framing });
    const [endlessPlaylist, endlessSegment] = await Promise.all([
      playlist({ maxBytes: 2_000_000 }),
      segment({ maxBytes: 2_000_000 }),
    ]);
    expect([endlessPlaylist.end, endlessSegment.end]).toEqual(["too_much", "too_much"]);
    expect(endlessPlaylist.head.includes("chunked")).toBe(framing === "chunked");
    expect(endlessPlaylist.head).not.toContain("Content-Length");
  });
});

describe("an answer of something else", () => {
  test("another status, for segments only", async () => {
    await fault("camera_status", { status: 500, on: "segment" });
    expect([(await playlist()).status, (await segment()).status]).toEqual([200, 500]);
  });

  test("a login page", async () => {
    await fault("camera_html");
    const { status, head, body } = await playlist();
    expect([status, body.toString().slice(0, 15)]).toEqual([200, "<!DOCTYPE html>"]);
    expect(head).toContain("Content-Type: text/html");
  });

  test("random bytes under the right type", async () => {
    await fault("camera_garbage", { on: "segment", bytes: 5000 });
    const { head, body } = await segment();
    expect(body.length).toBe(5000);
    expect(head).toContain("Content-Type: video/mp2t");
    expect(body.every((byte, at) => at % 188 !== 0 || byte === 0x47)).toBe(false);
  });

  test("gzip that nobody asked for, and a bomb", async () => {
    await fault("camera_gzip", { on: "entry" });
    const { head, body } = await playlist();
    expect(head).toContain("Content-Encoding: gzip");
    expect(gunzipSync(body).toString()).toMatch(/^#EXTM3U/);
    await simulator.removeFaults();
    await fault("camera_gzip", { mb: 8 });
    const bomb = await playlist();
    expect(bomb.body.length).toBeLessThan(100_000);
    expect(gunzipSync(bomb.body).length).toBeGreaterThan(8 * 1_048_576);
  });

  test("headers of all kinds, and another type", async () => {
    await fault("camera_headers", { lines: ["Set-Cookie: a=b", "Clear-Site-Data: *"], contentType: "image/svg+xml" });
    const { head } = await segment();
    expect(head).toContain("\r\nSet-Cookie: a=b\r\nClear-Site-Data: *\r\n");
    expect(head).toContain("Content-Type: image/svg+xml");
  });

  test.for([
    { how: "whole", status: 200 },
    { how: "other", status: 206 },
  ])("a byte range answered with $how", async ({ how, status }) => {
    const asked = { headers: ["Range: bytes=188-375"] };
    const good = await segment(asked);
    expect([good.status, good.body.length]).toEqual([206, 188]);
    await fault("camera_ignores_range", { how });
    const wrong = await segment(asked);
    expect(wrong.status).toBe(status);
    expect(wrong.body.length).toBeGreaterThan(188);
  });

  test("flapping is good and bad in turn", async () => {
    await fault("camera_flap");
    const statuses = new Set<number | null>();
    for (let request = 0; request < 60 && statuses.size < 2; request += 1) statuses.add((await playlist()).status);
    expect([...statuses].sort()).toEqual([200, 503]);
  });
});

describe("redirects", () => {
  const locationOf = (head: string) => /\r\nLocation: (.*)/.exec(head)?.[1];

  test("to a place where nobody should go: a client that follows is counted there", async () => {
    await fault("camera_redirect", { to: `${canaries.urls[1]}/secret`, status: "307" });
    const { status, head } = await playlist();
    expect([status, locationOf(head)]).toEqual([307, `${canaries.urls[1]}/secret`]);
    expect(canaries.hits).toEqual([]);
    expect(await (await fetch(`${urlOf(0)}/stream.m3u8`)).text()).toBe("canary");
    expect(canaries.hits).toMatchObject([{ said: expect.stringMatching(/^GET \/secret HTTP/) }]);
    canaries.reset();
    expect(canaries.hits).toEqual([]);
  });

  test("a chain ends in the good answer, a loop never", async () => {
    await fault("camera_redirect", { how: "chain", hops: 4 });
    const followed = await fetch(`${urlOf(0)}/stream.m3u8`);
    expect(followed.url).toContain("hop=4");
    expect(await followed.text()).toMatch(/^#EXTM3U/);
    await simulator.removeFaults();
    await fault("camera_redirect", { how: "loop" });
    await expect(fetch(`${urlOf(0)}/stream.m3u8`)).rejects.toThrow();
  });
});

describe("playlists that are wrong", () => {
  test.for(["segments", "lines", "one_line", "commas", "attributes"])("huge: %s", async (shape) => {
    await fault("camera_huge_playlist", { mb: 1, shape });
    const answer = await playlist();
    expect(answer.end).toBe("complete");
    expect(answer.body.length).toBeGreaterThan(1_000_000);
    const text = answer.body.toString();
    expect(text.startsWith("#EXTM3U\n")).toBe(true);
    const longest = text.split("\n").reduce((most, { length }) => Math.max(most, length), 0);
    expect(longest > 900_000).toBe(shape !== "segments" && shape !== "lines");
  });

  test("nested without end", async () => {
    await fault("camera_nested");
    let where = "/stream.m3u8";
    for (let depth = 0; depth < 5; depth += 1) {
      const text = (await rawGet(urlOf(0) + where)).body.toString();
      where = /^\/.*$/m.exec(text)?.[0] ?? "";
      expect(where).toBe(`/stream/nest-${depth + 1}.m3u8`);
    }
  });

  test("frozen: it names the same for ever, and those segments are still there", async () => {
    await fault("camera_frozen");
    const before = await playlist();
    const where = await segmentPath();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 600_000 });
    expect((await playlist()).body.equals(before.body)).toBe(true);
    expect((await rawGet(urlOf(0) + where)).status).toBe(200);
    await simulator.removeFaults();
    expect((await playlist()).body.equals(before.body)).toBe(false);
  });

  test("any text and any bytes at any path; the rest of the camera goes on", async () => {
    await fault("camera_file", { text: '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="file:///etc/passwd"\n' });
    await fault("camera_file", { path: "/evil/next", base64: Buffer.from([0, 255]).toString("base64"), status: 404 });
    const [entry, other] = await Promise.all([playlist(), rawGet(`${urlOf(0)}/evil/next?a=b`)]);
    expect(entry.body.toString()).toContain("file:///etc/passwd");
    expect([other.status, other.body.toString("hex")]).toEqual([404, "00ff"]);
    expect((await segment()).status).toBe(200);
  });
});

test("faults add up, in the order of their start", async () => {
  await fault("camera_html");
  await fault("camera_slow", { minMs: 150, maxMs: 150 });
  await fault("camera_truncated", { mode: "length", at: 0.1 });
  const { tookMs, body } = await playlist();
  expect(tookMs).toBeGreaterThan(145);
  expect(body.toString()).toMatch(/^<!DOCTYPE/);
  expect(body.length).toBeLessThan(50);
  expect(simulator.cameras.witness.requests({ siteId: "site-001" }).at(-1)?.faults).toEqual([
    "camera_html",
    "camera_slow",
    "camera_truncated",
  ]);
});

test.for(["segment_loss", "all_silent"] as const)("%s takes the camera with it", async (kind) => {
  await simulator.addFault({ sites: ["site-001"], kind });
  expect(await playlist({ waitMs: 200 })).toMatchObject({ connected: true, status: null, end: "timeout" });
});

test("a slow reader holds nothing back but itself, and costs no memory", async () => {
  await fault("camera_huge_playlist", { mb: 512 });
  const before = process.memoryUsage().rss;
  // what it does not read stays unsent: the sender writes at the reader's pace
  const answer = await playlist({ maxBytes: 1000 });
  expect(answer.end).toBe("too_much");
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1_048_576);
  const { bytes } = simulator.cameras.witness.requests({ siteId: "site-001" }).at(-1) ?? {};
  expect(bytes).toBeLessThan(16 * 1_048_576);
});

test("every kind of fault of a camera was seen to bite", () => {
  expect([...seen].sort()).toEqual(Object.keys(CAMERA_FAULT_KINDS).sort());
});
