import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { type BackTestProgress, runBackTest } from "../adapters/alarms/run-back-test.ts";
import type { Database } from "../adapters/database/database.ts";
import { openDatabase } from "../adapters/database/open-database.ts";
import { sortClosedDays } from "../adapters/database/sort-days.ts";
import { canLookFirst, createFirstLook } from "../domain/alarms/back-test/first-look.ts";
import { withParents } from "../domain/alarms/back-test/tested-rules.ts";
import { type BackTest, type BackTestOptions, createBackTest } from "../domain/alarms/back-test.ts";
import { trustedReading } from "../domain/alarms/expression/point-reading.ts";
import type { Rule } from "../domain/alarms/rule.ts";
import type { SiteFacts } from "../domain/alarms/site-facts.ts";
import { DEFAULT_RULES } from "../domain/alarms/starter-rules/index.ts";
import { recordedLog } from "../test/services/recorded-log.ts";
import { addSites, DAY_MS, fillSamples, type Load, learnColumns } from "./history-load/fill.ts";
import { siteId } from "./history-load/questions.ts";
import { parentOf, processorMsOfAll } from "./peers/processor-time.ts";
import { round1 } from "./peers/statistics.ts";
import { addIncidents } from "./rule-load/incidents.ts";
import { keptLoad, openHistoryServer } from "./rule-load/kept-history.ts";
import { plainDaySql, plainValues } from "./rule-load/plain-days.ts";

/**
 * The back-test: one rule, then all that are shipped (31 and the doubt about our own scan), over 150 sites × 30 days at 60 s on TimescaleDB, reading and judging; and judging
 * alone on snapshots in memory. Goals: ≤ 15 s for one rule, ≤ 60 s for 31. Beside it, over the last days of the same history,
 * the same rules with every row read and judged, whose result has to be the same.
 *
 * `cpuDatabaseS` and `cpuOursS` are processor time, which a busy machine changes less than it changes `seconds`.
 *
 * Options: --days 30 --sites 150 --slots 2000 (rounds of the judging alone) --peer-days 1; --no-database leaves the first
 * part out. --data-dir DIR keeps the filled history there, and takes it from there the next time: then --days is how many of
 * its last days are judged.
 */
const { values: options } = parseArgs({
  options: {
    days: { type: "string", default: "30" },
    sites: { type: "string", default: "150" },
    slots: { type: "string", default: "2000" },
    "peer-days": { type: "string", default: "1" },
    "no-database": { type: "boolean", default: false },
    "data-dir": { type: "string" },
  },
});
const INTERVAL_S = 60;
const KEPT = keptLoad(options["data-dir"]);
const LOAD: Load = KEPT ?? {
  days: Number(options.days),
  sites: Number(options.sites),
  intervalS: INTERVAL_S,
  endMs: Math.floor(Date.now() / DAY_MS) * DAY_MS,
};
const { sites: SITES, endMs: END_MS } = LOAD;
const DAYS = Math.min(LOAD.days, Number(options.days));
/** Rounds in memory, which come again and again. */
const ROUNDS = 60;
const VALUES_PER_STATEMENT = 1_500_000;
const facts: readonly SiteFacts[] = Array.from({ length: SITES }, (_, index) => ({
  siteId: siteId(index + 1),
  segmentId: `zone-${index % 7}`,
  circleId: `circle-${index % 3}`,
  intervalS: INTERVAL_S,
  enabled: true,
  ratedPowerKw: 1000,
  baselines: {},
  lab: {},
  camera: null,
  isInMaintenance: false,
  isCurtailed: false,
}));
const ONE = DEFAULT_RULES.filter(({ id }) => id === "supply-temp-high");
const VARIANTS = [
  { name: "one rule with what may hide it", tested: ONE, rules: withParents(DEFAULT_RULES, ONE), goalS: 15 },
  { name: "the shipped rules", tested: DEFAULT_RULES, rules: DEFAULT_RULES, goalS: 60 },
];
type Variant = (typeof VARIANTS)[number];
const lines: Record<string, unknown>[] = [];

// First, with nothing in memory from before: the platform judges in a process that has judged nothing.
if (!options["no-database"]) await fromDatabase();
for (const { name, tested, rules } of VARIANTS) {
  judgeAlone(name, tested, rules, createBackTest);
  if (canLookFirst({ rules, tested: idsOf(tested) }))
    judgeAlone(`first look of ${name}`, tested, rules, createFirstLook);
}
console.table(lines);
console.log(
  JSON.stringify({ bench: "backtest", ...LOAD, days: DAYS, endMs: undefined, lines, load: loadavg().map(round1) }),
);

function idsOf(rules: readonly Rule[]): ReadonlySet<string> {
  return new Set(rules.map(({ id }) => id));
}

function judgeAlone(
  name: string,
  tested: readonly Rule[],
  rules: readonly Rule[],
  create: (options: BackTestOptions) => Pick<BackTest, "take">,
): void {
  const slots = Number(options.slots);
  const fromMs = END_MS - slots * INTERVAL_S * 1000;
  const test = create({
    rules,
    tested: idsOf(tested),
    factsAt: () => known,
    clockAt: () => ({ minuteOfDay: 720, weekday: 1 }),
    flags: [],
    fromMs,
    toMs: END_MS,
  });
  const known = new Map(facts.map((own) => [own.siteId, own]));
  const rounds = Array.from({ length: ROUNDS }, (_, slot) =>
    facts.map((own, site) => {
      const reading = trustedReading({ values: plainValues(site + 1, slot), quality: {}, faults: [] });
      return { siteId: own.siteId, reading };
    }),
  );
  const start = process.threadCpuUsage();
  for (let slot = 0; slot < slots; slot++) {
    const readAtMs = fromMs + slot * INTERVAL_S * 1000;
    test.take(
      readAtMs,
      (rounds[slot % ROUNDS] ?? []).map((reading) => ({ ...reading, readAtMs })),
    );
  }
  const { user, system } = process.threadCpuUsage(start);
  const seconds = (user + system) / 1e6;
  const usPerSnapshot = (seconds * 1e6) / (slots * SITES);
  add({ what: `judging alone: ${name}`, rules: rules.length, seconds, usPerSnapshot });
}

async function fromDatabase(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "antbox-backtest-"));
  const server = await openHistoryServer(options["data-dir"], LOAD);
  const database = await openDatabase({ url: server.url, dataDir: folder, log: recordedLog() });
  try {
    await database.whenReady();
    if (KEPT === null) await fill(database);
    server.keep();
    const [session] = await database.query("select pg_backend_pid() as pid");
    const serverPid = parentOf(Number(session?.["pid"]));
    for (const variant of VARIANTS) await readAndJudge(database, serverPid, variant, DAYS, "what-matters");
    for (const variant of VARIANTS) await besideEverything(database, serverPid, variant);
  } finally {
    await database.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(database: Database): Promise<void> {
  await addSites(database, SITES);
  await learnColumns(database);
  await fillSamples(database, LOAD, console.log, ({ point }) => plainDaySql(point));
  console.log(JSON.stringify({ incidents: await addIncidents(database, LOAD) }));
  await sortClosedDays(database, { nowMs: END_MS + DAY_MS, signal: new AbortController().signal });
}

/** The same stretch with what matters and with everything: another result would be a fault. */
async function besideEverything(database: Database, serverPid: number, variant: Variant): Promise<void> {
  const days = Math.min(DAYS, Number(options["peer-days"]));
  if (days === 0) return;
  const pruned = await readAndJudge(database, serverPid, variant, days, "what-matters");
  const whole = await readAndJudge(database, serverPid, variant, days, "everything");
  const times = round1(whole.seconds / pruned.seconds);
  console.log(
    JSON.stringify({ what: variant.name, days, times, isSame: isDeepStrictEqual(pruned.result, whole.result) }),
  );
  if (!isDeepStrictEqual(pruned.result, whole.result)) throw new Error(`${variant.name}: another result`);
}

async function readAndJudge(
  database: Database,
  serverPid: number,
  { name, tested, rules, goalS }: Variant,
  days: number,
  reads: "what-matters" | "everything",
) {
  const start = performance.now();
  const [cpuBefore, serverMsBefore] = [process.cpuUsage(), processorMsOfAll(serverPid)];
  let rows = 0;
  const [result] = await runBackTest({
    database,
    variants: [{ rules, tested: tested.map(({ id }) => id) }],
    facts,
    fromMs: END_MS - days * DAY_MS,
    toMs: END_MS,
    budgetPerSiteDay: 1,
    timeZone: "Asia/Shanghai",
    signal: new AbortController().signal,
    valuesPerStatement: VALUES_PER_STATEMENT,
    reads,
    onProgress: (progress: BackTestProgress) => {
      rows = progress.rows;
    },
  });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuOursS = round1((user + system) / 1e6);
  const cpuDatabaseS = round1((processorMsOfAll(serverPid) - serverMsBefore) / 1000);
  const { snapshots = 0, firings = 0, perDay = 0 } = result ?? {};
  const usPerSnapshot = (seconds * 1e6) / snapshots;
  const fired = result?.rules.filter((rule) => rule.firings > 0).length ?? 0;
  // Rows that warm the rules up, and those that a second look reads again, are among them.
  const rowsRead = round1((100 * rows) / snapshots);
  const goal = days === DAYS && reads === "what-matters" ? { goalS } : {};
  add({
    what: `${name}: ${reads}`,
    days,
    ...goal,
    seconds,
    cpuDatabaseS,
    cpuOursS,
    usPerSnapshot,
    snapshots,
    rowsReadPct: rowsRead,
    firings,
    fired,
    perDay: round1(perDay),
  });
  return { seconds, result };
}

/** Said at once: the whole takes long. */
function add(line: { seconds: number; usPerSnapshot: number } & Record<string, unknown>): void {
  const told = { ...line, seconds: round1(line.seconds), usPerSnapshot: Math.round(line.usPerSnapshot * 100) / 100 };
  lines.push(told);
  console.log(JSON.stringify(told));
}
