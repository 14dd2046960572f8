import { expect, test } from "vitest";
import { findPostgres } from "../services/postgres-server.ts";
import { runLossPlan } from "./loss-harness.ts";

/**
 * The short form; `bench/loss.ts` runs the long one (2 minutes, 5 kills, 30 deploys). Real processes: the simulator is the
 * witness, the platform is killed with -9, PostgreSQL is stopped at once.
 */
test.skipIf(findPostgres() === null)(
  "a database outage, kills and full deploys lose, double and reorder nothing",
  { timeout: 240_000 },
  async () => {
    const result = await runLossPlan({ sites: 40, outageS: 14, kills: 2, deploys: 4, deployEveryS: 1.5 });
    // The faults bit: replies were served while there was no database, and processes died under way.
    expect(result.killed).toBe(2);
    expect(result.deployed).toBe(4);
    expect(result.servedInOutage).toBeGreaterThan(40 * 3);
    expect(result.arrived).toBeGreaterThan(40 * 15);
    expect(result).toMatchObject({ lost: 0, duplicated: 0, outOfOrder: 0 });
    // A round a second: live values were never older than some rounds, database or not.
    expect(result.worstLiveAgeS).toBeLessThan(10);
  },
);
