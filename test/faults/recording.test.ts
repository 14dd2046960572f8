import { beforeAll, describe, expect, inject, test } from "vitest";
import { noBrowser } from "../e2e/browser.ts";
import { startWatchedPlatform } from "../e2e/watched-platform.ts";
import { canMount } from "./full-disk.ts";
import { type RecordingResult, runRecording } from "./recording.ts";

const serverUrl = inject("databaseUrl") ?? "";
const PLAN = { beforeS: 4, cutS: 15, afterS: 4, hasStandBy: false };

/** One run of the built platform with a bucket and a small volume; each test looks at another part of what came of it. */
describe.skipIf(serverUrl === "" || noBrowser !== null || !canMount())("recordings on the built platform", () => {
  let result: RecordingResult;
  beforeAll(async () => {
    result = await runRecording({ serverUrl, start: startWatchedPlatform, ...PLAN });
  }, 180_000);

  test("a camera that was cut off leaves a gap, and no other", () => {
    const [before, after] = result.spans;
    expect(result.spans).toHaveLength(2);
    const gapS = (Date.parse(after?.from ?? "") - Date.parse(before?.to ?? "")) / 1000;
    // What its window still had when it was back was recorded, too.
    expect(gapS).toBeGreaterThan(1);
    expect(gapS).toBeLessThan(PLAN.cutS + 4);
  });

  test("Chromium plays over the gap, from the bucket, without a fault or a black picture", () => {
    const { spans, playback, filesOnDisk } = result;
    const recordedS = spans.reduce((sum, { from, to }) => sum + (Date.parse(to) - Date.parse(from)) / 1000, 0);
    expect(filesOnDisk).toBeLessThanOrEqual(2);
    expect(playback).toMatchObject({ hasEnded: true, faults: [] });
    expect(playback.endedAtS).toBeGreaterThan(recordedS - 1);
    expect(playback.durationS).toBeLessThan(recordedS + 1);
    expect(playback.longestStepS).toBeGreaterThan(1);
    expect(playback.fewestShades).toBeGreaterThan(3);
  });

  test("an alarm of a site keeps what its camera showed before and after", () => {
    expect(result.alarm.reasons).toEqual(["alarm"]);
    expect(result.alarm.beforeS).toBeGreaterThan(2);
    expect(result.alarm.afterS).toBeGreaterThan(2);
  });

  test("a full disk stops recording with an alarm, and hurts neither live video nor collection", () => {
    expect(result.fullDisk).toMatchObject({ causes: ["storage_full"], isAlarmRaised: true, goesOn: true });
    expect(result.fullDisk.newSegments).toBeGreaterThan(2);
    expect(result.fullDisk.newSlots).toBeGreaterThan(5);
  });

  test("retention removes what is too old, and nothing behind a link that leads out of its root", () => {
    expect(result.retention).toEqual({ isReachable: true, rowsLeft: 0, isOwnGone: true, isOutsideKept: true });
  });
});
