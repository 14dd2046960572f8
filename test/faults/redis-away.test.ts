import { expect, test } from "vitest";
import { runRedisAway } from "./redis-away.ts";

/** In full, and with figures, in bench/faults.ts. */
test("a Redis that is flushed, hangs and is killed costs no snapshot, and is whole again soon", {
  timeout: 180_000,
}, async () => {
  const result = await runRedisAway(20, 3);
  expect([result.fieldsBefore, result.fieldsAfterFlush]).toEqual([20, 0]);
  expect(result.arrived).toBeGreaterThan(100);
  expect({ lost: result.lost, duplicated: result.duplicated, outOfOrder: result.outOfOrder }).toEqual({
    lost: 0,
    duplicated: 0,
    outOfOrder: 0,
  });
  expect(Object.keys(result.statuses)).toEqual(["200"]);
});
