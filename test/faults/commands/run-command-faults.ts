import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { parse, stringify } from "yaml";
import { createCommandLedger } from "../../../adapters/commands/ledger.ts";
import { createWriteSwitches } from "../../../adapters/commands/write-switches.ts";
import { openDatabase } from "../../../adapters/database/open-database.ts";
import { parseSites } from "../../../adapters/inventory/read-sites-file.ts";
import { upsertSites } from "../../../adapters/inventory/site-repository.ts";
import { FENCE_SQL } from "../../../adapters/leases/lease-store.ts";
import { COLLECTOR_LEASES } from "../../../domain/collection/share-sites.ts";
import { createFreshDatabase } from "../../services/fresh-database.ts";
import { onDatabase } from "../../services/on-database.ts";
import { type PostgresServer, startPostgres } from "../../services/postgres-server.ts";
import { startFleet } from "../../services/start-platform.ts";
import { orderAllAt } from "./command-orders.ts";
import { type CommandVerdictFigures, judgeLedgers } from "./command-verdict.ts";
import { FAULT_POINTS } from "./fault-points.ts";
import { createFaultQuota } from "./fault-quota.ts";
import { runFaultSlot } from "./fault-slot.ts";
import { startFaultyProcess } from "./faulty-process.ts";
import { type NaiveFigures, runNaiveQueue } from "./naive-queue.ts";
import { receivedCommands } from "./plant-ledger.ts";
import type { SenderChildPlan } from "./sender-child.ts";

export type CommandFaultPlan = {
  /** Each gets four commands. */
  readonly sites: number;
  /** Those that suffer, and those beside them that do not: something has to resolve what is unknown meanwhile. */
  readonly collectors: number;
  readonly healthy: number;
  readonly kills: number;
  readonly stops: number;
  /** Shortest and longest stop, seconds. */
  readonly stopS: readonly [number, number];
  /** Time between two crashes of the database, and between two leases that are taken away, seconds; null = none. */
  readonly crashEveryS: number | null;
  readonly stealEveryS: number;
  /** Most commands that wait or are under way at once. */
  readonly mostOpen: number;
  readonly intervalS: number;
  /** Life of a lease; absent: as in the product. */
  readonly ttlMs?: number;
  /** The same with a queue of BullMQ; each site gets one command. */
  readonly naive: {
    readonly sites: number;
    readonly kills: number;
    readonly stops: number;
    readonly lockMs?: number;
  };
  /** How long the end of all commands is waited for, seconds. */
  readonly drainS: number;
  /** What is unknown then was sent nearly a minute earlier than it was: a test does not wait for it. */
  readonly isHurried?: true;
  readonly say: (text: string) => void;
};

export type CommandFaultFigures = CommandVerdictFigures & {
  /** Faults that came, by act and point. */
  readonly faults: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly stops: number;
  readonly crashes: number;
  /** How often a lease of sites went to another process. */
  readonly leaseMoves: number;
  /** Processes that ended without having been told to. */
  readonly ownEnds: number;
  readonly naive: NaiveFigures;
};

const CHILD = fileURLToPath(new URL("./sender-child.ts", import.meta.url));
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** Sites that get their orders at once, and commands that are enough to go on with. */
const FIRST_SITES = 10;
const FEW_OPEN = 8;
const OPEN = "select count(*)::int as n from command where ended_at is null";
// Not before the plants have acted, and by less than the time in which an effect may show: a reading of before does not count.
const HURRY = `update command set sent_at = sent_at - interval '55 s'
  where state = 'unknown' and sent_at between clock_timestamp() - interval '50 s' and clock_timestamp() - interval '8 s'`;
const UNDER_WAY = `${OPEN} and state <> 'unknown'`;

/** Kills and stops senders at every point of their work, and compares what the plants received with the ledger. */
export async function runCommandFaults(plan: CommandFaultPlan): Promise<CommandFaultFigures> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    return await runWith(plan, undo);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function runWith(plan: CommandFaultPlan, undo: (() => Promise<unknown>)[]): Promise<CommandFaultFigures> {
  const { say } = plan;
  const server = await startPostgres();
  undo.push(() => server.dispose());
  const { url: databaseUrl } = await createFreshDatabase(server.url, { timescale: false });
  const size = plan.sites + plan.naive.sites;
  // Slow controllers: there is time between the request and the answer. Quick plants: a second until they act.
  const simulated = ["--speed", "10", "--dialects", "a:1", "--seed", "7", "--latency", "100-250"];
  const fleet = await startFleet(size, simulated);
  undo.push(() => fleet.stop());
  const all = parseSites(readFileSync(fleet.sitesFile, "utf8"), "sites.yaml", () => true);
  const sites = all.slice(0, plan.sites);
  const database = await openDatabase({ url: databaseUrl, dataDir: "", log: silent });
  undo.push(() => database.close());
  await database.whenReady();
  await upsertSites(database, sites);
  const profileId = sites[0]?.profileId ?? "";
  const switches = createWriteSwitches(database);
  await switches.setWrites({ profileId, siteIds: "all", isEnabled: true, reason: "test", by: "admin" });
  const sitesFile = `${fleet.sitesFile}.ours.yaml`;
  writeFileSync(sitesFile, stringify({ sites: rowsOf(fleet.sitesFile).slice(0, plan.sites) }));

  const stopS = () => plan.stopS[0] + Math.random() * (plan.stopS[1] - plan.stopS[0]);
  const quota = createFaultQuota(FAULT_POINTS, { kill: plan.kills, stop: plan.stops });
  const children: { kill(): Promise<void> }[] = [];
  undo.push(() => Promise.all(children.map((child) => child.kill())));
  const starter = (name: string) => {
    let starts = 0;
    let former: string | null = null;
    return async () => {
      starts += 1;
      const holder = `${name}-${starts}`;
      const childPlan: SenderChildPlan = {
        databaseUrl,
        sitesFile,
        controlUrl: fleet.controlUrl,
        holder,
        // As after a restart on the same data folder, and as on a new machine, in turn.
        formerHolder: starts % 2 === 0 ? former : null,
        intervalS: plan.intervalS,
        ...(plan.ttlMs === undefined ? {} : { ttlMs: plan.ttlMs }),
        isNaive: false,
      };
      former = holder;
      const child = await startFaultyProcess(CHILD, childPlan);
      children.push(child);
      return child;
    };
  };
  await Promise.all(Array.from({ length: plan.healthy }, (_, at) => starter(`healthy-${at}`)()));
  const slot = (name: string) => runFaultSlot({ start: starter(name), quota, stopS, say });

  let isSuffering = true;
  const ledger = createCommandLedger({ database, fenceSql: FENCE_SQL });
  const ordering = orderEverything();
  async function orderEverything(): Promise<void> {
    for (const [place, site] of sites.entries()) {
      while (isSuffering && !mayOrder(place, await countOf(database, OPEN))) await sleep(100);
      // The faults are over: the rest would prove nothing.
      if (!isSuffering) return;
      await orderAllAt(ledger, site.id, place);
    }
  }
  /** Orders last as long as the faults; where hardly anything is left to suffer, more are given. */
  function mayOrder(place: number, open: number): boolean {
    const isDue = place < sites.length * (1 - quota.left() / (plan.kills + plan.stops)) + FIRST_SITES;
    return open < (isDue ? plan.mostOpen : FEW_OPEN);
  }
  const crashing = crashAgain(server, plan.crashEveryS, () => isSuffering, say);
  const stealing = stealAgain(databaseUrl, plan.stealEveryS, () => isSuffering);
  const naive = runNaiveQueue({
    ...plan.naive,
    sites: all.slice(plan.sites),
    controlUrl: fleet.controlUrl,
    workers: 2,
    stopS,
    say: (text) => say(`naive queue: ${text}`),
  });
  naive.catch(() => undefined);
  const slots = await Promise.all(Array.from({ length: plan.collectors }, (_, at) => slot(`collector-${at}`)));
  isSuffering = false;
  await ordering;
  const crashes = await crashing;
  await stealing;
  say("the faults are over; what is under way comes to its end");
  await drain(database, plan, say);
  const leaseMoves = await takingsOf(databaseUrl);
  const naiveFigures = await naive;
  const ours = new Set(sites.map(({ id }) => id));
  const received = (await receivedCommands(fleet.controlUrl)).filter(({ siteId }) => ours.has(siteId));
  const faults = Object.fromEntries([...quota.came].sort());
  const sum = (act: string) =>
    Object.entries(faults).reduce((total, [name, n]) => total + (name.startsWith(act) ? n : 0), 0);
  return {
    ...(await judgeLedgers(databaseUrl, received)),
    faults,
    kills: sum("kill"),
    stops: sum("stop"),
    crashes,
    leaseMoves,
    ownEnds: slots.reduce((total, { ownEnds }) => total + ownEnds, 0),
    naive: naiveFigures,
  };
}

function rowsOf(file: string): unknown[] {
  return (parse(readFileSync(file, "utf8")) as { sites: unknown[] }).sites;
}

/** Many while the database is away: then nobody orders. */
async function countOf(database: Awaited<ReturnType<typeof openDatabase>>, text: string): Promise<number> {
  const [row] = await database.query(text).catch(() => []);
  return row === undefined ? Number.POSITIVE_INFINITY : Number(row["n"]);
}

async function drain(
  database: Awaited<ReturnType<typeof openDatabase>>,
  { drainS, isHurried }: CommandFaultPlan,
  say: (text: string) => void,
): Promise<void> {
  const deadline = performance.now() + drainS * 1000;
  while ((await countOf(database, OPEN)) > 0 && performance.now() < deadline) {
    if (isHurried) await database.query(HURRY).catch(() => undefined);
    await sleep(250);
  }
  say(`${await countOf(database, UNDER_WAY)} under way, ${await countOf(database, OPEN)} not ended`);
}

/** Crashes the database and starts it again. @returns how often */
async function crashAgain(
  server: PostgresServer,
  everyS: number | null,
  mayGoOn: () => boolean,
  say: (text: string) => void,
): Promise<number> {
  for (let crashes = 0; ; crashes += 1) {
    const next = performance.now() + (everyS ?? 0) * 1000;
    while (mayGoOn() && (everyS === null || performance.now() < next)) await sleep(100);
    if (!mayGoOn()) return crashes;
    await server.stop("immediate");
    await sleep(300);
    await server.start();
    say("the database has crashed and is back");
  }
}

/** Ends leases of sites before their time: their holder may be at work with them. */
async function stealAgain(databaseUrl: string, everyS: number, mayGoOn: () => boolean): Promise<void> {
  while (mayGoOn()) {
    await sleep(everyS * 1000);
    const name = COLLECTOR_LEASES[Math.floor(Math.random() * COLLECTOR_LEASES.length)];
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on("error", () => undefined);
    const stolen = client
      .connect()
      .then(() => client.query("update lease set expires_at = clock_timestamp() where name = $1", [name]));
    await stolen.catch(() => undefined);
    await client.end().catch(() => undefined);
  }
}

async function takingsOf(databaseUrl: string): Promise<number> {
  return onDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ n: number }>(
      "select sum(token)::int as n from lease where name = any($1::text[])",
      [COLLECTOR_LEASES],
    );
    return Number(rows[0]?.n) - COLLECTOR_LEASES.length;
  });
}
