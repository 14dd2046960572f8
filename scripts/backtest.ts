import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import type { BackTestVariant } from "../adapters/alarms/back-test-messages.ts";
import { createFleetFacts } from "../adapters/alarms/fleet-facts.ts";
import { runBackTest } from "../adapters/alarms/run-back-test.ts";
import type { Database } from "../adapters/database/database.ts";
import { openDatabase } from "../adapters/database/open-database.ts";
import { listSites } from "../adapters/inventory/site-repository.ts";
import { readConfig } from "../config.ts";
import type { BackTestResult } from "../domain/alarms/back-test/back-test-result.ts";
import { compareFirings } from "../domain/alarms/back-test/compare-firings.ts";
import { judgeBudget } from "../domain/alarms/back-test/judge-budget.ts";
import { pointsWithoutHistory, withParents } from "../domain/alarms/back-test/tested-rules.ts";
import { USUAL_BUDGET } from "../domain/alarms/back-test.ts";
import { joinRules } from "../domain/alarms/join-rules.ts";
import { parseRule, type Rule } from "../domain/alarms/rule.ts";
import { DEFAULT_RULES } from "../domain/alarms/starter-rules/index.ts";

const USAGE = `usage: npm run backtest -- [--rules FILE] [--only ID,ID] [--from TIME] [--to TIME] [--compare FILE] [--budget N] [--json]

Runs alarm rules over stored history: what they would have done, and how much of the alarm budget they would take.

--rules    a rule file, {"rules": [...]}; they stand in the place of shipped rules with the same id. Absent: the shipped rules
--only     ids of the rules to be tested, of those in the file or of the shipped ones
--from     ISO 8601; 7 days before --to when absent
--to       ISO 8601; now when absent
--compare  the old rules: a rule file, or "shipped"
--budget   alarms per site and day, ${USUAL_BUDGET} when absent
--json     the whole result as JSON

Configuration comes from the same environment as that of the platform. An embedded database is free for this only while
the platform is stopped.
Exit code: 0 within the budget, 1 above it, 2 wrong use, no database or no history.`;

const DAY_MS = 86_400_000;
const VALUES_PER_STATEMENT = 1_000_000;
const MOST_BYTES = 2_000_000;
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Wrong use of the command: shown with the usage. */
class WrongUse extends Error {}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(`backtest: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof WrongUse) console.error(USAGE);
  process.exitCode = 2;
}

async function run(args: string[]): Promise<number> {
  const { rules, only, from, to, compare, budget, json } = argumentsOf(args);
  const toMs = timeOf("to", to, Date.now());
  const fromMs = timeOf("from", from, toMs - 7 * DAY_MS);
  if (fromMs >= toMs) throw new WrongUse("--from must be earlier than --to");
  const budgetPerSiteDay = Number(budget);
  if (!(budgetPerSiteDay > 0)) throw new WrongUse(`--budget "${budget}" must be a number above 0`);
  const ids = only?.split(",");
  const variant = variantOf(rules, ids);
  const before = compare === undefined ? null : variantOf(compare === "shipped" ? undefined : compare, variant.tested);
  const { config, database } = await open();
  try {
    const results = await runBackTest({
      database,
      variants: before === null ? [variant] : [before, variant],
      facts: await factsOf(database, config.pollIntervalS),
      fromMs,
      toMs,
      budgetPerSiteDay,
      timeZone: config.siteTimeZone,
      signal: new AbortController().signal,
      valuesPerStatement: VALUES_PER_STATEMENT,
      onProgress: ({ share }) => sayProgress(share),
    });
    const after = results.at(-1);
    if (after === undefined) throw new Error("no result");
    const old = before === null ? null : (results[0] ?? null);
    return json ? print(after, old) : report(after, old);
  } finally {
    await database.close();
  }
}

function argumentsOf(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        rules: { type: "string" },
        only: { type: "string" },
        from: { type: "string" },
        to: { type: "string" },
        compare: { type: "string" },
        budget: { type: "string", default: String(USUAL_BUDGET) },
        json: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error));
  }
}

function timeOf(name: string, text: string | undefined, otherwise: number): number {
  const ms = text === undefined ? otherwise : Date.parse(text);
  if (Number.isNaN(ms)) throw new WrongUse(`--${name} "${text}" must be an ISO 8601 time`);
  return ms;
}

function variantOf(file: string | undefined, ids: readonly string[] | undefined): BackTestVariant {
  const own = file === undefined ? DEFAULT_RULES : readRuleFile(file);
  const all = joinRules([own, DEFAULT_RULES]).rules;
  const wanted = ids === undefined ? own : all.filter(({ id }) => ids.includes(id));
  const missing = ids?.find((id) => !wanted.some((rule) => rule.id === id));
  if (missing !== undefined) throw new WrongUse(`no rule has the id "${missing}"`);
  const untestable = wanted.filter((rule) => pointsWithoutHistory(rule).length > 0);
  if (untestable.length > 0) {
    const names = untestable.map(({ id }) => id).join(", ");
    console.error(`not tried ${names}: no history is kept of what they rest on`);
  }
  const tested = wanted.filter((rule) => !untestable.includes(rule));
  return { rules: joinRules([withParents(all, tested)]).rules, tested: tested.map(({ id }) => id) };
}

function readRuleFile(file: string): readonly Rule[] {
  const text = readFileSync(path.resolve(file), "utf8");
  if (text.length > MOST_BYTES) throw new Error(`${file} is longer than ${MOST_BYTES} bytes`);
  const json: unknown = JSON.parse(text);
  const list = Array.isArray(json) ? json : (json as { rules?: unknown }).rules;
  if (!Array.isArray(list) || list.length === 0) throw new Error(`${file} must be {"rules": [...]}`);
  return list.map(parseRule);
}

async function open() {
  const config = readConfig(process.env);
  if (config.databaseUrl === null && !existsSync(path.join(config.dataDir, "database"))) {
    throw new Error(`${config.dataDir}: there is no embedded database; set DATA_DIR or DATABASE_URL`);
  }
  const { databaseUrl: url, databaseAccess: access, dataDir } = config;
  const database = await openDatabase({ url, access, dataDir, log: quiet });
  await database.whenReady();
  return { config, database };
}

/** The sites as the inventory has them now. */
async function factsOf(database: Database, pollIntervalS: number) {
  const sites = (await listSites(database)).map(({ site }) => site);
  const inventory = { all: () => sites, onChange: () => () => undefined };
  const facts = createFleetFacts({ database, inventory, pollIntervalS, log: quiet });
  const all = [...facts.all().values()];
  facts.close();
  return all;
}

function sayProgress(share: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${Math.round(share * 100)} % `);
}

function print(after: BackTestResult, before: BackTestResult | null): number {
  const difference = before === null ? null : compareFirings(before, after);
  console.log(JSON.stringify({ result: after, before, difference, verdict: judgeBudget(after) }));
  return exitCodeOf(after);
}

function report(after: BackTestResult, before: BackTestResult | null): number {
  const { from, to, sites, snapshots, coverage, budget, perDay, announced, events } = after;
  if (process.stderr.isTTY) process.stderr.write("\r");
  console.log(`stretch   ${from} to ${to}, ${round(coverage * 100)} % of it with history`);
  console.log(`history   ${snapshots} snapshots of ${sites} sites`);
  const rows = after.rules.filter(({ firings }) => firings > 0);
  console.table(
    rows.map((rule) => ({
      rule: rule.ruleId,
      priority: rule.priority,
      firings: rule.firings,
      told: rule.announced,
      "per day": round(rule.perDay),
      "budget %": round(rule.budgetShare * 100),
      sites: rule.sites,
      hidden: rule.hidden,
      flaps: rule.flaps,
      fleeting: rule.fleeting,
      trips: `${rule.warned}/${rule.trips}`,
      "lead s": rule.medianLeadS,
    })),
  );
  if (before !== null) {
    const { onlyBefore, onlyAfter, both, earlier, later, announcedChange } = compareFirings(before, after);
    console.log(
      `compared  ${onlyBefore} only with the old rules, ${onlyAfter} only with the new ones, ${both} with both`,
    );
    console.log(
      `          of both ${earlier} earlier, ${later} later; told ${announcedChange >= 0 ? "+" : ""}${announcedChange}`,
    );
  }
  console.log(`told      ${announced} alarms and ${events} events: ${round(perDay)} alarms a day`);
  const { isWithin } = judgeBudget(after);
  const word = isWithin ? "within" : "ABOVE";
  console.log(`budget    ${round(budget.perDay)} a day, ${round(budget.share * 100)} % of it: ${word} the budget`);
  return exitCodeOf(after);
}

function exitCodeOf(result: BackTestResult): number {
  const { isWithin, isUnknown } = judgeBudget(result);
  if (isUnknown) {
    console.error("backtest: there is less than half a day of history of each site: nothing can be said");
    return 2;
  }
  return isWithin ? 0 : 1;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
