import net, { type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { VideoCause } from "../../../domain/video/video-cause.ts";
import { type LittleCamera, packets, playlistOf, startLittleCamera } from "../../services/little-camera.ts";
import { codeOf, type GatewayUnderTest, startGateway } from "./gateway-under-test.ts";

const SEGMENT = "/live/seg.ts";
const ENTRY = "/v/site-001/-/index.m3u8";
let camera: LittleCamera;
let under: GatewayUnderTest;
/** Listeners where no playlist may lead: each connection counts. */
const canaries: { server: net.Server; port: number; hits: number }[] = [];
/** Of everything that the gateway has answered. */
let said = "";

beforeAll(async () => {
  camera = await startLittleCamera();
  for (let at = 0; at < 2; at += 1) {
    const canary = { server: net.createServer(), port: 0, hits: 0 };
    canary.server.on("connection", (socket) => {
      canary.hits += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => canary.server.listen(0, "127.0.0.1", resolve));
    canary.port = (canary.server.address() as AddressInfo).port;
    canaries.push(canary);
  }
});
afterEach(async () => {
  await under.close();
  expect(canaries.map(({ hits }) => hits)).toEqual([0, 0]);
  // No answer, of whichever kind, tells where the camera is.
  expect(said).not.toContain(String(camera.port));
  said = "";
});
afterAll(async () => {
  await camera.close();
  for (const { server } of canaries) server.close();
});

async function begin(playlist: string | Buffer = playlistOf(1, ["seg.ts"])): Promise<void> {
  camera.serve("/live/stream.m3u8", playlist);
  under = await startGateway([{ id: "site-001", cameraUrl: `${camera.origin}/live/stream.m3u8` }]);
}

async function ask(path: string) {
  const answer = await under.get(path);
  said += `${JSON.stringify([...answer.head])}${answer.body.toString("latin1")}`;
  return answer;
}

type Fault = readonly [name: string, cause: VideoCause, serve: () => void];
const body = (bytes: Buffer | string, headers: Record<string, string | number> = {}, status = 200) =>
  camera.serve(SEGMENT, (_request, response) => {
    response.writeHead(status, headers);
    response.end(bytes);
  });
const canaryUrl = (at: number, path = "/x.ts") => `http://127.0.0.1:${canaries[at]?.port}${path}`;

test.for<Fault>([
  [
    "HTML in place of video",
    "bad_content",
    () => body("<!doctype html><title>login</title>", { "content-type": "video/mp2t" }),
  ],
  [
    "an SVG with a script",
    "bad_content",
    () => body("<svg onload=alert(1)></svg>", { "content-type": "image/svg+xml" }),
  ],
  ["nothing", "bad_content", () => body("")],
  ["404", "upstream_status", () => body("no", {}, 404)],
  ["500", "upstream_status", () => body("no", {}, 500)],
  ["206 that nobody asked for", "upstream_status", () => body(packets(2), { "content-range": "bytes 0-375/999" }, 206)],
  ["a redirect to another port", "redirect_refused", () => body("", { location: canaryUrl(0) }, 302)],
  ["a redirect to itself", "redirect_refused", () => body("", { location: SEGMENT }, 307)],
  [
    "a gzip body that nobody asked for",
    "encoding_refused",
    () => body(gzipSync(packets(10)), { "content-encoding": "gzip" }),
  ],
  ["a length beyond the limit", "upstream_too_large", () => body("", { "content-length": 17 * 1024 * 1024 })],
  [
    "no HTTP",
    "bad_content",
    () =>
      camera.serve(SEGMENT, (_request, response) => {
        response.socket?.end("SSH-2.0-OpenSSH_9.2\r\n");
      }),
  ],
  [
    "a connection that is closed at once",
    "upstream_refused",
    () =>
      camera.serve(SEGMENT, (_request, response) => {
        response.socket?.destroy();
      }),
  ],
])("%s is refused: %s", async ([, cause, serve]) => {
  await begin();
  expect((await ask(ENTRY)).status).toBe(200);
  serve();
  const refused = await ask("/v/site-001/-/seg.ts");
  expect(codeOf(refused)).toBe(cause);
  expect(refused.status).toBeGreaterThanOrEqual(500);
});

test("a body without an end is cut at the limit, and costs no more memory than that", async () => {
  await begin();
  await ask(ENTRY);
  camera.serve(SEGMENT, (_request, response) => {
    const chunk = packets(5_000);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  });
  const answer = await fetch(`${under.url}/v/site-001/-/seg.ts`, { headers: { cookie: under.cookie() } });
  await expect(answer.arrayBuffer()).rejects.toThrow();
  expect(codeOf(await ask("/v/site-001/-/seg.ts"))).toBe("upstream_too_large");
});

test("a body that drips for ever ends with the total time, although something comes all the time", async () => {
  await begin();
  await ask(ENTRY);
  camera.serve("/live/stream.m3u8", (_request, response) => {
    response.writeHead(200);
    response.write("#EXTM3U\n");
    const timer = setInterval(() => response.write("#\n"), 200);
    response.on("close", () => clearInterval(timer));
  });
  // The stand-in of the last good one has run out by then.
  await sleep(3_100);
  const began = performance.now();
  const refused = await ask(ENTRY);
  expect(codeOf(refused)).toBe("upstream_timeout");
  expect(performance.now() - began).toBeLessThan(6_000);
});

/** Places of a playlist where an address may stand. */
const PLACES: Readonly<Record<string, (uri: string) => string>> = {
  "a segment": (uri) => playlistOf(1, [uri]),
  "a key": (uri) => playlistOf(1, ["seg.ts"], [`#EXT-X-KEY:METHOD=AES-128,URI="${uri}"`]),
  "an init section": (uri) => playlistOf(1, ["seg.mp4"], [`#EXT-X-MAP:URI="${uri}"`]),
  "a variant": (uri) => `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${uri}\n`,
  "a part": (uri) =>
    playlistOf(1, ["seg.ts"], ["#EXT-X-PART-INF:PART-TARGET=0.5", `#EXT-X-PART:DURATION=0.5,URI="${uri}"`]),
};
const TARGETS: Readonly<Record<string, () => string>> = {
  "another port of this machine": () => canaryUrl(0),
  "the same by another name": () => `http://0x7f000001:${canaries[0]?.port}/x.ts`,
  "without a scheme": () => `//127.0.0.1:${canaries[1]?.port}/x.ts`,
  "the cloud's own address": () => "http://169.254.169.254/latest/meta-data/x.ts",
  "a file": () => "file:///etc/passwd",
  "a program": () => "javascript:alert(1)",
  "a name and a password": () => `http://a:b@127.0.0.1:${canaries[0]?.port}/x.ts`,
};

test.for(Object.keys(PLACES).flatMap((place) => Object.keys(TARGETS).map((target) => [place, target] as const)))(
  "%s that leads to %s: the playlist is refused, and nobody is asked",
  async ([place, target]) => {
    await begin(PLACES[place]?.(TARGETS[target]?.() ?? "") ?? "");
    const refused = await ask(ENTRY);
    expect(codeOf(refused)).toBe("target_not_allowed");
    expect(camera.hits("/live/stream.m3u8")).toBeGreaterThan(0);
  },
);

test("a canary counts: without the guard it would have been asked", async () => {
  await begin();
  const [canary] = canaries;
  await expect(fetch(canaryUrl(0))).rejects.toThrow();
  expect(canary?.hits).toBe(1);
  if (canary) canary.hits = 0;
});

/** Whose controller is where; what its site allows; whether a segment with a query plays. */
test.for([
  ["a camera at an address of its own", "http://192.0.2.1", false, true],
  ["a camera at its controller's", "", false, false],
  ["a camera at its controller's that is allowed queries", "", true, true],
] as const)("%s: queries are sent", async ([, controllerUrl, cameraQueries, plays]) => {
  camera.serve("/live/stream.m3u8", playlistOf(1, ["seg.ts?token=1"]));
  camera.serve(SEGMENT, packets(1));
  const cameraUrl = `${camera.origin}/live/stream.m3u8`;
  under = await startGateway([
    { id: "site-001", cameraUrl, cameraQueries, controllerUrl: controllerUrl || `${camera.origin}/` },
  ]);
  const before = camera.hits(`${SEGMENT}?token=1`);
  const entry = await ask(ENTRY);
  if (!plays) return expect(codeOf(entry)).toBe("target_not_allowed");
  const [, opaque = ""] = /^(r\/.+)$/m.exec(entry.body.toString()) ?? [];
  expect((await ask(`/v/site-001/-/${opaque}`)).status).toBe(200);
  expect(camera.hits(`${SEGMENT}?token=1`)).toBe(before + 1);
});

test("masters that name each other are not followed for ever", async () => {
  await begin("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nnext/a.m3u8\n");
  camera.serve("/live/next/a.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n../stream.m3u8\n");
  expect((await ask(ENTRY)).status).toBe(200);
  expect(codeOf(await ask("/v/site-001/-/next/a.m3u8"))).toBe("playlist_too_deep");
  expect(camera.allHits()).toBeLessThan(200);
});

test("a dead camera is answered at once, with its cause, and comes back by itself", async () => {
  await begin(playlistOf(1, ["seg.ts"]));
  expect((await ask(ENTRY)).status).toBe(200);
  await camera.die();
  // The last good one stands in for a little while.
  expect((await ask(ENTRY)).status).toBe(200);
  await expect.poll(async () => (await ask(ENTRY)).status, { timeout: 8_000 }).toBe(503);
  const began = performance.now();
  const refused = await ask(ENTRY);
  expect(codeOf(refused)).toBe("upstream_refused");
  expect(refused.head.get("retry-after")).toBe("2");
  expect(performance.now() - began).toBeLessThan(500);
  // Nobody wants video that is watched to be forgotten: within three target durations it is marked.
  await expect.poll(() => under.report("site-001")?.health.state, { timeout: 12_000 }).toBe("offline");
  await camera.back();
  camera.serve("/live/stream.m3u8", playlistOf(9, ["seg.ts"]));
  await expect.poll(async () => (await ask(ENTRY)).status, { timeout: 8_000 }).toBe(200);
  await expect.poll(() => under.report("site-001")?.health.state, { timeout: 8_000 }).toBe("online");
});

test("a part of a file is fetched, kept and sent as a part, and no other part than a playlist names", async () => {
  const file = Buffer.concat([packets(10, 1), packets(10, 2)]);
  await begin(
    [
      "#EXTM3U",
      "#EXT-X-TARGETDURATION:2",
      "#EXTINF:2,",
      "#EXT-X-BYTERANGE:1880@0",
      "all.ts",
      "#EXTINF:2,",
      "#EXT-X-BYTERANGE:1880",
      "all.ts",
      "",
    ].join("\n"),
  );
  camera.serve("/live/all.ts", (request, response) => {
    const [, first, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
    response.writeHead(206, { "content-range": `bytes ${first}-${last}/${file.length}` });
    response.end(file.subarray(Number(first), Number(last) + 1));
  });
  await ask(ENTRY);
  const part = await under.get("/v/site-001/-/all.ts", { range: "bytes=1880-3759" });
  expect([part.status, part.head.get("content-range")]).toEqual([206, "bytes 1880-3759/*"]);
  expect(part.body.equals(file.subarray(1880))).toBe(true);
  for (const range of ["bytes=0-99", "bytes=0-", "bytes=-100", "bytes=0-1879,1880-3759"]) {
    const refused = await under.get("/v/site-001/-/all.ts", { range });
    expect([range, refused.status]).toEqual([range, 416]);
  }
  expect((await under.get("/v/site-001/-/all.ts")).status).toBe(416);
});

test("an address outside of the camera's folder is served under a name that says nothing of it", async () => {
  await begin(playlistOf(1, ["seg.ts?token=secret-of-the-camera", "/elsewhere/b.ts"]));
  camera.serve("/live/seg.ts", packets(4));
  camera.serve("/elsewhere/b.ts", packets(5));
  const { body: text } = await ask(ENTRY);
  const uris = text
    .toString()
    .split("\n")
    .filter((line) => line.startsWith("r/"));
  expect(uris).toHaveLength(2);
  expect(text.toString()).not.toMatch(/secret|elsewhere/);
  const lengths = [];
  for (const uri of uris) lengths.push((await ask(`/v/site-001/-/${uri}`)).body.length);
  expect(lengths).toEqual([4 * 188, 5 * 188]);
  expect(camera.hits("/live/seg.ts?token=secret-of-the-camera")).toBe(1);
});
