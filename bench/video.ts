import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { compareCached } from "./video-load/compare-cached.ts";
import { compareHerds } from "./video-load/compare-herds.ts";
import { compareWalls } from "./video-load/compare-walls.ts";
import { type Findings, openStage } from "./video-load/stage.ts";
import { isPinned } from "./web-load/pinned-child.ts";

/**
 * The gateway's process beside Debian's nginx (`proxy_cache`, its lock, `secure_link`; it rewrites nothing) in front of the
 * same cameras: processor time per cached playlist and segment, 810 viewers of 81 streams, what a herd at one new segment
 * costs the camera, and how soon its first byte comes when the camera is slow.
 *
 * Gateway and nginx run on core 0, in turns; cameras, loaders and viewers on core 1. Ends with 1 when a goal is missed.
 *
 * Options: --rounds 5, --seconds 2 (of each turn), --wall-seconds 20, --parts cached,wall,herd.
 */
const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    "wall-seconds": { type: "string", default: "20" },
    parts: { type: "string", default: "cached,wall,herd" },
  },
});
const [rounds, seconds, wallSeconds] = [options.rounds, options.seconds, options["wall-seconds"]].map(Number) as [
  number,
  number,
  number,
];
const parts = options.parts.split(",");
const found = new Map<string, Findings>();

const stage = await openStage();
try {
  if (parts.includes("cached"))
    tell(
      "cached",
      `processor time per answer out of the cache, median of ${rounds} turns of ${seconds} s`,
      await compareCached(stage, rounds, seconds),
    );
  if (parts.includes("wall"))
    tell("wall", `810 viewers of 81 streams, ${wallSeconds} s`, await compareWalls(stage, wallSeconds));
  if (parts.includes("herd"))
    tell(
      "herd",
      "81 viewers of each new segment; a camera that needs 0.2 s for the first byte and 1.2 s for all",
      await compareHerds(stage, rounds),
    );
} finally {
  await stage.close();
}

const missed = [...found.values()].flatMap((findings) => findings.missed);
for (const text of missed) console.log(`goal MISSED: ${text}`);
if (missed.length === 0) console.log("all goals reached");
const rows = Object.fromEntries([...found].map(([part, findings]) => [part, findings.rows]));
console.log(JSON.stringify({ bench: "video", isPinned, load: loadavg(), ...rows, missed }));
if (missed.length > 0) process.exitCode = 1;

function tell(part: string, title: string, findings: Findings): void {
  found.set(part, findings);
  console.log(title);
  console.table(findings.rows);
}
