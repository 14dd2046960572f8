import { loadavg } from "node:os";
import path from "node:path";
import { isPinned, median, startPinned } from "./web-load/pinned-child.ts";

/**
 * The latest state of 150 sites, whole snapshots, with authorisation: our pre-serialised buffer beside Express that
 * stringifies, in one process on core 0; the load generator on core 1. Open loop: 500 users, a request per user and
 * second, latency from the intended time. Closed loop: 50 connections, for requests per second and CPU per request.
 */
const GOAL = { p95Ms: 20, timesExpress: 3 };
const REPEATS = 3;
const OPEN = { users: 500, seconds: 5 };
const CLOSED = { users: 50, seconds: 3 };
const folder = path.join(import.meta.dirname, "web-load");

type Answers = {
  requests: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  lateMs: number;
  errors: number;
  bytes: number;
};
type Case = {
  readonly name: string;
  readonly server: "ours" | "express";
  readonly path: string;
  readonly headers: string;
};

const server = startPinned(0, path.join(folder, "api-server.ts"), []);
const load = startPinned(1, path.join(folder, "http-load.ts"), []);
const ports = await server.ask<{ token: string; ours: number; express: number }>({ type: "start" });
const bearer = `authorization: Bearer ${ports.token}\r\n`;
const ALL = "/api/v1/snapshots";
const ONE = "/api/v1/sites/site-042/snapshot";
const CASES: readonly Case[] = [
  { name: "all sites, buffer", server: "ours", path: ALL, headers: bearer },
  { name: "all sites, express stringify", server: "express", path: ALL, headers: bearer },
  { name: "all sites, buffer, br", server: "ours", path: ALL, headers: `${bearer}accept-encoding: br\r\n` },
  { name: "one site", server: "ours", path: ONE, headers: bearer },
  { name: "one site, express", server: "express", path: ONE, headers: bearer },
];

async function run(type: "open" | "closed", one: Case): Promise<Answers & { cpuUs: number }> {
  await server.ask({ type: "reset" });
  const settings = type === "open" ? OPEN : CLOSED;
  const request = { paths: [one.path], headers: [one.headers], port: ports[one.server] };
  const answers = await load.ask<Answers>({ type, ...settings, ...request });
  const { cpuUs } = await server.ask<{ cpuUs: number }>({ type: "cost" });
  if (answers.errors > 0) throw new Error(`${one.name}: ${answers.errors} answers were refused`);
  return { ...answers, cpuUs: cpuUs / answers.requests };
}

const measured = new Map(
  CASES.map((one) => [one, { open: [] as Answers[], closed: [] as (Answers & { cpuUs: number })[] }]),
);
try {
  for (const one of CASES) await run("closed", one);
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    for (const [one, results] of measured) {
      results.open.push(await run("open", one));
      results.closed.push(await run("closed", one));
    }
  }
} finally {
  await Promise.all([server.stop(), load.stop()]);
}

const rows = [...measured].map(([{ name }, { open, closed }]) => ({
  name,
  p50Ms: round(median(open.map(({ p50Ms }) => p50Ms))),
  p95Ms: round(median(open.map(({ p95Ms }) => p95Ms))),
  p99Ms: round(median(open.map(({ p99Ms }) => p99Ms))),
  // How late the generator itself was at its worst: with this above some milliseconds the machine is busy elsewhere.
  lateMs: round(Math.max(...open.map(({ lateMs }) => lateMs))),
  perSecond: Math.round(median(closed.map(({ requests }) => requests / CLOSED.seconds))),
  cpuUs: Math.round(median(closed.map(({ cpuUs }) => cpuUs))),
  kb: round(median(closed.map(({ bytes, requests }) => bytes / requests / 1000))),
}));
console.log(
  "500 users, a request per user and second: latency; 50 connections at full speed: requests/s and CPU µs each",
);
console.table(rows);
const [buffer, express] = rows;
if (!buffer || !express) throw new Error("nothing was measured");
const times = round(buffer.perSecond / express.perSecond);
console.log(
  `latest state p95 ${buffer.p95Ms} ms (goal < ${GOAL.p95Ms}): ${buffer.p95Ms < GOAL.p95Ms ? "reached" : "MISSED"}; ` +
    `${times} × Express stringifying (goal ≥ ${GOAL.timesExpress}): ${times >= GOAL.timesExpress ? "reached" : "MISSED"}`,
);
console.log(JSON.stringify({ bench: "latest-state", goal: GOAL, isPinned, load: loadavg().map(round), rows }));

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
