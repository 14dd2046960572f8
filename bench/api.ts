import { loadavg } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { POINT_COLUMNS } from "../adapters/database/point-columns.ts";
import { FOUR } from "./history-load/questions.ts";
import { processorMsOf, processorMsOfAll } from "./peers/processor-time.ts";
import { type ApiPlatform, startApiPlatform } from "./web-load/api-platform.ts";
import { isPinned, startPinned } from "./web-load/pinned-child.ts";

/**
 * 50 and 500 people who ask the built platform once a second each, beside a bare Express and a bare fastify in the same
 * run: latest state, list, and a trend of 24 h out of TimescaleDB, while 150 sites are polled once a minute. Ours with
 * everything on: sessions of real accounts, permissions, rate limits, trail, at their usual settings. Latency counts from
 * the moment that a request was due.
 *
 * What answers runs on core 0, load and fleet on core 1; the database takes what is left of both, as the servers do in turn.
 *
 * Options: --short (3 s each) or --seconds 6 (our trends: a minute), --users 50,500, --cases trend,one, --only ours, --profile FOLDER (of the
 * platform's processor).
 */
const { values: options } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    seconds: { type: "string", default: "6" },
    users: { type: "string", default: "50,500" },
    cases: { type: "string", default: "all,one,list,trend,alone" },
    only: { type: "string", default: "ours,express,fastify" },
    profile: { type: "string" },
  },
});
const SECONDS = options.short ? 3 : Number(options.seconds);
/** A trend is read anew after each round: what it costs shows over a whole minute only. */
const TREND_SECONDS = options.short ? SECONDS : Math.max(SECONDS, 61);
const WARM_UP_S = options.short ? 1 : 2;
/** After a start each site's day is read whole once: what that costs is told apart. */
const TREND_WARM_UP_S = options.short ? 1 : 10;
/** Of one person few costly requests run at once: 500 people are more than some shared accounts. */
const ACCOUNTS = 100;
const SITES = 150;
const SERVERS = ["ours", "express", "fastify"] as const;
const GOALS = { all: 20, one: 20, list: 20, trend: 100, alone: null } as const;
const GOAL_USERS = 500;
/** No two of 4,500 questions are the same: what a trend costs when nobody else asks for it. Too dear for 500 a second. */
const ALONE_USERS = 50;
const POINT_SETS = 30;
const core = (number: 0 | 1): string[] => (isPinned ? ["taskset", "-c", String(number)] : []);

type Case = keyof typeof GOALS;
type Server = (typeof SERVERS)[number];
type Answers = Record<"requests" | "errors" | "bytes" | "p50Ms" | "p95Ms" | "p99Ms" | "lateMs", number> & {
  readonly firstError: string | null;
};
type Row = Answers & {
  readonly case: Case;
  readonly server: Server;
  readonly users: number;
  readonly cpuMs: number;
  readonly databaseMs: number;
};

const NUMBERS = POINT_COLUMNS.filter(({ type }) => type === "real").map(({ point }) => point);
const POINT_SETS_OF_FOUR = Array.from({ length: POINT_SETS }, (_, at) => NUMBERS.slice(at, at + FOUR.length));

const NAMES: Readonly<Record<Case, string>> = {
  all: "latest state, all sites",
  one: "latest state, one site",
  list: "list of sites",
  trend: "trend: 24 h × 4 points",
  alone: "the same, each different",
};

const folder = path.join(import.meta.dirname, "web-load");
const platform = await startApiPlatform(
  { sites: SITES, accounts: ACCOUNTS, underTest: core(0), beside: core(1), profile: options.profile ?? null },
  console.log,
);
const peers = startPinned(0, path.join(folder, "bare-peers.ts"), []);
const load = startPinned(1, path.join(folder, "http-load.ts"), []);
const rows: Row[] = [];
try {
  await measureAll();
} finally {
  await Promise.all([load.stop(), peers.stop()]);
  await platform.dispose();
}
report();

async function measureAll(): Promise<void> {
  await platform.settle();
  const snapshots = await platform.read("/api/v1/snapshots");
  const sites = await platform.read("/api/v1/sites");
  const { databaseUrl, numbers } = platform;
  const ports = await peers.ask<Record<"express" | "fastify", number>>({ databaseUrl, numbers, snapshots, sites });
  for (const users of options.users.split(",").map(Number)) {
    const headers = await platform.signIn();
    for (const name of options.cases.split(",") as Case[]) {
      if (name === "alone" && users > ALONE_USERS) continue;
      for (const server of options.only.split(",") as Server[]) {
        const port = server === "ours" ? platform.port : ports[server];
        const row = await measure({ name, server, users, port, headers });
        rows.push(row);
        print(row);
      }
    }
  }
}

type Turn = { readonly name: Case; readonly server: Server; readonly users: number; readonly port: number };

async function measure({ name, server, users, port, headers }: Turn & { headers: string[] }): Promise<Row> {
  const question = { type: "open", port, headers, users, paths: pathsOf(name, platform) };
  const isTrend = name === "trend" || name === "alone";
  const cold = await load.ask<Answers>({ ...question, seconds: isTrend ? TREND_WARM_UP_S : WARM_UP_S });
  if (server === "ours" && isTrend)
    console.log(
      `  its first ${TREND_WARM_UP_S} s: p50 ${cold.p50Ms.toFixed(1)}, p95 ${cold.p95Ms.toFixed(1)} ms, ${cold.errors} errors`,
    );
  const pid = server === "ours" ? platform.pid : peers.pid;
  const before = { cpuMs: processorMsOf(pid), databaseMs: processorMsOfAll(platform.postmasterPid) };
  const seconds = server === "ours" && isTrend ? TREND_SECONDS : SECONDS;
  const answers = await load.ask<Answers>({ ...question, seconds });
  const cpuMs = (processorMsOf(pid) - before.cpuMs) / answers.requests;
  const databaseMs = (processorMsOfAll(platform.postmasterPid) - before.databaseMs) / answers.requests;
  return { ...answers, case: name, server, users, cpuMs, databaseMs };
}

function pathsOf(name: Case, { siteIds }: ApiPlatform): string[] {
  if (name === "all") return ["/api/v1/snapshots"];
  if (name === "list") return ["/api/v1/sites"];
  if (name === "one") return siteIds.map((id) => `/api/v1/sites/${id}/snapshot`);
  const sets = name === "trend" ? [FOUR] : POINT_SETS_OF_FOUR;
  return sets.flatMap((points) =>
    siteIds.map((id) => `/api/v1/sites/${id}/history?points=${points.join(",")}&from={dayAgo}&to={now}&step=auto`),
  );
}

function print(row: Row): void {
  const { server, users, requests, errors, firstError, p50Ms, p95Ms, p99Ms, lateMs, bytes, cpuMs, databaseMs } = row;
  const fixed = (value: number, digits: number) => value.toFixed(digits).padStart(6);
  console.log(
    `${NAMES[row.case].padEnd(24)} ${String(users).padStart(4)} users  ${server.padEnd(8)}${requests} requests, ` +
      `${errors} errors  p50 ${fixed(p50Ms, 1)}  p95 ${fixed(p95Ms, 1)}  p99 ${fixed(p99Ms, 1)} ms  CPU ${fixed(cpuMs, 2)} ms` +
      `  database ${fixed(databaseMs, 2)} ms  ${(bytes / requests / 1000).toFixed(0)} KB  sent at most ${lateMs.toFixed(0)} ms late` +
      `  load ${loadavg()[0]?.toFixed(1)}${firstError === null ? "" : `  first error: ${firstError}`}`,
  );
  const others = rows.filter((one) => one !== row && one.case === row.case && one.users === users);
  const ours = others.find((one) => one.server === "ours");
  if (!ours) return;
  console.log(
    `${"".padEnd(24)}             ours / ${server}: CPU ${(ours.cpuMs / cpuMs).toFixed(2)}, p95 ${(ours.p95Ms / p95Ms).toFixed(2)}`,
  );
}

function report(): void {
  const judged = rows.filter(({ server, users }) => server === "ours" && users === GOAL_USERS);
  for (const { case: name, p95Ms, errors } of judged) {
    const goalMs = GOALS[name];
    if (goalMs === null) continue;
    const isReached = p95Ms < goalMs && errors === 0;
    console.log(
      `${NAMES[name]}: p95 ${p95Ms.toFixed(1)} ms, ${errors} errors (goal < ${goalMs} ms): ${isReached ? "reached" : "MISSED"}`,
    );
  }
  console.log(JSON.stringify({ bench: "api", goals: GOALS, seconds: SECONDS, isPinned, rows }));
}
