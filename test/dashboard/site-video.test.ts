// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { localInput } from "../../dashboard/composables/local-input.ts";
import { useText } from "../../dashboard/composables/use-text.ts";
import { siteVideoEn } from "../../dashboard/locales/site-video-en.ts";
import { siteVideoZhCN } from "../../dashboard/locales/site-video-zh-CN.ts";
import EvidenceTools from "../../dashboard/site-video/EvidenceTools.vue";
import RecordingLine from "../../dashboard/site-video/RecordingLine.vue";
import {
  mediaTimeAt,
  momentAt,
  nextRecordedMs,
  type PlayedPiece,
  recordedAt,
  recordedOf,
  recordedWithin,
  windowAround,
} from "../../dashboard/site-video/recorded-spans.ts";
import { readStretch, sizeText } from "../../dashboard/site-video/stretch-input.ts";
import { useSiteMoment } from "../../dashboard/site-video/use-site-moment.ts";

const START = Date.parse("2026-11-25T08:00:00Z");
const MINUTE_MS = 60_000;
const iso = (minute: number): string => new Date(START + minute * MINUTE_MS).toISOString();
/** Recorded from 8:00 to 8:10 and from 8:20 to 8:30, a megabyte a minute. */
const RECORDED = recordedOf(
  [0, 20].map((from) => ({ from: iso(from), to: iso(from + 10), kind: "segment", segments: 300, bytes: 10_000_000 })),
);
const { setLocale } = useText();

test("the words are the same keys in both languages, with the same places in them", () => {
  expect(Object.keys(siteVideoZhCN).sort()).toEqual(Object.keys(siteVideoEn).sort());
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, text] of Object.entries(siteVideoEn))
    expect(places(siteVideoZhCN[key as keyof typeof siteVideoEn]), key).toEqual(places(text));
});

describe("what was recorded", () => {
  test("is known by the moment: from is in it, to is not", () => {
    expect(recordedAt(RECORDED, START)?.fromMs).toBe(START);
    expect(recordedAt(RECORDED, START + 10 * MINUTE_MS)).toBeNull();
    expect(nextRecordedMs(RECORDED, START + 10 * MINUTE_MS)).toBe(START + 20 * MINUTE_MS);
    expect(nextRecordedMs(RECORDED, START + 20 * MINUTE_MS)).toBeNull();
  });

  test("of a stretch is its time and its share of the bytes", () => {
    const stretch = { fromMs: START + 5 * MINUTE_MS, toMs: START + 21 * MINUTE_MS };
    expect(recordedWithin(RECORDED, stretch)).toEqual({ ms: 6 * MINUTE_MS, bytes: 6_000_000 });
  });

  test("is asked for around a moment, and never beyond what can be written by now", () => {
    const nowMs = START + 5 * MINUTE_MS;
    expect(windowAround(START, nowMs)).toEqual({ fromMs: START - MINUTE_MS, toMs: nowMs - 4_000 });
    expect(windowAround(nowMs, nowMs)).toBeNull();
  });
});

describe("a playlist's own time", () => {
  /** Two pieces, a gap of a minute, two pieces. */
  const PIECES: readonly PlayedPiece[] = [0, 2, 64, 66].map((second, at) => ({
    start: at * 2,
    duration: 2,
    programDateTime: START + second * 1000,
  }));

  test("goes to the moment, and nowhere when it was not recorded", () => {
    expect(mediaTimeAt(PIECES, START - 5000)).toBeNull();
    expect(mediaTimeAt(PIECES, START + 3000)).toBe(3);
    expect(mediaTimeAt(PIECES, START + 30_000)).toBeNull();
    expect(mediaTimeAt(PIECES, START + 63_000)).toBe(4);
    expect(mediaTimeAt(PIECES, START + 65_500)).toBe(5.5);
    expect(mediaTimeAt(PIECES, START + 68_000)).toBeNull();
  });

  test("and back gives the same moment, wherever something was recorded", () => {
    fc.assert(
      fc.property(fc.nat(3), fc.integer({ min: 0, max: 1900 }), (at, withinMs) => {
        const atMs = (PIECES[at]?.programDateTime ?? 0) + withinMs;
        const second = mediaTimeAt(PIECES, atMs);
        expect(second).not.toBeNull();
        expect(Math.abs((momentAt(PIECES, second ?? 0) ?? 0) - atMs)).toBeLessThan(11);
      }),
    );
    expect(momentAt([], 1)).toBeNull();
  });
});

test("a stretch is read as it is written, and refused when it is none or too long", () => {
  const [from, to] = [START, START + 90_000].map((atMs) => localInput(atMs, "second"));
  expect(readStretch(from ?? "", to ?? "")).toEqual({ fromMs: START, toMs: START + 90_000 });
  for (const [a, b] of [
    ["", to],
    [to, from],
    [from, from],
    [from, localInput(START + 7 * 3_600_000, "second")],
  ] as const)
    expect(readStretch(a ?? "", b ?? "")).toBeNull();
  expect([900, 3_140_000, 1_200_000_000].map(sizeText)).toEqual(["1 kB", "3.1 MB", "1.20 GB"]);
});

test("the cursor of the page: what is asked for is shown at once, and a late picture does not undo going live", () => {
  const moment = useSiteMoment();
  moment.tellShown(START);
  expect(moment.shownMs.value).toBeNull();
  moment.show(START);
  expect(moment.shownMs.value).toBe(START);
  moment.tellShown(START + 1000);
  expect(moment.shownMs.value).toBe(START + 1000);
  moment.goLive();
  moment.tellShown(START + 2000);
  expect(moment.shownMs.value).toBeNull();
});

let widget: VueWrapper | undefined;
beforeEach(() => setLocale("en"));
afterEach(() => {
  widget?.unmount();
  widget = undefined;
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

describe("the time line", () => {
  const NOW = START + 30 * MINUTE_MS;
  function line(shownMs: number | null): VueWrapper {
    widget = mount(RecordingLine, {
      attachTo: document.body,
      props: {
        span: { fromMs: START, toMs: START + 40 * MINUTE_MS },
        recorded: RECORDED,
        locks: [
          {
            id: 1,
            siteId: "s",
            from: iso(20),
            to: iso(22),
            until: iso(9000),
            reason: "leak",
            lockedBy: "a",
            createdAt: iso(23),
          },
        ],
        marks: [{ id: "a 1", ruleId: "leak", atMs: START + 21 * MINUTE_MS, priority: "critical" }],
        shownMs,
        pointedMs: null,
        nowMs: NOW,
      },
    });
    return widget;
  }
  const slider = (page: VueWrapper) => page.get('[role="slider"]');

  test("shows what was recorded, what is locked, and how much of the time until now it is", () => {
    const page = line(null);
    const places = page.findAll(".abx-recline__line i").map((one) => one.attributes("style"));
    expect(places).toHaveLength(3);
    expect(places[0]).toContain("left: 0%");
    expect(places[1]).toContain("left: 50%");
    expect(page.text()).toContain("67 % recorded");
    expect(slider(page).attributes("aria-valuetext")).toBe("Live");
  });

  test.for([
    { name: "where it was recorded", minute: 21, text: ", recorded" },
    { name: "in a gap", minute: 15, text: ", not recorded" },
  ])("says $name what a reader needs", ({ minute, text }) => {
    expect(slider(line(START + minute * MINUTE_MS)).attributes("aria-valuetext")).toContain(text);
  });

  test.for([
    { key: "ArrowLeft", shiftKey: false, byMs: -10_000 },
    { key: "ArrowRight", shiftKey: true, byMs: 60_000 },
    { key: "PageUp", shiftKey: false, byMs: -600_000 },
  ])("goes by $byMs ms with $key", async ({ key, shiftKey, byMs }) => {
    const page = line(START + 21 * MINUTE_MS);
    await slider(page).trigger("keydown", { key, shiftKey });
    expect(page.emitted("show")).toEqual([[START + 21 * MINUTE_MS + byMs]]);
  });

  test("goes live at its end and beyond now, and to an alarm by its mark", async () => {
    const page = line(NOW - 5_000);
    await slider(page).trigger("keydown", { key: "End" });
    await slider(page).trigger("keydown", { key: "ArrowRight" });
    expect(page.emitted("live")).toHaveLength(2);
    await page.get('button[title^="Critical alarm at"]').trigger("click");
    expect(page.emitted("show")).toEqual([[START + 21 * MINUTE_MS]]);
  });
});

describe("clip and evidence", () => {
  const NOW = START + 30 * MINUTE_MS;
  let asked: { path: string; method: string; body: unknown }[];
  beforeEach(() => {
    asked = [];
    vi.stubGlobal("fetch", (path: string, { method = "GET", body }: RequestInit = {}) => {
      asked.push({ path, method, body: body === undefined ? null : JSON.parse(String(body)) });
      return Promise.resolve(
        new Response("{}", { status: method === "DELETE" ? 204 : 200, ...(method === "DELETE" ? {} : {}) }),
      );
    });
  });
  function tools(atMs: number): VueWrapper {
    widget = mount(EvidenceTools, {
      attachTo: document.body,
      props: { siteId: "site-001", atMs, recorded: RECORDED, locks: [], nowMs: NOW },
    });
    return widget;
  }

  test("propose half a minute around the moment, and say how much of it there is", () => {
    const page = tools(START + 10 * MINUTE_MS);
    expect(page.text()).toContain("60 s, of it 30 s recorded, about 500 kB");
  });

  test("offer no clip of what was not recorded, and no lock to who may not lock", async () => {
    const page = tools(START + 15 * MINUTE_MS);
    expect(page.text()).toContain("Nothing was recorded within this time.");
    expect(page.get("button[type=submit]").attributes()).toHaveProperty("disabled");
    expect(page.text()).toContain("Recordings can be locked by engineers.");
    await flushPromises();
    expect(asked).toEqual([]);
  });
});
