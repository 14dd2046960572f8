import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { runCommandFaults } from "../test/faults/commands/run-command-faults.ts";

/**
 * Kills and stops senders of commands at every point of their work while the database crashes and leases move; the ledger of
 * the simulated plants is the witness. A queue with the defaults of BullMQ suffers beside it.
 * `node bench/command-faults.ts [--kills 200] [--stops 50] [--sites 320] [--collectors 3]`: about 20 minutes.
 */
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    stops: { type: "string", default: "50" },
    sites: { type: "string", default: "320" },
    collectors: { type: "string", default: "3" },
    "naive-kills": { type: "string", default: "30" },
  },
});
const startedMs = performance.now();
const figures = await runCommandFaults({
  sites: Number(values.sites),
  collectors: Number(values.collectors),
  healthy: 1,
  kills: Number(values.kills),
  stops: Number(values.stops),
  stopS: [3, 30],
  crashEveryS: 45,
  stealEveryS: 5,
  mostOpen: 40,
  intervalS: 3,
  naive: { sites: 60, kills: Number(values["naive-kills"]), stops: 4 },
  drainS: 150,
  say: (text) => console.log(`${((performance.now() - startedMs) / 1000).toFixed(0)} s: ${text}`),
});
console.table(figures.faults);
console.table(figures.states);
const { faults, states, naive, ...counts } = figures;
console.table(counts);
const lines = [
  { figure: `kills, of ${values.kills}`, value: counts.kills, isMet: counts.kills >= Number(values.kills) },
  { figure: `stops, of ${values.stops}`, value: counts.stops, isMet: counts.stops >= Number(values.stops) },
  { figure: "commands that a plant received twice", value: counts.doubled, isMet: counts.doubled === 0 },
  { figure: "commands out of order", value: counts.outOfOrder, isMet: counts.outOfOrder === 0 },
  { figure: "commands in no named state at the end", value: counts.nameless, isMet: counts.nameless === 0 },
  { figure: "commands whose end contradicts the plant", value: counts.misjudged, isMet: counts.misjudged === 0 },
  { figure: "longest unknown, s", value: Math.round(counts.longestUnknownS), isMet: counts.longestUnknownS <= 60 },
  { figure: "processes that ended by themselves", value: counts.ownEnds, isMet: counts.ownEnds === 0 },
  { figure: `naive queue: doubled at ${naive.faults} faults`, value: naive.doubled, isMet: naive.doubled > 0 },
];
console.table(lines);
const load = loadavg().map((value) => Math.round(value * 10) / 10);
const tookS = Math.round((performance.now() - startedMs) / 1000);
console.log(JSON.stringify({ bench: "command-faults", tookS, load, ...figures }));
process.exitCode = lines.every(({ isMet }) => isMet) ? 0 : 1;
