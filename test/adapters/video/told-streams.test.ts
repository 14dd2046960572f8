import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { createDiskStore } from "../../../adapters/objects/disk-store.ts";
import { createGateway } from "../../../adapters/video/gateway/create-gateway.ts";
import { DEFAULT_GATEWAY_SETTINGS, type FromGateway } from "../../../adapters/video/gateway-protocol.ts";
import { createStreamBoard, recordFrom } from "../../../adapters/video/stream-board.ts";

afterEach(() => vi.useRealTimers());

/** A gateway of three cameras that nobody watches, and what it has told of each since the last question. */
function startIdleGateway() {
  const key = randomBytes(32).toString("base64");
  const folder = path.join(tmpdir(), "antbox-no-recordings");
  const start = { ticketKeys: [key], addressKey: key, isSecure: false, listen: null, cacheBytes: 1024 ** 2 };
  const told: Extract<FromGateway, { readonly type: "reports" }>["reports"][number][] = [];
  const gateway = createGateway(
    { ...start, recordings: { folder, leastFreeBytes: 0 }, ffmpeg: { path: null, folder, idleMs: 30_000 } },
    createDiskStore(folder),
    (message) => {
      if (message.type === "reports") told.push(...message.reports);
    },
  );
  const streams = ["a", "b", "c"].map((id) => ({ id, url: `http://192.0.2.1/${id}.m3u8`, authorization: null }));
  const plant = { sites: [], profiles: {}, ownPorts: [] };
  const say = (some: typeof streams) => gateway.take({ type: "streams", streams: some, plant });
  say(streams);
  gateway.take({ type: "configure", settings: { ...DEFAULT_GATEWAY_SETTINGS, probeS: 0 } });
  return { gateway, streams, say, told: () => told.splice(0) };
}

test("the gateway tells of a camera once, of a new one at once, and of all once a minute", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance", "Date"] });
  const { gateway, streams, say, told } = startIdleGateway();
  vi.advanceTimersByTime(300);
  expect(told().map(({ id }) => id)).toEqual(["a", "b", "c"]);
  vi.advanceTimersByTime(50_000);
  expect(told()).toEqual([]);
  const another = { id: "d", url: "http://192.0.2.1/d.m3u8", authorization: null };
  say([...streams.slice(1), another]);
  vi.advanceTimersByTime(300);
  expect(told().map(({ id }) => id)).toEqual(["d"]);
  vi.advanceTimersByTime(15_000);
  expect(told().map(({ id }) => id)).toEqual(["b", "c", "d"]);
  await gateway.close();
});

test("while the gateway of this process speaks the stored states are not read; after a silence they are", async () => {
  let nowMs = 0;
  let reads = 0;
  let look = () => {};
  const database = {
    query: async () => {
      reads += 1;
      return [];
    },
  };
  const work = {
    onWork(tell: () => void) {
      look = tell;
      return () => undefined;
    },
  };
  const board = createStreamBoard({ database, work, clock: () => nowMs });
  const lookAt = async (ms: number) => {
    nowMs = ms;
    look();
    await Promise.resolve();
    await Promise.resolve();
    return reads;
  };
  expect(await lookAt(1_000)).toBe(1);
  const health = { state: "online" as const, sinceMs: 1, cause: null, progressedAtMs: 1, watchedSinceMs: null };
  const seen = { codec: null, width: null, height: null, bitrateKbps: null, lookedAtMs: 1 };
  board.put([recordFrom({ id: "a", health: { ...health, mediaSequence: 1, targetS: 2 }, ...seen })]);
  expect(await lookAt(60_000)).toBe(1);
  expect(board.get("a")?.state).toBe("online");
  expect(await lookAt(100_000)).toBe(2);
});
