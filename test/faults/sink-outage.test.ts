import { expect, test } from "vitest";
import { runSinkOutage } from "./sink-outage.ts";

/** For minutes, and with the delays of the other channel judged, in bench/faults.ts. */
test("a web hook and a mail server that fail in turn cost no message, and double none", {
  timeout: 240_000,
}, async () => {
  const result = await runSinkOutage({
    sites: 20,
    intervalS: 1,
    healthyAlarms: 2,
    healthyS: 2,
    web: [
      { way: "down", lastsS: 4, alarms: 1 },
      { way: "errs", lastsS: 4, alarms: 1 },
      { way: "breaks off", lastsS: 4, alarms: 1 },
    ],
    mail: [
      { way: "down", lastsS: 3, alarms: 1 },
      { way: "errs", lastsS: 4, alarms: 1 },
    ],
    settleS: 90,
  });
  // Each server was really missed, and a message did come again.
  expect(result.webHeldAtHeal).toBeGreaterThan(0);
  expect(result.mailHeldAtHeal).toBeGreaterThan(0);
  expect(result.repetitions).toBeGreaterThan(0);
  expect({ lost: result.lost, duplicates: result.duplicates }).toEqual({ lost: 0, duplicates: 0 });
  // Three tries of the other channel would take longer.
  expect(result.mailWhileWebFailedS).toBeLessThan(10);
  expect(result.webWhileMailFailedS).toBeLessThan(10);
});
