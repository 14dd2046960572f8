import { describe, expect, test } from "vitest";
import { runSlowDatabase, SLOW_WAYS } from "./slow-database.ts";

/** In full, and with figures, in bench/faults.ts. Each has a server, a fleet and a platform of its own. */
describe("a database that is there and of no use", { concurrent: true }, () => {
  test.each(SLOW_WAYS)("loses nothing, keeps polling and answers: %s", { timeout: 180_000 }, async (way) => {
    const result = await runSlowDatabase({ way, sites: 20, faultS: 8, healthyS: 1 });
    if (way !== "stopped backends") expect(result.ownWriteS).toBeGreaterThan(1.5);
    expect(result.arrived).toBeGreaterThan(100);
    expect({ lost: result.lost, duplicated: result.duplicated, outOfOrder: result.outOfOrder }).toEqual({
      lost: 0,
      duplicated: 0,
      outOfOrder: 0,
    });
    // No request hangs, and those that need no database are answered.
    expect(result.statuses[0]).toBeUndefined();
    expect(result.statuses[200]).toBeGreaterThan(20);
  });
});
