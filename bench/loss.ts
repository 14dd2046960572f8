import { runLossPlan } from "../test/faults/loss-harness.ts";

/** The loss test in full: 150 sites at a round a second, two minutes without database, five kills, a deploy every 2 s for a minute. */
const result = await runLossPlan({
  sites: 150,
  outageS: 120,
  kills: 5,
  deploys: 30,
  deployEveryS: 2,
  say: (text) => console.log(`${new Date().toISOString()} ${text}`),
});
console.table(result);
console.log(JSON.stringify({ bench: "loss", ...result }));
process.exitCode = result.lost + result.duplicated + result.outOfOrder === 0 && result.drainS <= 60 ? 0 : 1;
