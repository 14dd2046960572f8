import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { FullDiskResult } from "./full-disk.ts";
import { compare, getJson, readLedger, readRows, waitForDrain } from "./witness.ts";
import { withWitnessedPlatform } from "./witnessed-platform.ts";

/** Runs in a mount namespace of its own, which ends with it: `full-disk-child.ts <sites> <seconds>`, JSON on the last line. */
const [sites, forS] = process.argv.slice(2).map(Number) as [number, number];

/** The write-ahead log may take 16 MiB; half of the rest is the journal's cap: 4 MiB, some 20 s of 150 sites a second. */
const VOLUME = "24m";
const GROWN = "64m";
const ALARM = "the journal is 80 % full";
const DROP = "the oldest entries were dropped";

type JournalStatus = { rows: number; bytes: number; capBytes: number; dropped: number; isWritable: boolean };

const folder = mkdtempSync(path.join(tmpdir(), "antbox-full-disk-"));
try {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${VOLUME}`, "tmpfs", folder]);
  process.stdout.write(`${JSON.stringify(await run())}\n`);
} finally {
  execFileSync("umount", ["--lazy", folder]);
  rmSync(folder, { recursive: true, force: true });
}

function run(): Promise<FullDiskResult> {
  const dataDir = path.join(folder, "data");
  mkdirSync(dataDir);
  const options = { sites, environment: { DATA_DIR: dataDir } };
  return withWitnessedPlatform(options, async ({ server, database, fleet, platform }) => {
    const cookie = await platform.signIn();
    const journal = async () =>
      (await getJson<{ journal: JournalStatus }>(`${platform.url}/api/v1/status`, cookie)).journal;
    await sleep(3_000);
    await server.stop("immediate");
    const alarmedFirst = await watchForAlarm(platform.log, forS * 1000);
    const atCap = await journal();
    // Somebody else takes the rest of the volume.
    const ballast = path.join(folder, "ballast");
    const { bavail, bsize } = statfsSync(folder);
    try {
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 16_384)));
    } catch (error) {
      // The journal has grown meanwhile: full is full.
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
    const freeBytesLeft = statfsSync(folder).bavail * bsize;
    await sleep((forS * 1000) / 2);
    const whileFull = await journal();
    execFileSync("mount", ["-o", `remount,size=${GROWN}`, folder]);
    await server.start();
    const drainS = await waitForDrain(platform, cookie, performance.now());
    await sleep(3_000);
    const afterwards = await journal();
    const log = platform.log();
    await platform.stop();
    const verdict = compare(await readLedger(fleet.controlUrl), await readRows(database.url));
    const { integrity, inGaps } = readJournal(path.join(dataDir, "journal.sqlite"));
    return {
      ...verdict,
      capBytes: atCap.capBytes,
      freeBytesLeft,
      droppedAtCap: atCap.dropped,
      droppedWhileFull: whileFull.dropped - atCap.dropped,
      dropped: afterwards.dropped,
      refused: refusedIn(log),
      inGaps,
      isWritableAfterwards: afterwards.isWritable,
      alarmedFirst,
      integrity,
      drainS,
    };
  });
}

/** What could not be made safe on the full volume, by the line that tells of each such time when it is over. */
function refusedIn(log: string): number {
  return [...log.matchAll(/"refused":(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Seen while it happens: the log keeps its end only. @returns whether the alarm came, and nothing was dropped before */
async function watchForAlarm(log: () => string, forMs: number): Promise<boolean> {
  const until = performance.now() + forMs;
  let isAlarmedFirst = false;
  let isDropped = false;
  while (performance.now() < until) {
    const text = log();
    isDropped ||= text.includes(DROP);
    isAlarmedFirst ||= text.includes(ALARM) && !isDropped;
    await sleep(200);
  }
  return isAlarmedFirst;
}

function readJournal(file: string): { integrity: string; inGaps: number } {
  const journal = new DatabaseSync(file, { readOnly: true });
  try {
    const integrity = String(Object.values(journal.prepare("pragma integrity_check").get() ?? {})[0]);
    const inGaps = Number(journal.prepare("select coalesce(sum(entries), 0) as n from gap").get()?.["n"]);
    return { integrity, inGaps };
  } finally {
    journal.close();
  }
}
