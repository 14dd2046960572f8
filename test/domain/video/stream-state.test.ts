import { expect, test } from "vitest";
import {
  afterLook,
  afterTime,
  type StreamHealth,
  type StreamLook,
  unwatched,
} from "../../../domain/video/stream-state.ts";
import type { VideoCause } from "../../../domain/video/video-cause.ts";

const T0 = Date.parse("2026-11-23T08:00:00.000Z");
const seen = (newestSequence: number, targetS = 2, isEnded = false): StreamLook => ({
  kind: "playlist",
  newestSequence,
  targetS,
  isEnded,
});
const failed = (cause: VideoCause): StreamLook => ({ kind: "failed", cause });

/** Looks at these seconds, one after the other. */
function run(looks: readonly (readonly [atS: number, look: StreamLook])[], from = unwatched(T0)): StreamHealth {
  return looks.reduce((health, [atS, look]) => afterLook(health, look, T0 + atS * 1000), from);
}

test("a camera that nobody has looked at is unwatched, and time alone changes nothing", () => {
  const health = unwatched(T0);
  expect(health).toMatchObject({ state: "unwatched", cause: null });
  expect(afterTime(health, T0 + 3_600_000, true)).toEqual(health);
});

test.for([
  [
    "moves on",
    [
      [0, seen(1)],
      [2, seen(2)],
      [4, seen(3)],
    ],
    "online",
    null,
  ],
  [
    "stands still for less than a target duration and a half",
    [
      [0, seen(1)],
      [2, seen(1)],
      [3, seen(1)],
    ],
    "online",
    null,
  ],
  [
    "stands still for longer",
    [
      [0, seen(1)],
      [3.5, seen(1)],
    ],
    "stale",
    "upstream_timeout",
  ],
  [
    "stands still for three target durations",
    [
      [0, seen(1)],
      [6.5, seen(1)],
    ],
    "offline",
    "upstream_timeout",
  ],
  [
    "is numbered anew, as after a restart",
    [
      [0, seen(90)],
      [2, seen(3)],
    ],
    "online",
    null,
  ],
  [
    "fails once, and is fresh still",
    [
      [0, seen(1)],
      [2, failed("upstream_refused")],
    ],
    "online",
    null,
  ],
  [
    "fails for longer",
    [
      [0, seen(1)],
      [3.5, failed("upstream_refused")],
    ],
    "stale",
    "upstream_refused",
  ],
  [
    "fails for three target durations",
    [
      [0, seen(1)],
      [6.5, failed("upstream_refused")],
    ],
    "offline",
    "upstream_refused",
  ],
  [
    "never answers",
    [
      [0, failed("upstream_timeout")],
      [6.5, failed("upstream_timeout")],
    ],
    "offline",
    "upstream_timeout",
  ],
  ["has just been asked for the first time, in vain", [[0, failed("upstream_timeout")]], "unwatched", null],
  [
    "is refused by a rule",
    [
      [0, seen(1)],
      [0.5, failed("target_not_allowed")],
    ],
    "offline",
    "target_not_allowed",
  ],
  [
    "comes back",
    [
      [0, seen(1)],
      [9, failed("upstream_refused")],
      [11, seen(2)],
    ],
    "online",
    null,
  ],
  [
    "is dead, and says the newest cause",
    [
      [0, seen(1)],
      [9, failed("upstream_refused")],
      [11, failed("upstream_status")],
    ],
    "offline",
    "upstream_status",
  ],
  [
    "has long segments",
    [
      [0, seen(1, 10)],
      [12, seen(1, 10)],
    ],
    "online",
    null,
  ],
  [
    "says that it has ended",
    [
      [0, seen(1)],
      [7, seen(2, 2, true)],
    ],
    "offline",
    "upstream_timeout",
  ],
  [
    "claims a target duration of a day",
    [
      [0, seen(1, 86_400)],
      [200, seen(1, 86_400)],
    ],
    "offline",
    "upstream_timeout",
  ],
] as const)("a camera that %s", ([, looks, state, cause]) => {
  expect(run(looks)).toMatchObject({ state, cause });
});

test("since when a state is true stays as it is while the state does", () => {
  const offline = run([
    [0, seen(1)],
    [9, failed("upstream_refused")],
    [30, failed("upstream_timeout")],
  ]);
  expect(offline).toMatchObject({ state: "offline", sinceMs: T0 + 9_000 });
  expect(afterLook(offline, seen(2), T0 + 40_000)).toMatchObject({ state: "online", sinceMs: T0 + 40_000 });
});

test("time alone makes a watched camera old, and one that nobody watches keeps its last state", () => {
  const online = run([[0, seen(1)]]);
  expect(afterTime(online, T0 + 4_000, true)).toMatchObject({ state: "stale" });
  expect(afterTime(online, T0 + 7_000, true)).toMatchObject({ state: "offline" });
  const left = afterTime(online, T0 + 1_000, false);
  expect(afterTime(left, T0 + 3_600_000, false)).toMatchObject({ state: "online", sinceMs: T0, watchedSinceMs: null });
});

test("a camera is not dead because nobody has asked it for an hour", () => {
  const left = afterTime(run([[0, seen(1)]]), T0 + 1_000, false);
  const again = afterLook(left, failed("upstream_timeout"), T0 + 3_600_000);
  expect(again).toMatchObject({ state: "online", watchedSinceMs: T0 + 3_600_000 });
  expect(afterLook(again, failed("upstream_timeout"), T0 + 3_607_000)).toMatchObject({ state: "offline" });
});
