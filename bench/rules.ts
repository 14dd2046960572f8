import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { compileExpression } from "../domain/alarms/expression/compile-expression.ts";
import { trustedReading } from "../domain/alarms/expression/point-reading.ts";
import type { Rule } from "../domain/alarms/rule.ts";
import { SCAN_SUSPECT } from "../domain/alarms/starter-rules/contact.ts";
import { DEFAULT_RULES, STARTER_RULES } from "../domain/alarms/starter-rules/index.ts";
import type { Snapshot } from "../domain/telemetry/snapshot.ts";
import { pinSelf } from "./peers/pin-self.ts";
import { runPrometheus } from "./peers/prometheus.ts";
import { promqlOf } from "./peers/promql.ts";
import {
  celEngine,
  type Facts,
  factsOf,
  jsonataEngine,
  jsonRulesEngine,
  type RuleEngine,
} from "./peers/rule-engines.ts";
import { median, round1 } from "./peers/statistics.ts";
import { BENCH_CONDITIONS } from "./rule-load/conditions.ts";
import { plainValues } from "./rule-load/plain-days.ts";
import { ruleSnapshots } from "./rule-load/rule-snapshots.ts";
import { conditionsMs, slotTimes } from "./rule-load/whole-slots.ts";

/**
 * The conditions of 31 rules on 150 snapshots: our closures, with the sorting out of doubtful readings, beside
 * @marcbachmann/cel-js, JSONata and json-rules-engine in turns, on the same readings with the same hits. Compiled once.
 * Goals: ≤ 1 ms a pass and ≥ 4.5 M evaluations/s on a core; ≥ 50 × JSONata and json-rules-engine; ≥ 2 × cel-js.
 *
 * `--prometheus`: besides, whole slots with life cycle and suppression, of the 31 starter rules with what hides them and of all
 * that are shipped, beside Debian's Prometheus on those that PromQL can say; two times `--seconds 30`. Goal: ≤ 3 ms for the 31, on a machine that nobody holds back (`whole-slots.ts`).
 */
pinSelf();
const { values: options } = parseArgs({
  options: {
    turns: { type: "string", default: "12" },
    prometheus: { type: "boolean", default: false },
    seconds: { type: "string", default: "30" },
  },
});
const TURNS = Number(options.turns);
const SITES = 150;
const SLOTS = 1_200;

type Candidate = {
  readonly name: string;
  /** Passes over all sites in one turn: about as long for each. */
  readonly passes: number;
  readonly pass: () => number | Promise<number>;
  readonly nsPerEvaluation: number[];
};

const snapshots = ruleSnapshots(SITES);
const facts = snapshots.map(factsOf);
const evaluations = BENCH_CONDITIONS.length * SITES;
const candidates: readonly Candidate[] = [
  { name: "ours", passes: 400, pass: oursPass(snapshots), nsPerEvaluation: [] },
  { name: "@marcbachmann/cel-js", passes: 40, pass: peerPass(celEngine(BENCH_CONDITIONS), facts), nsPerEvaluation: [] },
  { name: "JSONata", passes: 3, pass: peerPass(jsonataEngine(BENCH_CONDITIONS), facts), nsPerEvaluation: [] },
  {
    name: "json-rules-engine",
    passes: 2,
    pass: peerPass(jsonRulesEngine(BENCH_CONDITIONS), facts),
    nsPerEvaluation: [],
  },
];

await refuseUnlikeHits();
for (let turn = 0; turn < TURNS; turn += 1) {
  for (const candidate of candidates) candidate.nsPerEvaluation.push(await timed(candidate));
}
report();
if (options.prometheus) await beside();

function slotRow(what: string, rules: readonly Rule[], roundOf: (slot: number) => readonly Snapshot[]) {
  const { allMs, undisturbedMs, undisturbedPct } = slotTimes(rules, roundOf, SLOTS);
  const ofSlots = Math.round(undisturbedPct);
  return { what, rules: rules.length, ms: round3(allMs), undisturbedMs: round3(undisturbedMs), ofSlots };
}

/** Prometheus says its own time; ours is processor time, and its readings come from memory, not from a time series. */
async function beside(): Promise<void> {
  const said = STARTER_RULES.filter((rule) => promqlOf(rule) !== null);
  const ours = conditionsMs(said, snapshots, 400);
  // What may hide one of them belongs to them.
  const slots = [[SCAN_SUSPECT, ...STARTER_RULES], DEFAULT_RULES].flatMap((rules) => [
    slotRow("ours: whole slot of a usual day", rules, plainRound),
    slotRow("ours: whole slot of an ill fleet", rules, () => snapshots),
  ]);
  const prometheus = await runPrometheus(STARTER_RULES, snapshots, Number(options.seconds));
  if (prometheus === null) throw new Error("no Prometheus here: scripts/services/install.sh --bench brings it");
  const { rules, evaluations: times, groupMs, cpuMsPerEvaluation, hits } = prometheus;
  if (hits !== ours.hits) throw new Error(`Prometheus finds ${hits} conditions that hold, ours ${ours.hits}`);
  const rows = [
    { what: "ours: conditions", rules: said.length, ms: round3(ours.ms) },
    ...slots,
    { what: "Prometheus: last_duration of the group", rules, ms: round3(groupMs) },
    { what: "Prometheus: processor time of an evaluation", rules, ms: round3(cpuMsPerEvaluation) },
  ];
  console.table(rows);
  console.log(
    `${rules} of ${STARTER_RULES.length} starter rules can be said in PromQL; ${hits} hold; ${times} evaluations`,
  );
  const load = loadavg().map(round1);
  console.log(JSON.stringify({ bench: "rules-prometheus", sites: SITES, rows, hits, evaluations: times, load }));
}

/** Sites in which little is wrong, other numbers each minute. */
function plainRound(slot: number): Snapshot[] {
  return snapshots.map((snapshot, place) => ({ ...snapshot, values: plainValues(place + 1, slot), faults: [] }));
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function oursPass(sites: readonly Snapshot[]): () => number {
  const rules = BENCH_CONDITIONS.map(({ cel }) => compileExpression(cel));
  return () => {
    let hits = 0;
    for (const snapshot of sites) {
      const reading = trustedReading(snapshot);
      for (const rule of rules) if (rule.evaluate(reading) === true) hits += 1;
    }
    return hits;
  };
}

function peerPass(engine: RuleEngine, sites: readonly Facts[]): () => Promise<number> {
  return async () => {
    let hits = 0;
    for (const site of sites) {
      const answer = engine(site);
      for (const hit of answer instanceof Promise ? await answer : answer) if (hit) hits += 1;
    }
    return hits;
  };
}

async function timed({ pass, passes }: Candidate): Promise<number> {
  const before = process.threadCpuUsage();
  for (let i = 0; i < passes; i += 1) {
    const answer = pass();
    if (answer instanceof Promise) await answer;
  }
  const { user, system } = process.threadCpuUsage(before);
  return ((user + system) * 1000) / (passes * evaluations);
}

/** A fast engine with other hits would be no faster engine. */
async function refuseUnlikeHits(): Promise<void> {
  const rules = BENCH_CONDITIONS.map(({ cel }) => compileExpression(cel));
  const engines = [celEngine, jsonataEngine, jsonRulesEngine].map((create) => create(BENCH_CONDITIONS));
  for (const [place, snapshot] of snapshots.entries()) {
    const reading = trustedReading(snapshot);
    const ours = rules.map((rule) => rule.evaluate(reading));
    for (const engine of engines) {
      const theirs = await engine(facts[place] ?? {});
      const unlike = BENCH_CONDITIONS.find((_, i) => ours[i] !== theirs[i]);
      if (unlike) throw new Error(`${unlike.id} at ${snapshot.siteId}: the engines disagree`);
    }
  }
}

function report(): void {
  // The first turns warm up.
  const figures = candidates.map(({ name, nsPerEvaluation }) => {
    const ns = median(nsPerEvaluation.slice(Math.ceil(TURNS / 4)));
    const millionPerS = Math.round(100_000 / ns) / 100;
    return { name, ns: Math.round(ns), millionPerS, msPerPass: Math.round((ns * evaluations) / 1e4) / 100 };
  });
  const ours = figures[0] ?? { ns: Number.NaN };
  const rows = figures.map((figure) => ({ ...figure, timesOurs: round1(figure.ns / ours.ns) }));
  const hits = candidates[0]?.pass();
  console.table(rows);
  console.log("goals: ours >= 4.5 M/s; cel-js >= 2 x ours, JSONata and json-rules-engine >= 50 x ours");
  const load = loadavg().map(round1);
  console.log(JSON.stringify({ bench: "rules", rules: BENCH_CONDITIONS.length, sites: SITES, hits, rows, load }));
}
