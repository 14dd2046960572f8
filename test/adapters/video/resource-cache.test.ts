import { expect, test } from "vitest";
import {
  type CachedResource,
  createResourceCache,
  type ResourceCache,
} from "../../../adapters/video/gateway/resource-cache.ts";
import type { UpstreamSink } from "../../../adapters/video/gateway/upstream.ts";
import { VideoError } from "../../../domain/video/video-cause.ts";

const KB = 1024;

/** A camera whose answers the test sends by hand. */
function aCamera() {
  const calls: { sink: UpstreamSink; isHeld: boolean; isAborted: boolean }[] = [];
  const open = (cache: ResourceCache, key: string): CachedResource =>
    cache.open(key, () => ({
      start(sink) {
        const call = { sink, isHeld: false, isAborted: false };
        calls.push(call);
        return {
          abort: () => {
            call.isAborted = true;
          },
          pause: () => {
            call.isHeld = true;
          },
          resume: () => {
            call.isHeld = false;
          },
        };
      },
      sniff: () => "video/mp2t",
    }));
  const last = () => calls.at(-1) as (typeof calls)[number];
  return { calls, open, last };
}

function fill(cache: ResourceCache, camera: ReturnType<typeof aCamera>, key: string, bytes: number): CachedResource {
  const resource = camera.open(cache, key);
  const { sink } = camera.last();
  sink.data(Buffer.alloc(bytes, 0x47));
  sink.end();
  return resource;
}

test("what was used last stays, and bytes are counted while they arrive", () => {
  const cache = createResourceCache({ maxBytes: 100 * KB });
  const camera = aCamera();
  for (const key of ["a", "b", "c"]) fill(cache, camera, key, 30 * KB).release();
  expect(cache.stats()).toMatchObject({ bytes: 90 * KB, entries: 3 });
  camera.open(cache, "a").release();
  const filling = camera.open(cache, "d");
  camera.last().sink.data(Buffer.alloc(20 * KB, 0x47));
  // Room was made for what is only arriving, by what nobody has asked for the longest.
  expect([cache.has("a"), cache.has("b"), cache.has("c")]).toEqual([true, false, true]);
  expect(cache.stats().bytes).toBe(80 * KB);
  camera.last().sink.end();
  filling.release();
  expect(cache.has("d")).toBe(true);
});

test("what has only just come stays before what was used earlier: its other viewers are about to ask", () => {
  const cache = createResourceCache({ maxBytes: 100 * KB });
  const camera = aCamera();
  for (const key of ["a", "b", "c"]) fill(cache, camera, key, 30 * KB).release();
  for (const key of ["a", "b", "c"]) camera.open(cache, key).release();
  fill(cache, camera, "new", 10 * KB).release();
  fill(cache, camera, "next", 10 * KB).release();
  expect(["a", "b", "c", "new", "next"].filter(cache.has)).toEqual(["b", "c", "new", "next"]);
});

test("when all memory is in use, what arrives waits until somebody lets go", () => {
  const cache = createResourceCache({ maxBytes: 50 * KB });
  const camera = aCamera();
  const used = fill(cache, camera, "a", 40 * KB);
  const filling = camera.open(cache, "b");
  camera.last().sink.data(Buffer.alloc(20 * KB, 0x47));
  expect(camera.last().isHeld).toBe(true);
  expect(cache.has("a")).toBe(true);
  used.release();
  expect([camera.last().isHeld, cache.has("a"), cache.stats().bytes]).toEqual([false, false, 20 * KB]);
  filling.release();
});

test("nothing is left of what was broken off, failed, or went with its last reader", () => {
  const cache = createResourceCache({ maxBytes: 100 * KB });
  const camera = aCamera();
  const [one, other] = [camera.open(cache, "a"), camera.open(cache, "a")];
  camera.last().sink.data(Buffer.alloc(10 * KB, 0x47));
  one.release();
  one.release();
  expect(camera.last().isAborted).toBe(false);
  other.release();
  expect(camera.last().isAborted).toBe(true);
  const failing = camera.open(cache, "b");
  camera.last().sink.data(Buffer.alloc(10 * KB, 0x47));
  camera.last().sink.fail(new VideoError("truncated", "cut off"));
  expect([failing.state, failing.error?.videoCause]).toEqual(["failed", "truncated"]);
  failing.release();
  expect(cache.stats().bytes).toBe(0);
});

test("a failure is the answer for a second, then the camera is asked again", () => {
  let nowMs = 0;
  const cache = createResourceCache({ maxBytes: KB, clock: () => nowMs });
  const camera = aCamera();
  camera.open(cache, "a");
  camera.last().sink.fail(new VideoError("upstream_status", "answered 404"));
  nowMs = 900;
  expect(camera.open(cache, "a").state).toBe("failed");
  expect(camera.calls).toHaveLength(1);
  nowMs = 1_100;
  expect(camera.open(cache, "a").state).toBe("checking");
  expect(camera.calls).toHaveLength(2);
});

test("failures of a camera that names ever new segments leave no memory behind, and are forgotten", () => {
  let nowMs = 0;
  const cache = createResourceCache({ maxBytes: 100 * KB, clock: () => nowMs });
  const camera = aCamera();
  for (let at = 0; at < 50; at += 1) {
    const resource = camera.open(cache, `segment ${at}`);
    camera.last().sink.data(Buffer.alloc(10 * KB, 0x47));
    camera.last().sink.fail(new VideoError("truncated", "cut off"));
    expect(resource.chunks).toEqual([]);
    resource.release();
    nowMs += 100;
  }
  expect(cache.stats().bytes).toBe(0);
  // Those of the last second answer whoever asks again.
  expect(cache.stats().entries).toBeLessThanOrEqual(12);
});

test("what is refused for its first bytes takes nothing from what is counted", () => {
  const cache = createResourceCache({ maxBytes: 100 * KB });
  const kept = fill(cache, aCamera(), "a", 30 * KB);
  const resource = cache.open("b", () => ({
    start(sink) {
      sink.data(Buffer.from("<!doctype html><title>login</title>"));
      return { abort: () => undefined, pause: () => undefined, resume: () => undefined };
    },
    sniff: () => {
      throw new VideoError("bad_content", "is no video");
    },
  }));
  expect(resource.state).toBe("failed");
  resource.release();
  expect(cache.stats().bytes).toBe(30 * KB);
  kept.release();
});
