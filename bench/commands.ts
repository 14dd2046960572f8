import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Command } from "../domain/commands/command.ts";
import { startCommandedPlatform } from "../test/faults/commands/commanded-platform.ts";
import { answeredCommands } from "../test/faults/commands/plant-ledger.ts";
import { startPostgres } from "../test/services/postgres-server.ts";
import { createOrderingClients } from "./command-load/ordering-clients.ts";
import { quantile, round1 } from "./peers/statistics.ts";

/**
 * Orders through REST, from several clients: 20 to each of 150 sites at once, and before that one at a time while nothing
 * else is to do. What arrived when is told by the ledger of the simulated plants.
 * `node bench/commands.ts [--sites 150] [--each 20] [--clients 30] [--single 60]`
 */
const { values } = parseArgs({
  options: {
    sites: { type: "string", default: "150" },
    each: { type: "string", default: "20" },
    clients: { type: "string", default: "30" },
    single: { type: "string", default: "60" },
  },
});
const SITES = Number(values.sites);
const EACH = Number(values.each);
const SINGLE = Number(values.single);
const GOAL_P95_MS = 100;
const DRAIN_MS = 600_000;

const names = Array.from({ length: Number(values.clients) }, (_, at) => `client-${at + 1}`);
const server = await startPostgres();
// One site more for each single order: those of the crowd have taken none yet.
const under = await startCommandedPlatform({
  serverUrl: server.url,
  sites: SITES + SINGLE,
  people: names.map((name) => ({ name, role: "operator", scope: null })),
});
const siteIds = Array.from({ length: SITES + SINGLE }, (_, at) => `site-${String(at + 1).padStart(3, "0")}`);
let seed = 4_711;
const random = () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};
const clients = await createOrderingClients(under, names, random);
while (
  ((await under.ask("admin", "GET", "/api/v1/snapshots?limit=1000")).json["items"] as []).length < siteIds.length
) {
  await sleep(500);
}

const idleMs: number[] = [];
for (const [at, siteId] of siteIds.slice(SITES).entries()) {
  const accepted = await clients.order(names[at % names.length] ?? "", siteId);
  if (accepted === null) continue;
  let received = await under.received(siteId);
  while (received.length === 0) {
    await sleep(20);
    received = await under.received(siteId);
  }
  idleMs.push((received[0]?.at ?? Number.NaN) - accepted.acceptedMs);
}

const fromMs = Date.now();
const accepted = await Promise.all(siteIds.slice(0, SITES).map((siteId, at) => clients.orderAll(siteId, EACH, at)));
const acceptedS = (Date.now() - fromMs) / 1000;
const deadline = performance.now() + DRAIN_MS;
const open = "/api/v1/commands?state=queued,claimed,sent,accepted,unknown&limit=1";
while ((await under.ask("admin", "GET", open)).json["total"] !== 0 && performance.now() < deadline) await sleep(500);

let [arrived, outOfOrder, atOnce, lastMs] = [0, 0, 0, fromMs];
const firstMs: number[] = [];
for (const [place, orders] of accepted.entries()) {
  const siteId = siteIds[place] ?? "";
  const [received, answered] = [await under.received(siteId), await answeredCommands(under.fleet.controlUrl, siteId)];
  arrived += received.length;
  if (!isInOrder(received, orders)) outOfOrder += 1;
  for (const [n, { at }] of received.entries()) {
    if (n > 0 && at < (answered[n - 1] ?? Number.POSITIVE_INFINITY)) atOnce += 1;
    lastMs = Math.max(lastMs, at);
  }
  const [order, arrival] = [orders[0], received[0]];
  if (order && arrival) firstMs.push(arrival.at - order.acceptedMs);
}
/** What was not sent is missing, and nothing has overtaken anything. */
function isInOrder(received: readonly { command: string }[], orders: readonly { command: string }[]): boolean {
  const left = [...orders];
  return received.every(({ command }) => {
    while (left.length > 0) if (left.shift()?.command === command) return true;
    return false;
  });
}

const failed = await under.ask("admin", "GET", "/api/v1/commands?state=failed,expired&limit=500");
const unsent = (failed.json["items"] as Command[]).filter(
  ({ sentAt, stateReason }) => sentAt === null || stateReason === "not-sent",
);
const reasons = [...Map.groupBy(unsent, ({ stateReason }) => stateReason)].map(
  ([why, list]) => `${why}: ${list.length}`,
);
const states: Record<string, unknown> = {};
for (const state of ["verified", "no_effect", "failed", "expired", "unknown", "queued"]) {
  states[state] = (await under.ask("admin", "GET", `/api/v1/commands?state=${state}&limit=1`)).json["total"];
}
await under.dispose();
await server.dispose();

const count = accepted.flat().length;
const perS = count / ((lastMs - fromMs) / 1000);

const lines = [
  { figure: `accepted, of ${SITES * EACH}`, value: count, isMet: count === SITES * EACH },
  {
    figure: `arrived, beside ${unsent.length} that were not sent`,
    value: arrived,
    isMet: arrived + unsent.length === count,
  },
  { figure: "sites with another order", value: outOfOrder, isMet: outOfOrder === 0 },
  { figure: "sent before the answer to the one before", value: atOnce, isMet: atOnce === 0 },
  { figure: "accepted per s", value: round1(count / acceptedS), isMet: null },
  { figure: "sent per s, one in flight per site", value: round1(perS), isMet: null },
  { figure: "accept to send, idle, p50 ms", value: round1(quantile(idleMs, 0.5)), isMet: null },
  {
    figure: "accept to send, idle, p95 ms",
    value: round1(quantile(idleMs, 0.95)),
    isMet: quantile(idleMs, 0.95) <= GOAL_P95_MS,
  },
  {
    figure: "accept to send, first of each site in the crowd, p95 ms",
    value: round1(quantile(firstMs, 0.95)),
    isMet: null,
  },
];
console.table(lines);
console.table(states);
const load = loadavg().map(round1);
console.log(
  JSON.stringify({
    bench: "commands",
    load,
    refused: clients.refused,
    repeated: clients.repeated(),
    reasons,
    states,
    lines,
  }),
);
process.exitCode = lines.every(({ isMet }) => isMet !== false) ? 0 : 1;
