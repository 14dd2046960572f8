import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addReading,
  coverageAt,
  EMPTY_TIMELINE,
  growNewest,
  mergeTimelines,
  onMsAt,
  startsAt,
  Timeline,
} from "../../../domain/telemetry/derived-timeline.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HOLD = 3 * MINUTE;
type Reading = { readonly ms: number; readonly isOn: boolean };

/** Rounds of three days, some missed; the state changes now and then. */
const Readings = fc
  .array(fc.record({ stepMin: fc.constantFrom(1, 1, 1, 2, 3, 5, 90, 600), isOn: fc.boolean() }), { maxLength: 120 })
  .map((steps) => {
    let ms = 0;
    return steps.map(({ stepMin, isOn }): Reading => {
      ms += stepMin * MINUTE;
      return { ms, isOn };
    });
  });

function replay(readings: readonly Reading[], start: Timeline = EMPTY_TIMELINE): Timeline {
  return readings.reduce((timeline, { ms, isOn }) => addReading(timeline, ms, isOn, HOLD), start);
}

/** As `replay`, with what only lasts longer grown in place. @returns how often that was all there was to do, besides */
function replayGrowing(readings: readonly Reading[]): { timeline: Timeline; grown: number } {
  let timeline = EMPTY_TIMELINE;
  let grown = 0;
  for (const { ms, isOn } of readings) {
    if (growNewest(timeline, ms, isOn, HOLD)) grown += 1;
    else timeline = addReading(timeline, ms, isOn, HOLD);
  }
  return { timeline, grown };
}

/** From the definition: an edge is a reading that is on behind one that is off. */
function bruteStarts(readings: readonly Reading[], atMs: number): number {
  return readings.filter(({ ms, isOn }, place) => {
    const before = readings[place - 1];
    return isOn && before?.isOn === false && ms <= atMs && ms > atMs - DAY;
  }).length;
}

/** From the definition: each reading holds until the next one, and no longer than `HOLD`. */
function bruteOnMs(readings: readonly Reading[], atMs: number): number {
  const known = readings.filter(({ ms }) => ms <= atMs);
  return known.reduce((sum, { ms, isOn }, place) => {
    const next = known[place + 1];
    return isOn && next ? sum + Math.min(next.ms - ms, HOLD) : sum;
  }, 0);
}

describe("readings in order", () => {
  test("starts of the last 24 h are those of the definition, at every reading", () => {
    fc.assert(
      fc.property(Readings, (readings) => {
        let timeline = EMPTY_TIMELINE;
        readings.forEach(({ ms, isOn }, place) => {
          timeline = addReading(timeline, ms, isOn, HOLD);
          expect(startsAt(timeline, ms, DAY)).toBe(bruteStarts(readings.slice(0, place + 1), ms));
        });
      }),
    );
  });

  test("time on is that of the definition, at every reading", () => {
    fc.assert(
      fc.property(Readings, (readings) => {
        let timeline = EMPTY_TIMELINE;
        readings.forEach(({ ms, isOn }, place) => {
          timeline = addReading(timeline, ms, isOn, HOLD);
          expect(onMsAt(timeline, ms, HOLD)).toBe(bruteOnMs(readings.slice(0, place + 1), ms));
        });
      }),
    );
  });

  test("what is kept is bounded, however long it runs", () => {
    let timeline = EMPTY_TIMELINE;
    for (let n = 0; n < 4 * 1440; n += 1) timeline = addReading(timeline, n * MINUTE, n % 2 === 0, HOLD);
    expect(timeline.stretches.length).toBeLessThanOrEqual(2 * 1440 + 2);
    expect(startsAt(timeline, (4 * 1440 - 1) * MINUTE, DAY)).toBe(720);
    expect(onMsAt(timeline, (4 * 1440 - 1) * MINUTE, HOLD)).toBe(2880 * MINUTE);
  });
});

describe("replays", () => {
  test("a replay of any part of the last day changes nothing, and gives the same figures again", () => {
    fc.assert(
      fc.property(Readings, fc.nat(), (readings, seed) => {
        const timeline = replay(readings);
        const newestMs = readings.at(-1)?.ms ?? 0;
        const again = readings.filter(({ ms }, place) => newestMs - ms < DAY && (place * 7 + seed) % 3 !== 0);
        expect(replay(again, timeline)).toEqual(timeline);
        for (const { ms } of again) {
          expect(startsAt(timeline, ms, DAY)).toBe(bruteStarts(readings, ms));
          expect(onMsAt(timeline, ms, HOLD)).toBe(bruteOnMs(readings, ms));
        }
      }),
    );
  });

  test("a backlog that arrives after a newer round fills the gap", () => {
    const live = Array.from({ length: 60 }, (_, n): Reading => ({ ms: n * MINUTE, isOn: n % 10 < 5 }));
    const missed = live.slice(20, 50);
    const inOrder = replay(live);
    const late = replay(missed, replay([...live.slice(0, 20), ...live.slice(50)]));
    expect(late).toEqual(inOrder);
  });

  test("an older reading that contradicts a known stretch is ignored", () => {
    const timeline = replay([0, 1, 2, 3].map((n) => ({ ms: n * MINUTE, isOn: false })));
    expect(addReading(timeline, 90_000, true, HOLD)).toBe(timeline);
  });

  test("what is older than two days is not taken any more", () => {
    const timeline = replay([
      { ms: 0, isOn: true },
      { ms: HOUR, isOn: false },
      { ms: 4 * DAY, isOn: false },
    ]);
    expect(timeline.fromMs).not.toBeNull();
    expect(addReading(timeline, 2 * MINUTE, true, HOLD)).toBe(timeline);
    expect(onMsAt(timeline, 0, HOLD)).toBeNull();
  });
});

describe("a restart", () => {
  test("from the saved state is as if there had been none, wherever it happens", () => {
    fc.assert(
      fc.property(Readings, fc.nat(), (readings, at) => {
        const place = readings.length === 0 ? 0 : at % readings.length;
        const saved = Timeline.parse(JSON.parse(JSON.stringify(replay(readings.slice(0, place)))));
        expect(replay(readings.slice(place), saved)).toEqual(replay(readings));
      }),
    );
  });

  test("what was seen before the saved state could be read is joined to it", () => {
    fc.assert(
      fc.property(Readings, fc.nat(), fc.nat({ max: 20 }), (readings, at, overlap) => {
        // Without a gap of two days the part that was seen alone is not folded, and nothing is lost.
        const place = readings.length === 0 ? 0 : at % readings.length;
        const seen = replay(readings.slice(Math.max(0, place - overlap)));
        fc.pre(seen.fromMs === null);
        const merged = mergeTimelines(replay(readings.slice(0, place)), seen, HOLD);
        const newestMs = readings.at(-1)?.ms ?? 0;
        expect(startsAt(merged, newestMs, DAY)).toBe(bruteStarts(readings, newestMs));
        expect(onMsAt(merged, newestMs, HOLD)).toBe(bruteOnMs(readings, newestMs));
      }),
    );
  });
});

test("coverage is the share of the window that readings speak for", () => {
  const timeline = replay([0, 1, 2, 60, 61].map((n) => ({ ms: n * MINUTE, isOn: false })));
  // 0 to 2 min, 3 min for which the last reading holds, and the last minute.
  expect(coverageAt(timeline, 61 * MINUTE, 120 * MINUTE, HOLD)).toBeCloseTo(6 / 120);
  expect(coverageAt(EMPTY_TIMELINE, 0, DAY, HOLD)).toBe(0);
});

describe("growNewest", () => {
  test("law: grown in place or added, the timeline is the same, in any order and with repeats", () => {
    let grown = 0;
    const inSomeOrder = Readings.chain((readings) => fc.shuffledSubarray([...readings, ...readings.slice(0, 20)]));
    fc.assert(
      fc.property(fc.oneof(Readings, inSomeOrder), (readings) => {
        const replayed = replayGrowing(readings);
        grown += replayed.grown;
        expect(replayed.timeline).toEqual(replay(readings));
      }),
    );
    expect(grown).toBeGreaterThan(0);
  });

  test("what has become old is folded all the same", () => {
    const readings = [true, false, ...Array.from({ length: 3 * 24 * 60 }, () => true)];
    const rounds = readings.map((isOn, minute): Reading => ({ ms: minute * MINUTE, isOn }));
    const { timeline, grown } = replayGrowing(rounds);
    expect(timeline).toEqual(replay(rounds));
    expect(timeline.stretches.length).toBe(1);
    expect(grown).toBeGreaterThan(4000);
  });
});
