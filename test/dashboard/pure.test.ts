import { describe, expect, test } from "vitest";
import { bandScale, placeOn } from "../../dashboard/components/band-scale.ts";
import { bandText, isUnusual, qualityText, valueText } from "../../dashboard/components/point-text.ts";
import { formatAge, formatHashrate, formatNumber, formatPower } from "../../dashboard/composables/format.ts";
import { preferredLocale } from "../../dashboard/composables/preferred-locale.ts";
import { silentAfterMs } from "../../dashboard/composables/silent-after.ts";
import { nextPage } from "../../dashboard/live/next-page.ts";
import { retryDelayMs } from "../../dashboard/live/retry-delay.ts";
import { appendReading, seriesOf, trendOf, WINDOW_MS } from "../../dashboard/live/series.ts";
import { refreshAfterMs } from "../../dashboard/live/session-schedule.ts";
import { changePassword, type Failure, problemText, signIn, toldByAddress } from "../../dashboard/login/sign-in.ts";
import { LOGIN_TEXTS } from "../../dashboard/login/texts.ts";
import { POINTS } from "../../domain/points/catalogue.ts";

const echo = (key: string, values?: Readonly<Record<string, string | number>>) =>
  `${key}${values ? JSON.stringify(values) : ""}`;

describe("after the login one goes", () => {
  const origin = "https://farm.example";
  test.for([
    ["/dashboard/site?id=site-012", "/dashboard/site?id=site-012"],
    [null, "/dashboard/overview"],
    ["https://evil.example/", "/dashboard/overview"],
    ["//evil.example/x", "/dashboard/overview"],
    ["/\\evil.example", "/dashboard/overview"],
    ["/\t/evil.example", "/dashboard/overview"],
    ["javascript:alert(1)", "/dashboard/overview"],
    ["dashboard/site", "/dashboard/overview"],
    ["/login?next=/x", "/dashboard/overview"],
    ["/dashboard/../login", "/dashboard/overview"],
  ] as const)("with next=%s to %s", ([wanted, expected]) => {
    expect(nextPage(wanted, origin)).toBe(expected);
  });
});

describe("signing in", () => {
  const answering = (status: number, headers: Record<string, string> = {}, body: unknown = {}) =>
    (() => Promise.resolve(new Response(JSON.stringify(body), { status, headers }))) as typeof fetch;
  const saying = (status: number, code: string) => answering(status, {}, { code });
  const tried = (call: typeof fetch) => signIn("a", "b", null, call);

  test("tells bad credentials, a missing code, throttling, an absent server and other trouble apart", async () => {
    const away = (() => Promise.reject(new TypeError("refused"))) as typeof fetch;
    expect(await tried(answering(200, {}, { user: {} }))).toEqual({ kind: "ok", body: { user: {} } });
    expect(await tried(answering(401))).toEqual({ kind: "bad" });
    expect(await tried(saying(401, "auth.code-required"))).toEqual({ kind: "code-required" });
    expect(await tried(saying(401, "auth.bad-code"))).toEqual({ kind: "bad-code" });
    expect(await tried(answering(429, { "retry-after": "17" }))).toEqual({ kind: "throttled", retryAfterS: 17 });
    expect(await tried(answering(429))).toEqual({ kind: "throttled", retryAfterS: 30 });
    expect(await tried(answering(503))).toEqual({ kind: "failed", status: 503 });
    expect(await tried(away)).toEqual({ kind: "unreachable" });
  });

  test("sends the code only when there is one", async () => {
    const sent: unknown[] = [];
    const call = ((_: unknown, init: RequestInit) => {
      sent.push(JSON.parse(String(init.body)));
      return Promise.resolve(new Response("{}", { status: 200 }));
    }) as typeof fetch;
    await signIn("a", "b", null, call);
    await signIn("a", "b", "123456", call);
    expect(sent).toEqual([
      { username: "a", password: "b" },
      { username: "a", password: "b", code: "123456" },
    ]);
  });

  test("hands the rules for passwords on in the reader's language", async () => {
    const errors = [{ field: "body.next", allowed: "must not be common", allowedZh: "不能是常见密码" }];
    const body = { code: "account.weak-password", detail: "body.next: must not be common", errors };
    const failure = await changePassword("a", "b", answering(400, {}, body));
    expect(failure.kind).toBe("weak-password");
    if (failure.kind === "ok") throw new Error("it was taken");
    expect(problemText(failure, LOGIN_TEXTS["zh-CN"], "zh-CN", 0)).toContain("不能是常见密码");
    expect(problemText(failure, LOGIN_TEXTS.en, "en", 0)).toContain("must not be common");
  });

  test.for(["en", "zh-CN"] as const)("has a sentence for each in %s", (locale) => {
    const text = LOGIN_TEXTS[locale];
    const said = (failure: Failure, waitS = 0) => problemText(failure, text, locale, waitS);
    expect(said({ kind: "throttled", retryAfterS: 9 }, 9)).toContain("9");
    expect(said({ kind: "throttled", retryAfterS: 125 }, 125)).toMatch(/2.*5/);
    expect(said({ kind: "throttled", retryAfterS: 9 }, 0)).toBe("");
    expect(said({ kind: "failed", status: 503 })).toContain("503");
    for (const kind of ["bad", "bad-code", "wrong-password", "unreachable", "ended"] as const) {
      expect(said({ kind })).not.toBe("");
    }
    expect(said({ kind: "code-required" })).toBe("");
  });

  test("is told by the address only what the page has words for", () => {
    const of = (query: string) => toldByAddress(new URLSearchParams(query));
    expect(of("reason=ended&next=/x")).toEqual({ reason: "ended", problem: null });
    expect(of("problem=oidc-no-role")).toEqual({ reason: null, problem: "oidc-no-role" });
    expect(of("reason=constructor&problem=title")).toEqual({ reason: null, problem: null });
  });
});

const isHalf = (value: number, decimals: number): boolean => (Math.abs(value) * 10 ** decimals * 2) % 2 === 1;

describe("numbers", () => {
  test("a missing one is a dash, never 0", () => {
    for (const value of [null, undefined, Number.NaN]) expect(formatNumber(value, 1, "en")).toBe("—");
    expect([formatHashrate(null, "en").text, formatPower(null, "en").text]).toEqual(["—", "—"]);
  });
  test("zero is zero, also from below", () => {
    expect([formatNumber(0, 1, "en"), formatNumber(-0.04, 1, "en")]).toEqual(["0.0", "0.0"]);
  });
  test("are written as the browser would in both languages", () => {
    for (const locale of ["en", "zh-CN"]) {
      for (const value of [0, 7, -7.25, 999.96, 1000, -1234.5, 98_765.432, 1_234_567.891]) {
        for (const decimals of [0, 1, 2, 3, 4]) {
          const format = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
          const expected = new Intl.NumberFormat(locale, format).format(value);
          // A half is the one thing in which the two may differ: by the last digit, of a value between two.
          if (!isHalf(value, decimals)) expect(formatNumber(value, decimals, locale)).toBe(expected);
        }
      }
    }
  });
  test("take the unit that is read easily", () => {
    expect(formatHashrate(47_311, "en")).toEqual({ text: "47.3", unit: "PH/s" });
    expect(formatHashrate(7_129_000, "en")).toEqual({ text: "7.13", unit: "EH/s" });
    expect(formatPower(921.4, "en")).toEqual({ text: "921", unit: "kW" });
    expect(formatPower(137_890, "zh-CN")).toEqual({ text: "137.9", unit: "MW" });
  });
  test.for([
    [null, "—"],
    [-3, 'age.s{"n":0}'],
    [119.9, 'age.s{"n":119}'],
    [120, 'age.min{"n":2}'],
    [7200, 'age.h{"n":2}'],
    [172_800, 'age.d{"n":2}'],
  ] as const)("an age of %s s is %s", ([seconds, expected]) => {
    expect(formatAge(seconds, echo)).toBe(expected);
  });
});

describe("readings in words", () => {
  const supply = POINTS.supply_temp_c;
  const pump = POINTS.circulation_pump_running;
  test("keep what a controller says as its own text", () => {
    expect(valueText("firmware_version", POINTS.firmware_version, "<b>1</b>", echo, "en")).toBe("<b>1</b>");
    expect(valueText("running_mode", POINTS.running_mode, "auto", echo, "en")).toBe("value.auto");
    expect(valueText("circulation_pump_running", pump, false, echo, "en")).toBe("value.stopped");
    expect(valueText("leak_detected", POINTS.leak_detected, false, echo, "en")).toBe("value.no");
    expect(valueText("supply_temp_c", supply, null, echo, "en")).toBe("—");
  });
  test("say why there is none", () => {
    expect(qualityText(null, "out_of_range", echo)).toBe("quality.out_of_range");
    expect(qualityText(null, undefined, echo)).toBe("site.no-value");
    expect(qualityText(35, undefined, echo)).toBe("");
  });
  test("name the band, whichever side is open", () => {
    expect(bandText(supply, echo, "en")).toBe('site.band-range{"from":"30","to":"37"}');
    expect(bandText({ ...supply, band: [67, null] }, echo, "en")).toBe('site.band-above{"from":"67"}');
    expect(bandText({ ...supply, band: [null, 2] }, echo, "en")).toBe('site.band-below{"to":"2"}');
  });
  test.for([
    ["at the band's edge", supply, 37, undefined, false],
    ["beyond it", supply, 37.1, undefined, true],
    ["beyond it but doubtful", supply, 99, "frozen", false],
    ["missing", supply, null, undefined, false],
    ["a state that is not the usual one", pump, false, undefined, true],
  ] as const)("%s", ([, definition, value, mark, expected]) => {
    expect(isUnusual(definition, value, mark)).toBe(expected);
  });
});

describe("the band indicator", () => {
  test("shows the band with room beside it, within the hard limits", () => {
    const scale = bandScale([30, 37], [-40, 120]);
    expect([placeOn(scale, 30), placeOn(scale, 37)].map((share) => share?.toFixed(2))).toEqual(["0.30", "0.70"]);
    expect([placeOn(scale, -200), placeOn(scale, 500), placeOn(scale, null)]).toEqual([0, 1, null]);
    expect(bandScale([10, 65], [0, 100]).from).toBe(0);
  });
  test.for([
    [
      [null, 50],
      [0, 500],
    ],
    [
      [67, null],
      [0, 100],
    ],
    [
      [null, null],
      [null, null],
    ],
    [
      [null, 2],
      [null, null],
    ],
    [
      [5, null],
      [null, null],
    ],
  ] as const)("has a scale for %j in %j", ([band, limits]) => {
    const { from, to } = bandScale(band, limits);
    expect(to).toBeGreaterThan(from);
  });
});

describe("the trend", () => {
  const now = Date.parse("2026-11-25T09:00:00Z");
  const minutes = (values: (number | null)[]) => ({
    times: values.map((_, index) => now - (values.length - index) * 60_000),
    values,
  });
  test("is nothing without readings", () => {
    expect(trendOf(minutes([null, null]), now, 100, 20)).toBeNull();
  });
  test("breaks at a gap and keeps a spike", () => {
    const trend = trendOf(minutes([1, 1, null, null, null, 9, 1, 1]), now, 100, 20);
    expect(trend?.path.match(/M/g)).toHaveLength(2);
    expect([trend?.min, trend?.max]).toEqual([1, 9]);
  });
  test("bridges the usual distance of a slow poll", () => {
    const times = Array.from({ length: 12 }, (_, index) => now - (12 - index) * 300_000);
    expect(trendOf({ times, values: times.map(() => 5) }, now, 100, 20)?.path.match(/M/g)).toHaveLength(1);
  });
  test("tells from when on it knows anything, when that is not the whole hour", () => {
    const started = trendOf(minutes([7, 7, 7]), now, 100, 20);
    expect(started?.first).toEqual({ x: expect.closeTo(94.7, 0), atMs: now - 180_000 });
    expect(started?.path.startsWith(`M${started.first?.x} `)).toBe(true);
    expect(trendOf(minutes([null, null, 7]), now, 100, 20)?.first?.atMs).toBe(now - 60_000);
    expect(trendOf(minutes(Array.from({ length: 59 }, () => 7)), now, 100, 20)?.first).toBeNull();
    const slow = Array.from({ length: 10 }, (_, index) => now - (10 - index) * 360_000 + 200_000);
    expect(trendOf({ times: slow, values: slow.map(() => 7) }, now, 100, 20)?.first).toBeNull();
    const hole = [7, ...Array.from({ length: 40 }, () => null), ...Array.from({ length: 19 }, () => 7)];
    expect(trendOf(minutes(hole), now, 100, 20)?.first).toBeNull();
  });
  test("puts a flat line in the middle", () => {
    expect(trendOf(minutes([5, 5, 5]), now, 100, 20)?.last?.[1]).toBe(10);
  });
  test("goes on with live rows, each slot once, and forgets what is older than an hour", () => {
    const history = seriesOf({
      times: [new Date(now - WINDOW_MS - 60_000).toISOString(), new Date(now - 60_000).toISOString()],
      series: { p: { avg: [1, 2], min: [1, 2], max: [1, 2] } },
    });
    const row = { siteId: "a", collectedAtMs: now, slotMs: now, values: { p: null }, quality: {}, faults: [] };
    const once = appendReading(history, row, ["p"], now);
    expect(once.get("p")).toEqual({ times: [now - 60_000, now], values: [2, null] });
    expect(appendReading(once, row, ["p"], now).get("p")).toBe(once.get("p"));
  });
});

test("the next try comes within 2 s, spread by jitter", () => {
  expect([retryDelayMs(0, 0), retryDelayMs(0, 1), retryDelayMs(50, 0), retryDelayMs(50, 1)]).toEqual([
    250, 500, 1000, 2000,
  ]);
});
test("a session is renewed well before its end", () => {
  expect([refreshAfterMs(600), refreshAfterMs(1)]).toEqual([450_000, 5000]);
});
test("silence begins after two missed rounds", () => {
  expect(silentAfterMs(60)).toBe(130_000);
});
test.for([
  ["zh-CN", ["en"], "zh-CN"],
  [null, ["fr", "zh-TW", "en"], "zh-CN"],
  [null, ["de", "en-GB"], "en"],
  [null, [], "en"],
  ["klingon", ["zh"], "zh-CN"],
] as const)("saved %s, browser %j: %s", ([saved, languages, expected]) => {
  expect(preferredLocale(saved, languages)).toBe(expected);
});
