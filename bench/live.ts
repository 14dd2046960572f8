import { loadavg } from "node:os";
import path from "node:path";
import { isPinned, median, startPinned } from "./web-load/pinned-child.ts";

/**
 * What one round of 150 sites costs the server per client: our columnar delta beside socket.io with the same object.
 * Server on core 0, raw-socket clients on core 1; the two alternate, each several times with fresh processes.
 */
const GOAL = { cpuUs: 25, bytes: 11_000, blockMs: 50 };
/** The kernel counts processor time in ticks of some milliseconds: only sums over many rounds mean anything. */
const roundsFor = (clients: number) => Math.max(20, Math.min(100, 30_000 / clients));
const WARM_UP = 8;
const REPEATS = 3;
const folder = path.join(import.meta.dirname, "web-load");
const fleets = (process.env["BENCH_CLIENTS"] ?? "500,5000").split(",").map(Number);

type Cost = { cpuUs: number; block: { wallMs: number; cpuMs: number }; maxRssMb: number };
type Heard = { rounds: number; bytesPerClient: number; lastAtMs: number };
type Measured = {
  kind: string;
  clients: number;
  cpuUs: number;
  bytes: number;
  blockMs: number;
  blockWallMs: number;
  allMs: number;
  rssMb: number;
};

async function measure(kind: string, clients: number): Promise<Measured> {
  const server = startPinned(0, path.join(folder, "live-server.ts"), [kind]);
  const { port } = await server.ask<{ port: number }>({ type: "listen" });
  // Something to send in full, so that a subscriber is known to be there.
  await server.ask({ type: "round", round: 1 });
  await pause(100);
  const load = startPinned(1, path.join(folder, "live-clients.ts"), [kind, String(port), String(clients)]);
  try {
    const { ready } = await load.ask<{ ready: number }>({ type: "open" });
    if (ready !== clients) throw new Error(`only ${ready} of ${clients} clients are connected`);
    await pause(500);
    const costs: (Cost & { allMs: number; heardBytes: number })[] = [];
    for (let round = 2; round < roundsFor(clients) + WARM_UP + 2; round += 1) {
      await load.ask({ type: "arm" });
      const { startedAtMs } = await server.ask<{ startedAtMs: number }>({ type: "round", round });
      const heard = await load.ask<Heard>({ type: "wait" });
      const cost = await server.ask<Cost>({ type: "cost" });
      if (heard.rounds !== clients) throw new Error(`${heard.rounds} of ${clients} clients got the round`);
      // The first rounds are for the compiler.
      if (round >= WARM_UP + 2)
        costs.push({ ...cost, allMs: heard.lastAtMs - startedAtMs, heardBytes: heard.bytesPerClient });
      await pause(100);
    }
    return {
      kind,
      clients,
      cpuUs: costs.reduce((sum, { cpuUs }) => sum + cpuUs, 0) / costs.length / clients,
      bytes: median(costs.map(({ heardBytes }) => heardBytes)),
      blockMs: Math.max(...costs.map(({ block }) => block.cpuMs)),
      blockWallMs: Math.max(...costs.map(({ block }) => block.wallMs)),
      allMs: median(costs.map(({ allMs }) => allMs)),
      rssMb: Math.max(...costs.map(({ maxRssMb }) => maxRssMb)),
    };
  } finally {
    await Promise.all([server.stop(), load.stop()]);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const results: Measured[] = [];
for (const clients of fleets) {
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    for (const kind of ["ours", "socketio"]) results.push(await measure(kind, clients));
  }
}

const rows = fleets.flatMap((clients) =>
  ["ours", "socketio"].map((kind) => {
    const own = results.filter((one) => one.kind === kind && one.clients === clients);
    const of = (key: "cpuUs" | "bytes" | "allMs" | "rssMb") => median(own.map((one) => one[key]));
    const worst = (key: "blockMs" | "blockWallMs") => round(Math.max(...own.map((one) => one[key])));
    return {
      server: kind,
      clients,
      cpuUs: round(of("cpuUs")),
      bytes: Math.round(of("bytes")),
      blockMs: worst("blockMs"),
      blockWallMs: worst("blockWallMs"),
      allMs: Math.round(of("allMs")),
      rssMb: Math.round(of("rssMb")),
    };
  }),
);
console.log(
  "CPU µs and bytes per client and round of 150 sites; longest turn of the loop in processor time and by the clock; until the last client has all of it",
);
console.table(rows);
for (const { server, clients, cpuUs, bytes, blockMs } of rows) {
  if (server !== "ours") continue;
  const peer = rows.find((one) => one.server === "socketio" && one.clients === clients);
  const isReached = cpuUs <= GOAL.cpuUs && bytes <= GOAL.bytes && blockMs <= GOAL.blockMs;
  const share = Math.round((cpuUs / (peer?.cpuUs ?? 1)) * 100);
  console.log(`${clients} clients: ${isReached ? "goal reached" : "goal MISSED"}; ${share} % of socket.io's CPU`);
}
console.log(JSON.stringify({ bench: "live", goal: GOAL, isPinned, load: loadavg().map(round), rows }));

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
