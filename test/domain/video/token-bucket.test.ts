import fc from "fast-check";
import { expect, test } from "vitest";
import { createTokenBucket } from "../../../domain/video/token-bucket.ts";

test("what is full gives its burst at once, and then as fast as it fills", () => {
  const bucket = createTokenBucket(1_000, 500);
  expect(bucket.waitMs(0)).toBe(0);
  bucket.take(500, 0);
  expect(bucket.waitMs(0)).toBeGreaterThan(0);
  expect(bucket.waitMs(10)).toBe(0);
});

test("a piece larger than the bucket goes through, and is waited for afterwards", () => {
  const bucket = createTokenBucket(1_000, 100);
  bucket.take(2_100, 0);
  expect(bucket.waitMs(0)).toBe(2_001);
  expect(bucket.waitMs(1_999)).toBeGreaterThan(0);
  expect(bucket.waitMs(2_001)).toBe(0);
});

test("a clock that was set back gives nothing away", () => {
  const bucket = createTokenBucket(1_000, 100);
  bucket.take(1_100, 5_000);
  expect(bucket.waitMs(1_000)).toBeGreaterThan(0);
  bucket.waitMs(5_000);
  expect(bucket.waitMs(5_500)).toBeGreaterThan(0);
});

test("over any time no more goes through than the rate, the burst and one piece", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 65_536 })), { maxLength: 200 }),
      (rate, burst, pieces) => {
        const bucket = createTokenBucket(rate, burst);
        let [nowMs, sent, largest] = [0, 0, 0];
        for (const [laterMs, bytes] of pieces) {
          nowMs += laterMs;
          if (bucket.waitMs(nowMs) > 0) continue;
          bucket.take(bytes, nowMs);
          sent += bytes;
          largest = Math.max(largest, bytes);
        }
        expect(sent).toBeLessThanOrEqual(burst + (rate * nowMs) / 1000 + largest + 1);
      },
    ),
  );
});
