import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createFreshDatabase } from "../services/fresh-database.ts";
import { type Fleet, type PlatformProcess, startFleet, startPlatform } from "../services/start-platform.ts";

const PLANT = pathToFileURL(path.join(import.meta.dirname, "uncaught-plant.mjs")).href;
/** As docs/operating.md says it, and what a loaded machine needs beside. */
const ENDS_WITHIN_MS = 10_000 + 10_000;
/** Each starts a platform of its own. */
const SIDE_BY_SIDE = { timeout: 240_000, concurrent: true };

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(3, ["--seed", "7"]);
}, 60_000);
afterAll(() => fleet?.stop());

async function start(fault: string, environment: Record<string, string> = {}): Promise<PlatformProcess> {
  const platform = await startPlatform({
    sitesFile: fleet.sitesFile,
    databaseUrl: null,
    environment: { NODE_OPTIONS: `--import=${PLANT}`, PLANTED_FAULT: fault, POLL_INTERVAL_S: "5", ...environment },
  });
  await platform.ready();
  return platform;
}

type Line = { level: string; event?: string; origin?: string; name?: string; msg: string };

function linesOf(platform: PlatformProcess): Line[] {
  const lines = platform.log().split("\n");
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Line);
}

async function faultEntries(platform: PlatformProcess): Promise<object[]> {
  const cookie = await platform.signIn();
  const response = await fetch(`${platform.url}/api/v1/audit?action=process:fault`, { headers: { cookie } });
  const { items } = (await response.json()) as { items: { detail: object }[] };
  return items.map(({ detail }) => detail);
}

test.for([
  { name: "an exception", fault: "exception", origin: "uncaughtException", error: "TypeError" },
  { name: "a rejection", fault: "rejection", origin: "unhandledRejection", error: "RangeError" },
])(
  "$name that nobody caught ends the platform in order, and its next start goes on",
  SIDE_BY_SIDE,
  async ({ fault, origin, error }) => {
    const platform = await start(fault);
    try {
      process.kill(platform.pid(), "SIGUSR2");
      expect(await platform.ended(ENDS_WITHIN_MS)).toEqual({ code: 1, signal: null });
      const lines = linesOf(platform);
      expect(lines.filter(({ event }) => event === "process.uncaught")).toEqual([
        expect.objectContaining({ level: "fatal", origin, name: error }),
      ]);
      expect(lines.at(-1)?.msg).toBe("everything is closed");
      expect(platform.log()).not.toMatch(/pass-phrase|hunter2/);
      // What a supervisor does: nothing is locked, and the trail has it.
      await platform.start();
      await platform.ready();
      expect(await faultEntries(platform)).toEqual([{ origin, name: error }]);
    } finally {
      await platform.dispose();
    }
  },
);

const server = inject("databaseUrl");

test.skipIf(!server)("a process without pages and flows ends likewise", SIDE_BY_SIDE, async () => {
  const fresh = await createFreshDatabase(server ?? "", { timescale: false });
  const platform = await start("exception", { ROLES: "scheduler", DATABASE_URL: fresh.url });
  try {
    process.kill(platform.pid(), "SIGUSR2");
    expect(await platform.ended(ENDS_WITHIN_MS)).toEqual({ code: 1, signal: null });
    expect(linesOf(platform).at(-1)?.msg).toBe("everything is closed");
  } finally {
    await platform.dispose();
    await fresh.drop();
  }
});

test("an exception in the database's thread ends that thread only, which is started again", SIDE_BY_SIDE, async () => {
  const platform = await start("thread");
  try {
    const cookie = await platform.signIn();
    process.kill(platform.pid(), "SIGUSR2");
    const failed = "the embedded database failed";
    while (!linesOf(platform).some(({ msg }) => msg === failed)) await sleep(50);
    await platform.ready();
    const listed = await fetch(`${platform.url}/api/v1/account/sessions`, { headers: { cookie } });
    expect(listed.status).toBe(200);
    expect(platform.log()).not.toContain("hunter2");
  } finally {
    await platform.dispose();
  }
});
