import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LittleCamera, packets, playlistOf, startLittleCamera } from "../../services/little-camera.ts";
import { codeOf, type GatewayUnderTest, startGateway } from "./gateway-under-test.ts";

const VIEWERS = 81;
const DRIP_MS = 60;
const PIECES = 10;
let camera: LittleCamera;
let under: GatewayUnderTest;

beforeAll(async () => {
  camera = await startLittleCamera();
  under = await startGateway([{ id: "site-001", cameraUrl: `${camera.origin}/live/stream.m3u8` }]);
  camera.serve("/live/stream.m3u8", playlistOf(1, ["a.ts", "b.ts", "c.ts", "d.ts", "e.ts", "f.ts", "g.ts"]));
});
afterAll(async () => {
  await under.close();
  await camera.close();
});

/**
 * Sends a body in pieces, as a camera on a thin line does.
 *
 * @param isAwaited what the last piece waits for
 */
function drip(path: string, pieces: readonly Buffer[], isAwaited: Promise<void> = Promise.resolve()): void {
  camera.serve(path, async (_request, response) => {
    response.writeHead(200, { "content-length": pieces.reduce((sum, piece) => sum + piece.length, 0) });
    for (const piece of pieces) {
      if (piece === pieces.at(-1)) await isAwaited;
      response.write(piece);
      await sleep(DRIP_MS);
    }
    response.end();
  });
}

/** @param onFirst told of the first bytes @returns when the last byte came, milliseconds after the start */
async function watch(
  path: string,
  onFirst: () => void = () => undefined,
): Promise<{ readonly wholeMs: number; readonly body: Buffer }> {
  const began = performance.now();
  const answer = await fetch(`${under.url}${path}`, { headers: { cookie: under.cookie() } });
  expect(answer.status).toBe(200);
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    if (chunks.length === 0) onFirst();
    chunks.push(chunk);
  }
  return { wholeMs: performance.now() - began, body: Buffer.concat(chunks) };
}

test("a playlist comes rewritten, with a type of ours and without a header of the camera", async () => {
  camera.serve("/live/stream.m3u8", (_request, response) => {
    response.writeHead(200, {
      "set-cookie": "stolen=1",
      "service-worker-allowed": "/",
      "clear-site-data": '"*"',
      "content-security-policy": "default-src *",
      "content-type": "text/html",
    });
    response.end(playlistOf(1, ["a.ts", "b.ts", "c.ts", "d.ts", "e.ts", "f.ts", "g.ts"]));
  });
  const { status, head, body } = await under.get("/v/site-001/-/index.m3u8");
  expect(status).toBe(200);
  expect(
    body
      .toString()
      .split("\n")
      .filter((line) => line.endsWith(".ts")),
  ).toEqual("abcdefg".split("").map((name) => `${name}.ts`));
  expect(Object.fromEntries(head)).toMatchObject({
    "content-type": "application/vnd.apple.mpegurl",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; sandbox",
  });
  for (const name of ["set-cookie", "service-worker-allowed", "clear-site-data"]) expect(head.get(name)).toBeNull();
});

test("81 viewers of one new segment are one fetch, and see its first bytes while the camera still sends", async () => {
  const pieces = Array.from({ length: PIECES }, (_, at) => packets(20, at));
  // The camera keeps the last piece back until everybody has the first one: held until it is whole, nothing would ever come.
  const everybodyHasBegun = Promise.withResolvers<void>();
  let begun = 0;
  const onFirst = () => {
    begun += 1;
    if (begun === VIEWERS) everybodyHasBegun.resolve();
  };
  drip("/live/a.ts", pieces, everybodyHasBegun.promise);
  const early = Array.from({ length: 40 }, () => watch("/v/site-001/-/a.ts", onFirst));
  // The others come when a part is there already.
  await expect.poll(() => begun).toBeGreaterThan(0);
  const late = Array.from({ length: VIEWERS - 40 }, () => watch("/v/site-001/-/a.ts", onFirst));
  const whole = Buffer.concat(pieces);
  for (const { body } of await Promise.all([...early, ...late])) expect(body.equals(whole)).toBe(true);
  expect(camera.hits("/live/a.ts")).toBe(1);
  // From the cache: the camera is not asked again.
  expect((await watch("/v/site-001/-/a.ts")).body.equals(whole)).toBe(true);
  expect(camera.hits("/live/a.ts")).toBe(1);
});

test("a fetch goes on when the first viewer leaves, and ends with the last one", async () => {
  drip(
    "/live/b.ts",
    Array.from({ length: 40 }, (_, at) => packets(20, at)),
  );
  const [first, second] = [new AbortController(), new AbortController()];
  const headers = { cookie: under.cookie() };
  const one = await fetch(`${under.url}/v/site-001/-/b.ts`, { headers, signal: first.signal });
  const other = await fetch(`${under.url}/v/site-001/-/b.ts`, { headers, signal: second.signal });
  first.abort();
  await expect(one.arrayBuffer()).rejects.toThrow();
  const reader = other.body?.getReader();
  for (let reads = 0; reads < 3; reads += 1) expect((await reader?.read())?.done).toBe(false);
  const before = camera.aborted();
  second.abort();
  await expect.poll(() => camera.aborted()).toBe(before + 1);
  expect(camera.hits("/live/b.ts")).toBe(1);
  // What was broken off is not kept as if it were whole.
  camera.serve("/live/b.ts", packets(3));
  expect((await watch("/v/site-001/-/b.ts")).body).toHaveLength(3 * 188);
});

test("a segment that is cut off breaks its viewers off, and is not kept", async () => {
  camera.serve("/live/c.ts", (_request, response) => {
    response.writeHead(200, { "content-length": 188 * 50 });
    response.write(packets(20));
    setTimeout(() => response.destroy(), 50);
  });
  const broken = await fetch(`${under.url}/v/site-001/-/c.ts`, { headers: { cookie: under.cookie() } });
  expect(broken.status).toBe(200);
  await expect(broken.arrayBuffer()).rejects.toThrow();
  // For a second the failure is the answer to whoever asks.
  expect(codeOf(await under.get("/v/site-001/-/c.ts"))).toBe("truncated");
  camera.serve("/live/c.ts", packets(50));
  await expect.poll(async () => (await under.get("/v/site-001/-/c.ts")).status, { timeout: 5_000 }).toBe(200);
});

test("a reader that stops is let go, and nobody else waits for it", async () => {
  const large = packets(20_000);
  camera.serve("/live/d.ts", large);
  under.configure({ perViewerKbps: 0 });
  const stopped = await fetch(`${under.url}/v/site-001/-/d.ts`, { headers: { cookie: under.cookie() } });
  const reader = stopped.body?.getReader();
  await reader?.read();
  const { body, wholeMs } = await watch("/v/site-001/-/d.ts");
  expect(body).toHaveLength(large.length);
  expect(wholeMs).toBeLessThan(5_000);
  await reader?.cancel();
});

test("a bandwidth limit slows a viewer down, and only that one's", async () => {
  const bytes = packets(2_000);
  camera.serve("/live/e.ts", bytes);
  // 376 kB at 125 kB/s: a second's worth and a piece at once, the rest takes 1.5 s.
  under.configure({ perViewerKbps: 1_000 });
  const slow = await watch("/v/site-001/-/e.ts");
  expect(slow.body).toHaveLength(bytes.length);
  expect(slow.wholeMs).toBeGreaterThan(1_200);
  under.configure({ perViewerKbps: 0 });
  expect((await watch("/v/site-001/-/e.ts")).wholeMs).toBeLessThan(slow.wholeMs / 2);
});

test("more streams than a session may watch are refused, with a code", async () => {
  camera.serve("/live/f.ts", packets(1));
  under.configure({ maxPerStream: 1 });
  expect((await under.get("/v/site-001/-/f.ts")).status).toBe(200);
  const other = await under.get("/v/site-001/-/f.ts", { cookie: under.cookie("6f1c2a54-3f0e-4b7a-9c61-2f5f0f6c9d12") });
  expect([other.status, codeOf(other)]).toEqual([429, "too_many_sessions"]);
  expect((await under.get("/v/site-001/-/f.ts")).status).toBe(200);
  under.configure({});
});

test("while no flow asks for video nothing is served", async () => {
  under.configure(null);
  const refused = await under.get("/v/site-001/-/index.m3u8");
  expect([refused.status, codeOf(refused)]).toEqual([503, "gateway_unavailable"]);
  under.configure({});
  expect((await under.get("/v/site-001/-/index.m3u8")).status).toBe(200);
});

test("what no playlist has named is not asked for at the camera", async () => {
  const before = camera.allHits();
  for (const path of [
    "nosuch.ts",
    "cooler?operation=close",
    "../cooler",
    "%2e%2e/cooler",
    "r/AAAAAAAAAAAAAAAAAAAAAA",
  ]) {
    const refused = await under.get(`/v/site-001/-/${path}`);
    expect([path, refused.status]).toEqual([path, 404]);
  }
  // Its own playlist may have been read once more to see whether it names them.
  expect(camera.allHits() - before).toBe(camera.hits("/live/stream.m3u8") > 0 ? camera.allHits() - before : 0);
  for (const path of ["/live/nosuch.ts", "/cooler?operation=close", "/cooler"]) expect(camera.hits(path)).toBe(0);
});
