import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { runStoppedHolders } from "../test/faults/commands/stopped-holder.ts";
import { startPostgres } from "../test/services/postgres-server.ts";

/**
 * The holder of a site's lease is stopped with a command in hand, and goes on when another one has the lease: what then
 * reaches the plant is stale. `node bench/command-holders.ts [--trials 100] [--naive 10]`: about 12 minutes.
 */
const { values } = parseArgs({
  options: { trials: { type: "string", default: "100" }, naive: { type: "string", default: "10" } },
});
const server = await startPostgres();
const say = (text: string) => console.log(text);
const ours = await runStoppedHolders(server.url, Number(values.trials), false, say);
const naive = await runStoppedHolders(server.url, Number(values.naive), true, say);
await server.dispose();
const lines = [
  { figure: `stale of ${ours.trials}`, value: ours.stale, isMet: ours.stale === 0 },
  { figure: `doubled of ${ours.trials}`, value: ours.doubled, isMet: ours.doubled === 0 },
  { figure: `stale of ${naive.trials} without fence and clock`, value: naive.stale, isMet: naive.stale > 0 },
];
console.table(lines);
const load = loadavg().map((value) => Math.round(value * 10) / 10);
console.log(JSON.stringify({ bench: "command-holders", load, ours, naive }));
process.exitCode = lines.every(({ isMet }) => isMet) ? 0 : 1;
