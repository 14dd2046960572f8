import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FailureCause } from "../../../domain/collection/failure-cause.ts";
import { addLatency, newLatencyHistory, p99Ms } from "../../../domain/collection/latency-history.ts";
import { roundBudget } from "../../../domain/collection/round-budget.ts";
import { spreadMs, startOffsetMs } from "../../../domain/collection/start-spread.ts";
import { connectsPerS, newTokenBucket, takeToken } from "../../../domain/collection/token-bucket.ts";
import { firstTryMs, isRetryable, probeMs, retryDelayMs, retryMs } from "../../../domain/collection/try-policy.ts";

describe("round budget", () => {
  test.for([
    { name: "60 s: 5 s, a site 4.5 s", until: 60_000, closes: 5000, site: 4500 },
    { name: "5.1 s: still 5 s", until: 5100, closes: 5000, site: 4500 },
    { name: "1 s: just before the next slot", until: 1000, closes: 900, site: 810 },
    { name: "nothing left", until: 50, closes: 0, site: 0 },
  ])("$name", ({ until, closes, site }) => {
    expect(roundBudget(until)).toEqual({ closesAfterMs: closes, siteBudgetMs: site });
  });
});

describe("spread of starts", () => {
  test("1,500 sites start at once, 1,501 do not", () => {
    expect(spreadMs(1500, 60_000)).toBe(0);
    expect(spreadMs(1501, 60_000)).toBeGreaterThan(0);
  });

  test("law: offsets rise, stay below 75 % of the interval, and leave the last site its 5 s where the interval has them", () => {
    const sizes = fc.integer({ min: 1, max: 20_000 });
    fc.assert(
      fc.property(sizes, fc.constantFrom(1000, 10_000, 60_000, 3_600_000), (sites, intervalMs) => {
        const last = startOffsetMs(sites - 1, sites, intervalMs);
        expect(last).toBeLessThanOrEqual(0.75 * intervalMs);
        if (intervalMs >= 10_000) expect(last + 5000).toBeLessThanOrEqual(intervalMs);
        expect(startOffsetMs(0, sites, intervalMs)).toBe(0);
        const middle = Math.floor(sites / 2);
        expect(startOffsetMs(middle, sites, intervalMs)).toBeLessThanOrEqual(last);
      }),
    );
  });
});

describe("tries", () => {
  test.for([
    { name: "without history: the profile's", p99: null, profile: 2000, expected: 2000 },
    { name: "a fast site: half a second", p99: 60, profile: 2000, expected: 500 },
    { name: "4 × p99", p99: 300, profile: 2000, expected: 1200 },
    { name: "never above 3 s", p99: 1500, profile: 2000, expected: 3000 },
    { name: "nor by the profile", p99: null, profile: 9000, expected: 3000 },
  ])("first try $name", ({ p99, profile, expected }) => expect(firstTryMs(p99, profile)).toBe(expected));

  test("a retry is longer than the first try and never above 3 s", () => {
    expect([1, 2, 3].map((retry) => retryMs(500, 2000, retry))).toEqual([2000, 2000, 3000]);
  });

  test("pauses double and are jittered by half", () => {
    expect([1, 2, 3].map((retry) => retryDelayMs(retry, 0))).toEqual([50, 100, 200]);
    expect([1, 2, 3].map((retry) => retryDelayMs(retry, 0.999_999))).toEqual([150, 300, 600]);
  });

  test("a suspect gets 1 s, a slow one up to 3 s", () => {
    expect([null, 40, 400, 2000].map((p99) => probeMs(p99, 2))).toEqual([1000, 1000, 1600, 3000]);
  });

  test("what the network or a busy server says is retried; what would come again is not", () => {
    const retried = FailureCause.options.filter((cause) => isRetryable(cause, null));
    const network = "refused reset unreachable dns connect_timeout timeout truncated overloaded";
    expect(retried.sort()).toEqual(network.split(" ").sort());
    expect([500, 503, 404, 401, 204].map((status) => isRetryable("http_status", status))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("latency history", () => {
  test("four samples are none yet, and the newest 50 count", () => {
    const history = newLatencyHistory();
    for (const latencyMs of [900, 20, 30, 40]) addLatency(history, latencyMs);
    expect(p99Ms(history)).toBe(null);
    addLatency(history, 50);
    expect(p99Ms(history)).toBe(900);
    for (let i = 0; i < 50; i += 1) addLatency(history, 60);
    expect(p99Ms(history)).toBe(60);
  });
});

describe("new connections per second", () => {
  test("a burst is free, then the pace holds", () => {
    const bucket = newTokenBucket(300, 300, 0);
    expect(Array.from({ length: 300 }, () => takeToken(bucket, 0, 5000)).every((wait) => wait === 0)).toBe(true);
    expect(takeToken(bucket, 0, 5000)).toBe(4);
    expect(takeToken(bucket, 0, 5000)).toBe(7);
  });

  test("who cannot wait takes nothing", () => {
    const bucket = newTokenBucket(10, 1, 0);
    expect(takeToken(bucket, 0, 0)).toBe(0);
    expect(takeToken(bucket, 0, 99)).toBe(null);
    expect(takeToken(bucket, 0, 100)).toBe(100);
    expect(takeToken(bucket, 0, 100)).toBe(null);
  });

  test("law: in no second do more than burst + pace connections start", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 50, maxLength: 300 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 400 }), (waits, perS) => {
        const bucket = newTokenBucket(perS, perS, 0);
        let nowMs = 0;
        const starts: number[] = [];
        for (const gap of waits) {
          nowMs += gap;
          const wait = takeToken(bucket, nowMs, 5000);
          if (wait !== null) starts.push(nowMs + wait);
        }
        for (const start of starts) {
          const within = starts.filter((other) => other >= start && other < start + 1000).length;
          expect(within).toBeLessThanOrEqual(2 * perS + 1);
        }
      }),
    );
  });

  test("300, and more only for a fleet that could not be polled without keep-alive", () => {
    expect(connectsPerS(150, spreadMs(150, 60_000))).toBe(300);
    expect(connectsPerS(5000, spreadMs(5000, 60_000))).toBe(300);
    expect(connectsPerS(15_000, spreadMs(15_000, 60_000))).toBeGreaterThan(15_000 / 45);
  });
});
