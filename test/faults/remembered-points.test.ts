import { afterAll, beforeAll, expect, test } from "vitest";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { type Fleet, type PlatformProcess, startFleet, startPlatform } from "../services/start-platform.ts";

let fleet: Fleet;
let platform: PlatformProcess;
beforeAll(async () => {
  fleet = await startFleet(3);
  const environment = { POLL_INTERVAL_S: "1" };
  platform = await startPlatform({ sitesFile: fleet.sitesFile, databaseUrl: null, environment });
  await platform.ready();
});
afterAll(async () => {
  await platform?.dispose();
  await fleet?.stop();
});

async function snapshotsOf(cookie: string): Promise<Snapshot[]> {
  const response = await fetch(`${platform.url}/api/v1/snapshots`, { headers: { cookie } });
  return ((await response.json()) as { items: Snapshot[] }).items;
}

/** Run hours by site; null while one of them is not known. */
async function runHours(cookie: string): Promise<Map<string, number> | null> {
  const snapshots = await snapshotsOf(cookie);
  const known = snapshots.flatMap(({ siteId, values }): [string, number][] => {
    const hours = values.circulation_pump_run_hours;
    return typeof hours === "number" ? [[siteId, hours]] : [];
  });
  return known.length === 3 ? new Map(known) : null;
}

async function known(cookie: string): Promise<Map<string, number>> {
  await expect.poll(() => runHours(cookie), { timeout: 30_000 }).not.toBeNull();
  return (await runHours(cookie)) ?? new Map();
}

test("run hours go on where they were, after a kill and after an orderly end", { timeout: 120_000 }, async () => {
  for (const end of [() => platform.kill(), () => platform.stop()]) {
    const cookie = await platform.signIn();
    const smallest = async () => Math.min(...((await runHours(cookie)) ?? new Map()).values());
    const enough = Math.min(...(await known(cookie)).values()) + 0.002;
    await expect.poll(smallest, { timeout: 60_000 }).toBeGreaterThan(enough);
    const before = await known(cookie);
    await end();
    await platform.start();
    await platform.ready();
    const after = await known(await platform.signIn());
    for (const [siteId, hours] of before) {
      // A round or two may be on their way at the kill; from then on a reading holds for 3 s.
      expect(after.get(siteId), siteId).toBeGreaterThanOrEqual(hours - 0.001);
      expect(after.get(siteId), siteId).toBeLessThan(hours + 0.02);
    }
  }
});
