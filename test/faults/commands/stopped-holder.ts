import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createCommandLedger } from "../../../adapters/commands/ledger.ts";
import { createWriteSwitches } from "../../../adapters/commands/write-switches.ts";
import type { Database } from "../../../adapters/database/database.ts";
import { openDatabase } from "../../../adapters/database/open-database.ts";
import { parseSites } from "../../../adapters/inventory/read-sites-file.ts";
import { upsertSites } from "../../../adapters/inventory/site-repository.ts";
import { FENCE_SQL, readLeases } from "../../../adapters/leases/lease-store.ts";
import { COLLECTOR_LEASES } from "../../../domain/collection/share-sites.ts";
import { createFreshDatabase } from "../../services/fresh-database.ts";
import { startFleet } from "../../services/start-platform.ts";
import { type FaultyProcess, startFaultyProcess } from "./faulty-process.ts";
import { type ReceivedCommand, receivedCommands } from "./plant-ledger.ts";
import type { SenderChildPlan } from "./sender-child.ts";

export type StoppedHolderFigures = {
  readonly trials: number;
  /** Commands that the other holder has sent meanwhile. */
  readonly sentByOther: number;
  /** Commands that reached the plant after their holder was let go on: what it believed was out of date. */
  readonly stale: number;
  readonly doubled: number;
  /** Shortest and longest stop, seconds. */
  readonly stoppedS: readonly [number, number];
};

/** Where the holder of the lease is stopped: it has the command in hand, and has not sent it. */
export const STOP_POINTS = ["claim:after", "sent:before", "sent:during", "sent:after", "call:standing"];

const CHILD = fileURLToPath(new URL("./sender-child.ts", import.meta.url));
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const TTL_MS = 600;
/** Longer than a sender trusts what it has asked, so that the lease and its own clock both speak against it. */
const LEAST_STOP_MS = 3_300;
const AFTER_MS = 1_000;
const WITHIN_MS = 40_000;
const COMMAND = "setTemp&temp=36";

/**
 * Two processes share the sites. Of each trial one has a command in hand, is stopped until the other one has its lease, and
 * goes on with what it believed before.
 *
 * @param isNaive they believe what they once knew: the fault bites
 */
export async function runStoppedHolders(
  serverUrl: string,
  trials: number,
  isNaive: boolean,
  say: (text: string) => void = () => undefined,
): Promise<StoppedHolderFigures> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const fresh = await createFreshDatabase(serverUrl, { timescale: false });
    undo.push(() => fresh.drop());
    // Each takes one of a holder, who may have more than half of them or less.
    const fleet = await startFleet(2 * trials + 20, ["--speed", "10", "--dialects", "a:1", "--seed", "7"]);
    undo.push(() => fleet.stop());
    const sites = parseSites(readFileSync(fleet.sitesFile, "utf8"), "sites.yaml", () => true);
    const database = await openDatabase({ url: fresh.url, dataDir: "", log: silent });
    undo.push(() => database.close());
    await database.whenReady();
    await upsertSites(database, sites);
    const switches = createWriteSwitches(database);
    const profileId = sites[0]?.profileId ?? "";
    await switches.setWrites({ profileId, siteIds: "all", isEnabled: true, reason: "test", by: "admin" });
    const holders = new Map<string, FaultyProcess>();
    for (const holder of ["one", "two"]) {
      const plan: SenderChildPlan = {
        databaseUrl: fresh.url,
        sitesFile: fleet.sitesFile,
        controlUrl: fleet.controlUrl,
        holder,
        formerHolder: null,
        intervalS: 2,
        ttlMs: TTL_MS,
        claimedMs: 300,
        isNaive,
      };
      const child = await startFaultyProcess(CHILD, plan);
      holders.set(holder, child);
      undo.push(() => child.kill());
    }
    return await runTrials(
      { database, holders, controlUrl: fleet.controlUrl, siteIds: sites.map(({ id }) => id) },
      trials,
      say,
    );
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

type Stage = {
  readonly database: Database;
  readonly holders: ReadonlyMap<string, FaultyProcess>;
  readonly controlUrl: string;
  readonly siteIds: readonly string[];
};

async function runTrials(stage: Stage, trials: number, say: (text: string) => void): Promise<StoppedHolderFigures> {
  const free = [...stage.siteIds];
  const results: { stale: number; received: number; beforeResume: number; stoppedS: number }[] = [];
  for (let trial = 0; trial < trials; trial += 1) {
    const point = STOP_POINTS[trial % STOP_POINTS.length] ?? "";
    const result = await runTrial(stage, free, trial % 2 === 0 ? "one" : "two", point);
    results.push(result);
    say(`${trial + 1}. ${point}: ${result.beforeResume} before it went on, ${result.stale} after it`);
  }
  const stops = results.map(({ stoppedS }) => stoppedS);
  const sum = (count: (result: (typeof results)[number]) => number) =>
    results.reduce((total, result) => total + count(result), 0);
  return {
    trials,
    sentByOther: sum(({ beforeResume }) => beforeResume),
    stale: sum(({ stale }) => stale),
    doubled: sum(({ received }) => Math.max(0, received - 1)),
    stoppedS: [Math.min(...stops), Math.max(...stops)],
  };
}

async function runTrial({ database, holders, controlUrl }: Stage, free: string[], holder: string, point: string) {
  await until("both have their part", async () => (await partsOf(database)).every((part) => part === 8));
  const { siteId, lease } = await takeSite(database, free, holder);
  const child = holders.get(holder);
  if (child === undefined) throw new Error(`nobody is ${holder}`);
  const suffering = child.suffer({ act: "stop", point }, WITHIN_MS);
  const ledger = createCommandLedger({ database, fenceSql: FENCE_SQL });
  const { command } = await ledger.request({
    siteId,
    kind: "set_supply_temp",
    args: { temp_c: 36 },
    reason: "fault test",
    overrides: [],
    requestedBy: "li",
    idempotencyKey: siteId,
    expiresInS: 600,
    needsApproval: false,
    evidence: null,
  });
  const came = await suffering;
  if (came === null || came === "ended") throw new Error(`${holder} was not stopped at ${point}: ${came}`);
  const fromMs = performance.now();
  await until(`somebody else has ${lease}`, async () => {
    const found = (await readLeases(database)).find(({ name, isLive }) => name === lease && isLive);
    return found !== undefined && found.holder !== holder;
  });
  await until("the command is sent, or nobody will send it", async () => {
    const state = (await ledger.find(command.id))?.state;
    return state !== "queued" && state !== "claimed";
  });
  await sleep(Math.max(300, LEAST_STOP_MS - (performance.now() - fromMs)));
  const resumedAt = Date.now();
  const stoppedS = (performance.now() - fromMs) / 1000;
  child.resume();
  await sleep(AFTER_MS);
  const received = (await receivedCommands(controlUrl, siteId)).filter(
    (one: ReceivedCommand) => one.command === COMMAND,
  );
  const stale = received.filter(({ at }) => at >= resumedAt).length;
  return { stale, received: received.length, beforeResume: received.length - stale, stoppedS };
}

async function partsOf(database: Database): Promise<number[]> {
  const live = (await readLeases(database)).filter(({ name, isLive }) => isLive && COLLECTOR_LEASES.includes(name));
  return ["one", "two"].map((holder) => live.filter((lease) => lease.holder === holder).length);
}

/** A site of this holder that no other trial uses. */
async function takeSite(database: Database, free: string[], holder: string) {
  const rows = await database.query(
    `select s.code, l.name from site s join lease l on l.name = s.lease_name
     where l.holder = $1 and s.code = any($2) order by s.code limit 1`,
    [holder, free],
  );
  const siteId = String(rows[0]?.["code"]);
  if (rows.length === 0) throw new Error(`${holder} has no site left`);
  free.splice(free.indexOf(siteId), 1);
  return { siteId, lease: String(rows[0]?.["name"]) };
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WITHIN_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`it does not come: ${what}`);
    await sleep(30);
  }
}
