import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHttpClient } from "../../adapters/controller/http-client.ts";
import type { TryResult } from "../../domain/collection/poll-site.ts";
import { findCompiledProfile } from "../../domain/profiles/index.ts";
import { GOOD_BODY, HOSTILE_CASES, type HostileCase, whole } from "./hostile-cases.ts";
import { aSite, collectorOver, rounds } from "./hostile-fixture.ts";
import { type HostileServer, refusingUrl, startBlackHole, startHostileServer, witness } from "./hostile-server.ts";

const ODD_BUT_GOOD = new Map<string, HostileCase["answer"]>([
  ["good", (s) => void s.write(whole(GOOD_BODY))],
  ["trailing-garbage", (s) => void s.write(Buffer.concat([whole(GOOD_BODY), Buffer.from("garbage behind it")]))],
  ["second-answer-unasked", (s) => void s.write(Buffer.concat([whole(GOOD_BODY), whole('{"poison":true}')]))],
  ["too-large-a-number", (s) => void s.write(whole(GOOD_BODY.replace("35.1", "1e999")))],
  ["duplicate-keys", (s) => void s.write(whole(GOOD_BODY.replace('"ok":true', '"ok":false,"ok":true')))],
  ["proto-key", (s) => void s.write(whole(GOOD_BODY.replace('"ok"', '"__proto__":{"polluted":true},"ok"')))],
  ["identity", (s) => void s.write(whole(GOOD_BODY, "Content-Encoding: identity\r\n"))],
  ["byte-order-mark", (s) => void s.write(whole(`\ufeff${GOOD_BODY}`))],
  ["ends-by-close", (s) => void s.end(`HTTP/1.1 200 OK\r\n\r\n${GOOD_BODY}`)],
  ["early-hints-once", (s) => void s.write(Buffer.concat([Buffer.from("HTTP/1.1 103 E\r\n\r\n"), whole(GOOD_BODY)]))],
]);
const TRY_MS = 700;
const profile = findCompiledProfile("bitmain-antbox-hk3");

let server: HostileServer;
let hole: Awaited<ReturnType<typeof startBlackHole>>;
let refused: string;
beforeAll(async () => {
  server = await startHostileServer(ODD_BUT_GOOD);
  hole = await startBlackHole();
  refused = await refusingUrl();
});
afterAll(async () => {
  await server.close();
  await hole.close();
});

/** One request of the real client, and the profile's judgement on it. */
async function fetchOnce(url: string, timeoutMs = TRY_MS) {
  const http = createHttpClient();
  const line = http.lineTo(url);
  const prefix = new URL(url).pathname.replace(/\/$/, "");
  const path = `${prefix}/cooler?operation=coolerState`;
  const request = { name: "coolerState", method: "GET", path, timeoutMs, isRequired: true };
  const startedMs = performance.now();
  const result: TryResult = await line.send(request, timeoutMs);
  const tookMs = performance.now() - startedMs;
  line.close();
  await expect.poll(() => http.openSockets).toBe(0);
  const cause = result.ok ? (profile?.judge("coolerState", result.json) ?? null) : result.cause;
  return { result, cause, tookMs };
}

describe("each fault bites a client that checks nothing", () => {
  test.for(HOSTILE_CASES)("$name", async ({ name, bites }) => {
    const seen = await witness(server.urlOf(name));
    expect(bites(seen), JSON.stringify({ ...seen, head: seen.head.slice(0, 80) })).toBe(true);
  });

  test("refused", async () => expect((await witness(refused)).ended).toBe("refused"));
  test("handshake that never completes", async () =>
    expect((await witness(hole.url, 1500)).ended).toBe("no_handshake"));
});

describe("each fault has its cause, ends in time, and leaves no socket", () => {
  test.for(HOSTILE_CASES)("$name → $cause", async ({ name, cause }) => {
    const outcome = await fetchOnce(server.urlOf(name));
    expect(outcome.cause).toBe(cause);
  });

  test("refused", async () => expect((await fetchOnce(refused)).cause).toBe("refused"));
  test("handshake that never completes", async () => {
    const { cause, tookMs } = await fetchOnce(hole.url);
    expect(cause).toBe("connect_timeout");
    expect(tookMs).toBeGreaterThanOrEqual(TRY_MS - 50);
  });
  test("name that does not exist", async () => {
    const { cause } = await fetchOnce("http://no-such-controller.invalid:80", 2900);
    expect(["dns", "connect_timeout"]).toContain(cause);
  });
});

describe("what is odd but complete is read", () => {
  test.for([...ODD_BUT_GOOD.keys()])("%s", async (name) => {
    const { cause, result } = await fetchOnce(server.urlOf(name));
    expect(cause).toBe(null);
    expect(result.ok && (result.json as { ok: unknown }).ok).toBe(true);
    expect(({} as Record<string, unknown>)["polluted"]).toBe(undefined);
  });

  test("an answer that nobody asked for is not taken for the next one", async () => {
    const http = createHttpClient();
    const line = http.lineTo(server.urlOf("second-answer-unasked"));
    const path = "/second-answer-unasked/cooler?operation=coolerState";
    const request = { name: "coolerState", method: "GET", path, timeoutMs: TRY_MS, isRequired: true };
    for (let i = 0; i < 3; i += 1) {
      const result = await line.send(request, TRY_MS);
      expect(result.ok && result.json).toEqual(JSON.parse(GOOD_BODY));
    }
    line.close();
  });
});

test("all of them beside ten healthy sites: the ten are unaffected, every cause is right, nothing leaks", async () => {
  const hostile = [
    ...HOSTILE_CASES.map(({ name, cause }) => ({
      site: aSite(`bad-${name.replace(".", "-")}`, server.urlOf(name)),
      cause,
    })),
    { site: aSite("bad-refused", refused), cause: "refused" as const },
    { site: aSite("bad-black-hole", hole.url), cause: "connect_timeout" as const },
  ];
  const healthy = Array.from({ length: 10 }, (_, i) => aSite(`good-${i}`, server.urlOf("good")));
  const { collector, journalled, complaints } = collectorOver([...healthy, ...hostile.map(({ site }) => site)], 3);
  const rssBefore = process.memoryUsage().rss;
  const { reports, replies } = await rounds(collector, 3);
  const rssGrowthMb = (process.memoryUsage().rss - rssBefore) / 1024 / 1024;
  await collector.close();

  for (const report of reports) {
    expect(report.ok).toBe(10);
    expect(report.ok + report.late + Object.values(report.failed).reduce((a, b) => a + b, 0)).toBe(report.sites);
    // On a busy machine our own loop may be late: then a silent site is `late`, and nothing else.
    const excused = (cause: string): string[] => (cause.endsWith("timeout") ? report.lateSites : []);
    for (const { site, cause } of hostile) {
      expect([...(report.failedSites[cause] ?? []), ...excused(cause)], site.id).toContain(site.id);
    }
  }
  expect(new Set(replies.map(({ siteId }) => siteId))).toEqual(new Set(healthy.map(({ id }) => id)));
  expect(journalled.length).toBe(replies.length);
  expect(complaints).toEqual([]);
  expect(rssGrowthMb).toBeLessThan(200);
  await expect.poll(() => collector.stats().openSockets).toBe(0);
  await expect.poll(() => server.openSockets()).toBe(0);
});
