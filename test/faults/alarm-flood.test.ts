import { expect, test } from "vitest";
import { runAlarmFlood } from "./alarm-flood.ts";

/** In full, with the recovery, which takes minutes, in bench/faults.ts. */
test("a fleet that falls silent is told in a message per channel, and shown in some rows", {
  timeout: 180_000,
}, async () => {
  const sites = 150;
  const result = await runAlarmFlood({ sites, intervalS: 2, how: "hang", silentS: 40, recoveryS: 0 });
  expect(result.silentSites).toBe(sites);
  expect(result.mostPerChannel, result.titles.join("\n")).toBe(1);
  expect(result.messages, result.titles.join("\n")).toBeLessThanOrEqual(3);
  expect(result.topRows).toBeLessThanOrEqual(10);
});
