import { processorMsOfAll } from "../peers/processor-time.ts";
import { round1 } from "../peers/statistics.ts";
import type { Hits } from "./camera-origin.ts";
import { type Findings, type Stage, viewersOf } from "./stage.ts";
import type { Played } from "./viewers.ts";

const WALL = { streams: 81, perStream: 10 };
const GOAL_CPU_PCT = 15;
/** A wall is watched for hours: by then all is compiled, and the caches are full, so that for what comes something has to go. */
const WARM_UP_S = 70;

/** 810 viewers of 81 streams, who each load every new segment. */
export async function compareWalls(stage: Stage, seconds: number): Promise<Findings> {
  const rows: { readonly cpuPct: number; readonly row: { readonly server: string } }[] = [];
  const missed: string[] = [];
  for (const target of stage.targets) {
    await stage.show({ isMoving: true, isDripping: false });
    const viewers = await viewersOf(target, WALL.streams, WALL.perStream);
    await stage.play(target.port, viewers, WARM_UP_S);
    await stage.show({ isMoving: true, isDripping: false });
    const before = { cpuMs: processorMsOfAll(target.pid), atMs: performance.now() };
    const played = await stage.play(target.port, viewers, seconds);
    const passedMs = performance.now() - before.atMs;
    const cpuPct = ((processorMsOfAll(target.pid) - before.cpuMs) / passedMs) * 100;
    const hits = await stage.hits();
    const row = {
      server: target.name,
      "Mbit/s": Math.round(played.megabits / (passedMs / 1000)),
      "CPU % of a core": round1(cpuPct),
      segments: played.segments,
      errors: played.errors,
      stalls: played.stalls,
      "playlist p95 ms": round1(played.playlistP95Ms),
      "segment p95 ms": round1(played.segmentP95Ms),
      "fetched segments": hits.segments,
      "of them twice": hits.duplicates,
    };
    rows.push({ cpuPct, row });
    if (target.name === "gateway") missed.push(...judge(played, hits, cpuPct));
  }
  // A share of a core belongs to one machine and one hour; how often nginx's it is holds for others, too.
  const peerPct = rows.find(({ row }) => row.server === "nginx")?.cpuPct ?? Number.NaN;
  return { rows: rows.map(({ cpuPct, row }) => ({ ...row, "× nginx": (cpuPct / peerPct).toFixed(2) })), missed };
}

function judge({ errors, stalls, firstError }: Played, { duplicates }: Hits, cpuPct: number): string[] {
  const missed: string[] = [];
  if (errors > 0) missed.push(`wall: ${errors} errors, the first: ${firstError}`);
  if (stalls > 0) missed.push(`wall: ${stalls} stalls`);
  if (duplicates > 0) missed.push(`wall: ${duplicates} segments were fetched more than once`);
  if (cpuPct > GOAL_CPU_PCT) missed.push(`wall: ${cpuPct.toFixed(1)} % of a core (goal ≤ ${GOAL_CPU_PCT})`);
  return missed;
}
