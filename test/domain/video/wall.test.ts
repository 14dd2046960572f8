import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Priority } from "../../../domain/alarms/alarm.ts";
import { columnsOf, neighbour, pageCount, pageOf, tilesOn, WALL_LAYOUTS } from "../../../domain/video/wall-layout.ts";
import { chooseLive, judgePlayback, MOST_LIVE_TILES, type PlaybackCount } from "../../../domain/video/wall-live.ts";
import { moveTile, orderWall } from "../../../domain/video/wall-order.ts";
import { INITIAL_VIEW, readWallSettings, type WallSettings } from "../../../domain/video/wall-settings.ts";

const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `site-${n + 1}`);
const NO_ALARMS = new Map<string, Priority>();

describe("layouts", () => {
  test("are squares, and pages hold each stream once", () => {
    expect(WALL_LAYOUTS.map(columnsOf)).toEqual([1, 2, 3, 4, 6, 9]);
    for (const layout of WALL_LAYOUTS) {
      const pages = Array.from({ length: pageCount(150, layout) }, (_, page) => tilesOn(page, ids(150), layout));
      expect(pages.flat()).toEqual(ids(150));
      expect(Math.max(...pages.map(({ length }) => length))).toBe(Math.min(150, layout));
    }
    expect(pageCount(0, 9)).toBe(1);
  });

  test.for([
    { wanted: 0, page: 0 },
    { wanted: 16, page: 16 },
    { wanted: 17, page: 0 },
    { wanted: -1, page: 16 },
    { wanted: -18, page: 16 },
  ])("page $wanted of 17 is page $page", ({ wanted, page }) => {
    expect(pageOf(wanted, 150, 9)).toBe(page);
  });

  test.for([
    { key: "ArrowRight", at: 0, to: 1 },
    { key: "ArrowRight", at: 2, to: 3 },
    { key: "ArrowRight", at: 7, to: null },
    { key: "ArrowLeft", at: 0, to: null },
    { key: "ArrowDown", at: 1, to: 4 },
    { key: "ArrowDown", at: 6, to: 6 },
    { key: "ArrowUp", at: 1, to: 1 },
    { key: "ArrowUp", at: 4, to: 1 },
  ] as const)("$key leads from $at of 8 tiles in 3 columns to $to", ({ key, at, to }) => {
    expect(neighbour(key, at, 8, 3)).toBe(to);
  });
});

describe("the order", () => {
  test("has alarmed sites first, the worst in front, then the arrangement, then the inventory", () => {
    const worst = new Map<string, Priority>([
      ["site-5", "low"],
      ["site-4", "critical"],
      ["site-2", "critical"],
    ]);
    expect(orderWall(ids(6), ["site-6", "site-4"], worst)).toEqual([
      "site-4",
      "site-2",
      "site-5",
      "site-6",
      "site-1",
      "site-3",
    ]);
    expect(orderWall(ids(3), ["gone", "site-3", "site-3"], NO_ALARMS)).toEqual(["site-3", "site-1", "site-2"]);
  });

  test("a dropped tile takes the place it was dropped on, whichever way it came", () => {
    expect(moveTile(ids(4), "site-1", "site-3")).toEqual(["site-2", "site-3", "site-1", "site-4"]);
    expect(moveTile(ids(4), "site-4", "site-2")).toEqual(["site-1", "site-4", "site-2", "site-3"]);
    expect(moveTile(ids(4), "site-4", "gone")).toEqual(ids(4));
  });

  test("no stream is lost or doubled", () => {
    const some = fc.subarray(ids(12));
    const ranks = fc.array(fc.tuple(fc.constantFrom(...ids(12)), fc.constantFrom<Priority>("critical", "high", "low")));
    fc.assert(
      fc.property(some, fc.array(fc.constantFrom(...ids(15))), ranks, (streams, arranged, worst) => {
        expect(orderWall(streams, arranged, new Map(worst)).toSorted()).toEqual(streams.toSorted());
      }),
    );
    fc.assert(
      fc.property(fc.nat(7), fc.nat(7), (from, to) => {
        const moved = moveTile(ids(8), `site-${from + 1}`, `site-${to + 1}`);
        expect(moved.toSorted()).toEqual(ids(8).toSorted());
        expect(moved[to]).toBe(`site-${from + 1}`);
      }),
    );
  });
});

describe("live tiles", () => {
  const choose = (own: Partial<Parameters<typeof chooseLive>[0]>) => [
    ...chooseLive({ mode: "auto", visible: ids(16), demoted: new Set(), canDecodeFrames: true, ...own }),
  ];

  test.for([
    { name: "all of 16 in auto", own: {}, live: ids(16) },
    { name: "none of 17 in auto: they have key frames", own: { visible: ids(17) }, live: [] },
    { name: "16 of 17 in auto without key frames", own: { visible: ids(17), canDecodeFrames: false }, live: ids(16) },
    { name: "the first 16 in live", own: { mode: "live", visible: ids(81) }, live: ids(16) },
    { name: "none in keyframe", own: { mode: "keyframe" }, live: [] },
    {
      name: "not one that was demoted",
      own: { visible: ids(3), demoted: new Set(["site-2"]) },
      live: ["site-1", "site-3"],
    },
    {
      name: "also one that was demoted, without key frames",
      own: { visible: ids(2), demoted: new Set(["site-2"]), canDecodeFrames: false },
      live: ids(2),
    },
    {
      name: "also one that was demoted, when somebody wants live",
      own: { mode: "live", visible: ids(2), demoted: new Set(["site-2"]) },
      live: ids(2),
    },
  ] as const)("are $name", ({ own, live }) => {
    expect(choose(own)).toEqual(live);
    expect(choose(own).length).toBeLessThanOrEqual(MOST_LIVE_TILES);
  });

  /** 25 pictures a second, of which some are dropped. */
  function playFor(seconds: number, droppedPerS: number, before: readonly PlaybackCount[] = []) {
    let counts = before;
    let isOverloaded = false;
    const last = before.at(-1) ?? { atMs: 0, total: 0, dropped: 0 };
    for (let s = 1; s <= seconds; s += 1) {
      const now = { atMs: last.atMs + s * 1000, total: last.total + s * 25, dropped: last.dropped + s * droppedPerS };
      ({ counts, isOverloaded } = judgePlayback(counts, now));
    }
    return { counts, isOverloaded };
  }

  test("a player is overloaded that drops more than a fifth for five seconds", () => {
    expect(playFor(60, 5).isOverloaded).toBe(false);
    expect(playFor(5, 6).isOverloaded).toBe(false);
    expect(playFor(6, 6).isOverloaded).toBe(true);
    const bad = playFor(6, 10);
    expect(playFor(6, 0, bad.counts).isOverloaded).toBe(false);
    expect(bad.counts.length).toBeLessThanOrEqual(7);
  });

  test("a player that shows nothing is not judged, nor one whose count began again", () => {
    expect(
      judgePlayback([{ atMs: 0, total: 10, dropped: 0 }], { atMs: 9000, total: 10, dropped: 0 }).isOverloaded,
    ).toBe(false);
    expect(judgePlayback([{ atMs: 0, total: 900, dropped: 0 }], { atMs: 6000, total: 20, dropped: 20 })).toEqual({
      counts: [{ atMs: 6000, total: 20, dropped: 20 }],
      isOverloaded: false,
    });
  });
});

describe("settings", () => {
  const view = { layout: 36, mode: "keyframe", cycleS: 20, isAlarmedFirst: false, arranged: ["site-3"] } as const;

  test("come back as they were kept", () => {
    const settings: WallSettings = { view, saved: [{ name: "夜班", view: INITIAL_VIEW }] };
    expect(readWallSettings(JSON.stringify(settings))).toEqual(settings);
  });

  test.for([
    { text: null },
    { text: "" },
    { text: "[" },
    { text: "null" },
    { text: "[1]" },
    { text: '{"view":7,"saved":{}}' },
    { text: '{"view":{"layout":2,"mode":"sprite","cycleS":"10","arranged":"x"},"saved":[{"name":" "},null,3]}' },
  ])("of $text are the initial ones", ({ text }) => {
    expect(readWallSettings(text)).toEqual({ view: INITIAL_VIEW, saved: [] });
  });
});
