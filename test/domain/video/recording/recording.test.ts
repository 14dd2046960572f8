import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { objectKey, parseObjectKey, parsePieceName } from "../../../../domain/video/recording/object-key.ts";
import { planRetention, type RecordingLock } from "../../../../domain/video/recording/plan-retention.ts";
import { playbackPlaylist, rangeProblem } from "../../../../domain/video/recording/playback-playlist.ts";
import { createPreRoll } from "../../../../domain/video/recording/pre-roll.ts";
import type { RecordedPiece } from "../../../../domain/video/recording/recorded-piece.ts";
import { modeFor, parseRecordingRules } from "../../../../domain/video/recording/recording-mode.ts";
import { NEW_SEGMENT_CLOCK, placeSegment } from "../../../../domain/video/recording/segment-clock.ts";

const T0 = Date.parse("2026-11-26T20:00:00.000Z");
const HOUR_MS = 3_600_000;

function aPiece(changes: Partial<RecordedPiece> = {}): RecordedPiece {
  return {
    siteId: "site-001",
    startMs: T0,
    durationMs: 2_000,
    kind: "segment",
    container: "ts",
    bytes: 1_000,
    initBytes: 0,
    initId: null,
    codec: "avc1.4d4015",
    isDiscontinuity: false,
    reason: "continuous",
    ...changes,
  };
}
const inARow = (count: number, changes: Partial<RecordedPiece> = {}) =>
  Array.from({ length: count }, (_, at) => aPiece({ startMs: T0 + at * 2_000, ...changes }));

describe("keys", () => {
  test("say site, UTC hour, start and duration", () => {
    expect(objectKey(aPiece())).toBe(`site-001/2026/11/26/20/${T0}-2000.ts`);
    expect(objectKey(aPiece({ kind: "key_frame", container: "mp4" }))).toBe(
      `site-001/2026/11/26/20/${T0}-2000.key.mp4`,
    );
  });

  test.for([
    { siteId: ".." },
    { siteId: "a/b" },
    { siteId: "" },
    { siteId: "site-001/../.." },
    { siteId: "SITE" },
    { startMs: -1 },
    { startMs: 1.5 },
    { startMs: Number.NaN },
    { startMs: 10_000_000_000_000 },
    { durationMs: 0 },
    { durationMs: 1e9 },
  ])("cannot be made of %o", (wrong) => {
    expect(() => objectKey(aPiece(wrong))).toThrow(RangeError);
  });

  test.for([
    `../2026/11/26/20/${T0}-2000.ts`,
    `site-001/2026/11/26/21/${T0}-2000.ts`,
    `site-001/2026/11/26/20/../${T0}-2000.ts`,
    `site-001/2026/11/26/20/0${T0}-2000.ts`,
    `site-001/2026/11/26/20/${T0}-02000.ts`,
    `site-001/2026/11/26/20/${T0}-2000.ts/`,
    `site-001/2026/11/26/20/${T0}-2000.sh`,
    `/site-001/2026/11/26/20/${T0}-2000.ts`,
  ])("are not read from %s", (key) => {
    expect(parseObjectKey(key)).toBeNull();
  });

  test("are read back as they were made, and nothing else is", () => {
    const parts = fc.record({
      startMs: fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 }),
      durationMs: fc.integer({ min: 1, max: 600_000 }),
      kind: fc.constantFrom("segment" as const, "key_frame" as const),
      container: fc.constantFrom("ts" as const, "mp4" as const),
    });
    fc.assert(
      fc.property(parts, (piece) => {
        const key = objectKey({ siteId: "site-001", ...piece });
        expect(parseObjectKey(key)).toEqual({ siteId: "site-001", ...piece });
      }),
      { numRuns: 50 },
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(parsePieceName(text)).toBeNull();
      }),
    );
  });
});

describe("a segment's time", () => {
  const segment = { sequence: 5, durationMs: 2_000, saidMs: null, arrivedMs: T0 + 2_100, isDiscontinuity: false };
  const clock = { endMs: T0, sequence: 4 };

  test.for([
    {
      name: "by arrival when it is the first",
      clock: NEW_SEGMENT_CLOCK,
      change: {},
      startMs: T0 + 100,
      isBroken: true,
    },
    { name: "goes on from the one before", clock, change: {}, startMs: T0, isBroken: false },
    { name: "goes on in spite of jitter", clock, change: { arrivedMs: T0 + 5_900 }, startMs: T0, isBroken: false },
    {
      name: "is where it came after a clock was set",
      clock,
      change: { arrivedMs: T0 + 9_000 },
      startMs: T0 + 7_000,
      isBroken: false,
    },
    {
      name: "is where it came when the clock goes back",
      clock,
      change: { arrivedMs: T0 - HOUR_MS },
      startMs: T0 - HOUR_MS - 2_000,
      isBroken: false,
    },
    {
      name: "leaves a gap for one that is missing",
      clock,
      change: { sequence: 6, arrivedMs: T0 + 4_000 },
      startMs: T0 + 2_000,
      isBroken: true,
    },
    { name: "believes the camera", clock, change: { saidMs: T0 + 60_000 }, startMs: T0 + 60_000, isBroken: false },
    {
      name: "does not believe a camera that is a day off",
      clock,
      change: { saidMs: T0 - 86_400_000 },
      startMs: T0,
      isBroken: false,
    },
    {
      name: "says what the playlist says of time stamps",
      clock,
      change: { isDiscontinuity: true },
      startMs: T0,
      isBroken: true,
    },
  ])("$name", ({ clock: from, change, startMs, isBroken }) => {
    const { time, clock: next } = placeSegment(from, { ...segment, ...change });
    expect(time).toEqual({ startMs, isDiscontinuity: isBroken });
    expect(next).toEqual({ endMs: startMs + 2_000, sequence: change.sequence ?? 5 });
  });
});

describe("the pre-roll", () => {
  const rolled = (second: number) => ({ startMs: T0 + second * 1_000, durationMs: 2_000, bytes: new Uint8Array(10) });
  const seconds = (pieces: readonly { readonly startMs: number }[]) =>
    pieces.map(({ startMs }) => (startMs - T0) / 1_000);

  test("keeps the last seconds, gives them out once at an alarm, and what comes until its end", () => {
    const ring = createPreRoll(3, 3, 1);
    for (const second of [0, 2, 4, 6, 8]) expect(ring.take(rolled(second))).toEqual([]);
    expect(ring.bytes).toBe(20);
    expect(seconds(ring.freeze(T0 + 9_000))).toEqual([6, 8]);
    expect(ring.bytes).toBe(0);
    expect(seconds(ring.take(rolled(10)))).toEqual([10]);
    expect(seconds(ring.freeze(T0 + 11_000))).toEqual([]);
    expect(seconds([12, 14].flatMap((second) => ring.take(rolled(second))))).toEqual([12]);
    expect(ring.bytes).toBe(10);
  });

  test("forgets pieces of a time that a clock has left", () => {
    const ring = createPreRoll(10, 1, 0);
    ring.take(rolled(3_600));
    ring.take(rolled(0));
    expect(ring.bytes).toBe(10);
    expect(seconds(ring.freeze(T0 + 2_000))).toEqual([0]);
  });
});

describe("what is recorded", () => {
  const rules = parseRecordingRules(
    "site-001 continuous\n# all of these\nzone:North hall off\n\nsite-002 key_frames # cheap",
  );
  const settings = { mode: "around_alarm" as const, rules };

  test.for([
    ["site-001", "North hall", "continuous"],
    ["site-002", "x", "key_frames"],
    ["site-003", "North hall", "off"],
    ["site-003", "x", "around_alarm"],
  ])("of %s in %s is %s", ([id = "", zone = "", mode]) => {
    expect(modeFor(settings, { id, zone })).toBe(mode);
  });

  test("a wrong rule is refused with its line", () => {
    expect(() => parseRecordingRules("site-001 off\nsite-002 always")).toThrow(/line 2: "site-002 always"/);
  });
});

describe("retention", () => {
  const lock: RecordingLock = { siteId: "site-001", fromMs: T0 + 1_000, toMs: T0 + 3_000, untilMs: T0 + HOUR_MS };
  const startsOf = (pieces: readonly RecordedPiece[]) => pieces.map(({ startMs }) => (startMs - T0) / 1_000);
  const plan = (
    limits: { beforeMs: number; excessBytes: number },
    locks: readonly RecordingLock[] = [],
    nowMs = T0 + 1,
  ) => startsOf(planRetention(inARow(5), locks, limits, nowMs));

  test("removes what is too old", () => {
    expect(plan({ beforeMs: T0 + 4_000, excessBytes: 0 })).toEqual([0, 2]);
  });
  test("removes the oldest until there is room", () => {
    expect(plan({ beforeMs: 0, excessBytes: 2_001 })).toEqual([0, 2, 4]);
  });
  test("leaves alone what is locked even in part, and takes the next ones instead", () => {
    expect(plan({ beforeMs: 0, excessBytes: 2_000 }, [lock])).toEqual([4, 6]);
    expect(plan({ beforeMs: T0 + HOUR_MS, excessBytes: 0 }, [lock])).toEqual([4, 6, 8]);
  });
  test("a lock that has ended, or of another site, locks nothing", () => {
    expect(plan({ beforeMs: T0 + 4_000, excessBytes: 0 }, [lock], T0 + HOUR_MS)).toEqual([0, 2]);
    expect(plan({ beforeMs: T0 + 4_000, excessBytes: 0 }, [{ ...lock, siteId: "site-002" }])).toEqual([0, 2]);
  });

  test("never plans what is locked, and never stops short of what it must free", () => {
    const pieces = fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 500 }), bytes: fc.integer({ min: 1, max: 99 }) }),
    );
    const locks = fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 500 }), length: fc.integer({ min: 1, max: 50 }) }),
    );
    fc.assert(
      fc.property(pieces, locks, fc.integer({ min: 0, max: 5_000 }), (some, locked, excessBytes) => {
        const all = some
          .toSorted((a, b) => a.at - b.at)
          .map(({ at, bytes }) => aPiece({ startMs: T0 + at * 1_000, bytes }));
        const held = locked.map(({ at, length }) => ({
          ...lock,
          fromMs: T0 + at * 1_000,
          toMs: T0 + (at + length) * 1_000,
        }));
        const isHeld = ({ startMs }: RecordedPiece) =>
          held.some(({ fromMs, toMs }) => startMs < toMs && startMs + 2_000 > fromMs);
        const going = planRetention(all, held, { beforeMs: 0, excessBytes }, T0);
        expect(going.some(isHeld)).toBe(false);
        const freed = going.reduce((sum, { bytes }) => sum + bytes, 0);
        const free = all.filter((piece) => !isHeld(piece));
        if (freed < excessBytes) expect(going).toHaveLength(free.length);
        expect(going).toEqual(free.slice(0, going.length));
      }),
    );
  });
});

describe("playback", () => {
  const range = { fromMs: T0, toMs: T0 + HOUR_MS };
  const text = (pieces: readonly RecordedPiece[], nowMs = T0 + 2 * HOUR_MS) => playbackPlaylist(pieces, range, nowMs);
  const tags = (playlist: string) => playlist.split("\n").filter((line) => /DISCONTINUITY|DATE-TIME|MAP/.test(line));

  test("names the pieces in order, with the date of the first", () => {
    expect(text(inARow(2))).toBe(`#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-PROGRAM-DATE-TIME:2026-11-26T20:00:00.000Z
#EXTINF:2.000,
${T0}-2000.ts
#EXTINF:2.000,
${T0 + 2_000}-2000.ts
#EXT-X-ENDLIST
`);
  });

  test("a gap is a discontinuity with the date after it", () => {
    const [first, , third] = inARow(3);
    expect(tags(text([first, third] as RecordedPiece[]))).toEqual([
      "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T20:00:00.000Z",
      "#EXT-X-DISCONTINUITY",
      "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T20:00:04.000Z",
    ]);
  });

  test.for([{ codec: "avc1.4d401f" }, { isDiscontinuity: true }])("%o is a discontinuity without a gap", (change) => {
    const [first, second] = inARow(2);
    expect(tags(text([first as RecordedPiece, { ...(second as RecordedPiece), ...change }]))).toHaveLength(2);
  });

  test("fragments get their initialisation section by a byte range, anew when it is another one", () => {
    const mp4 = { container: "mp4" as const, bytes: 900, initBytes: 100, initId: "a" };
    const [first, second, third] = inARow(3, mp4) as [RecordedPiece, RecordedPiece, RecordedPiece];
    const playlist = text([first, second, { ...third, initId: "b", initBytes: 200 }]);
    expect(tags(playlist)).toEqual([
      `#EXT-X-MAP:URI="${T0}-2000.mp4",BYTERANGE="100@0"`,
      "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T20:00:00.000Z",
      "#EXT-X-DISCONTINUITY",
      `#EXT-X-MAP:URI="${T0 + 4_000}-2000.mp4",BYTERANGE="200@0"`,
    ]);
    expect(playlist.match(/BYTERANGE:\d+@\d+/g)).toEqual([
      "BYTERANGE:800@100",
      "BYTERANGE:800@100",
      "BYTERANGE:700@200",
    ]);
  });

  test("goes on while its end is in the future", () => {
    const playlist = text(inARow(1), T0 + 10_000);
    expect(playlist).toContain("#EXT-X-PLAYLIST-TYPE:EVENT");
    expect(playlist).not.toContain("ENDLIST");
  });

  test("the target duration is the longest, rounded up, and what overlaps by half is left out", () => {
    const pieces = [aPiece(), aPiece({ startMs: T0 + 500 }), aPiece({ startMs: T0 + 2_000, durationMs: 4_001 })];
    expect(text(pieces)).toContain("#EXT-X-TARGETDURATION:5\n");
    expect(text(pieces).match(/EXTINF/g)).toHaveLength(2);
  });

  test.for([
    { fromMs: T0, toMs: T0 + 6 * HOUR_MS, problem: null },
    { fromMs: T0, toMs: T0 + 6 * HOUR_MS + 1, problem: "too_long" },
    { fromMs: T0, toMs: T0, problem: "empty" },
    { fromMs: T0, toMs: Number.NaN, problem: "empty" },
  ])("of $fromMs to $toMs is $problem", ({ problem, ...asked }) => {
    expect(rangeProblem(asked)).toBe(problem);
  });
});
