import { setTimeout as sleep } from "node:timers/promises";
import { median } from "../peers/statistics.ts";
import type { Hits } from "./camera-origin.ts";
import { type Findings, type Stage, type Target, viewersOf } from "./stage.ts";
import type { Herd } from "./viewers.ts";

type Run = Herd & Hits;

const STREAMS = [1, 8];
const VIEWERS = 81;
const GOAL_LATE_MS = 150;
/** What both keep of a playlist is older then. */
const PLAYLIST_OLD_MS = 2_500;

/** 81 viewers of each stream ask at once for a segment that nobody has asked for yet, and the camera is slow. */
export async function compareHerds(stage: Stage, rounds: number): Promise<Findings> {
  const rows: object[] = [];
  const missed: string[] = [];
  const ownMs = await cameraItself(stage);
  for (const streams of STREAMS) {
    for (const target of stage.targets) {
      const runs: Run[] = [];
      for (let round = 0; round < rounds; round += 1) runs.push(await run(stage, target, streams));
      const of = (key: "firstByteP50Ms" | "firstByteP95Ms" | "wholeP95Ms") => median(runs.map((one) => one[key]));
      rows.push({
        server: target.name,
        viewers: streams * VIEWERS,
        streams,
        "camera's own first byte ms": Math.round(ownMs),
        "first byte p50 ms": Math.round(of("firstByteP50Ms")),
        "p95 ms": Math.round(of("firstByteP95Ms")),
        "whole p95 ms": Math.round(of("wholeP95Ms")),
        "fetches, at most": Math.max(...runs.map(({ segments }) => segments)),
        errors: runs.reduce((sum, { errors }) => sum + errors, 0),
      });
      if (target.name === "gateway") missed.push(...judge(runs, streams, of("firstByteP95Ms") - ownMs));
    }
  }
  return { rows, missed };
}

/** Milliseconds until its first byte, asked by one viewer: nobody can be faster. */
async function cameraItself(stage: Stage): Promise<number> {
  await newSlowSegment(stage);
  const { firstByteP50Ms } = await stage.herd(stage.cameraPort, [{ path: "/c150/index.m3u8", headers: "" }]);
  return firstByteP50Ms;
}

async function run(stage: Stage, target: Target, streams: number): Promise<Run> {
  await newSlowSegment(stage);
  const herd = await stage.herd(target.port, await viewersOf(target, streams, VIEWERS));
  return { ...herd, ...(await stage.hits()) };
}

/** And nobody has an older playlist any more. */
async function newSlowSegment(stage: Stage): Promise<void> {
  await stage.show({ isMoving: false, isDripping: true });
  await sleep(PLAYLIST_OLD_MS);
}

function judge(runs: readonly Run[], streams: number, lateMs: number): string[] {
  const missed: string[] = [];
  const who = `${streams * VIEWERS} viewers of ${streams} new segments`;
  const failed = runs.filter(({ errors }) => errors > 0);
  if (failed.length > 0) missed.push(`${who}: errors, the first: ${failed[0]?.firstError}`);
  const wrong = runs.find(({ segments }) => segments !== streams);
  if (wrong) missed.push(`${who}: ${wrong.segments} fetches`);
  if (!(lateMs <= GOAL_LATE_MS))
    missed.push(`${who}: first byte p95 ${Math.round(lateMs)} ms after the camera's (goal ≤ ${GOAL_LATE_MS})`);
  return missed;
}
