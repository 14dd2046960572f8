/**
 * `node bench/collection-faults.ts [--rounds 12] [--interval 10]`: 150 sites, 70 % of them bad in a mix. Every round must close
 * within 5.0 s, healthy sites must be there 0.5 s after their slot, rounds must take ≤ 1.2 s from the third bad one on,
 * memory must grow by < 20 MB and every cause must be right. Beside it, the naive policies on the same fleet.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { FailureCause } from "../domain/collection/failure-cause.ts";
import { benchSites, fleetUrl } from "./peers/bench-sites.ts";
import { startBlackHole } from "./peers/black-hole.ts";
import type { FaultMode } from "./peers/fault-answers.ts";
import { runNaivePolicies } from "./peers/naive-policies.ts";
import { pinSelf } from "./peers/pin-self.ts";
import { type FaultRound, pollWithFaults, warmUp } from "./peers/poll-with-faults.ts";
import { startFleet } from "./peers/processes.ts";
import { round1 } from "./peers/statistics.ts";

pinSelf();
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "12" },
    interval: { type: "string", default: "10" },
    port: { type: "string", default: "23220" },
    "skip-naive": { type: "boolean", default: false },
  },
});
const SITES = 150;
const BAD = 105;
const port = Number(values.port);
type BadKind = { readonly name: string; readonly cause: FailureCause; readonly mode: FaultMode | null };
const KINDS: readonly BadKind[] = [
  { name: "refused", cause: "refused", mode: null },
  { name: "black hole", cause: "connect_timeout", mode: null },
  { name: "hang", cause: "timeout", mode: "hang" },
  { name: "slow drip", cause: "timeout", mode: "drip" },
  { name: "500", cause: "http_status", mode: "status500" },
  { name: "garbage", cause: "bad_json", mode: "garbage" },
  { name: "redirect", cause: "redirect", mode: "redirect" },
  { name: "300 MB", cause: "too_large", mode: "huge" },
  { name: "gzip bomb", cause: "encoded", mode: "bomb" },
];

const hole = await startBlackHole();
const fleet = await startFleet(port, "20-80");
const badKinds = new Map<number, BadKind>();
for (let index = 0; index < BAD; index += 1) badKinds.set(index, KINDS[index % KINDS.length] as BadKind);
const sites = benchSites(SITES, (index) => {
  const kind = badKinds.get(index)?.name;
  if (kind === "refused") return `http://127.1.0.${index}:${port + 1}`;
  return kind === "black hole" ? hole.url : fleetUrl(index, port);
});
const causeOf = new Map([...badKinds].map(([index, { cause }]) => [sites[index]?.id ?? "", cause]));

async function makeBad(): Promise<void> {
  fleet.setModes(Object.fromEntries([...badKinds].flatMap(([index, { mode }]) => (mode ? [[index, mode]] : []))));
  await fleet.counts();
}

try {
  await warmUp(
    benchSites(SITES, (index) => fleetUrl(index, port)),
    5,
  );
  await makeBad();
  const ours = await pollWithFaults(sites, Number(values.interval), Number(values.rounds));
  const rows = ours.rounds.map((round: FaultRound, i: number) => ({
    "bad round": i + 1,
    durationMs: round1(round.report.durationMs),
    ok: round.report.ok,
    late: round.report.late,
    skipped: round.report.skipped,
    lastHealthyMs: Math.round(round.lastReplyMs),
    wrongCauses: round.wrongCauses(causeOf),
    growthMb: round1(round.growthMb),
    cpuMs: round.cpuMs,
  }));
  console.table(rows);
  const fromThird = rows.slice(2);
  const goals = [
    { goal: "every round ≤ 5.0 s", value: Math.max(...rows.map((r) => r.durationMs)), limit: 5000 },
    { goal: "healthy stored ≤ 0.5 s after the slot", value: Math.max(...rows.map((r) => r.lastHealthyMs)), limit: 500 },
    { goal: "from the third bad round ≤ 1.2 s", value: Math.max(...fromThird.map((r) => r.durationMs)), limit: 1200 },
    { goal: "memory grows < 20 MB", value: Math.max(...rows.map((r) => r.growthMb)), limit: 20 },
    { goal: "wrong causes", value: rows.reduce((total, r) => total + r.wrongCauses, 0), limit: 0 },
    { goal: "healthy sites missing", value: rows.reduce((total, r) => total + SITES - BAD - r.ok, 0), limit: 0 },
    { goal: "sockets left after close", value: ours.socketsLeft, limit: 0 },
  ].map((goal) => ({ ...goal, met: goal.value <= goal.limit }));
  console.table(goals);
  const naive = values["skip-naive"]
    ? []
    : await runNaivePolicies(
        sites.map(({ controllerUrl }) => controllerUrl),
        BAD,
      );
  if (naive.length > 0) console.table(naive);
  const load = loadavg().map(round1);
  console.log(JSON.stringify({ bench: "collection-faults", sites: SITES, bad: BAD, load, rows, goals, naive }));
} finally {
  fleet.stop();
  await hole.close();
}
process.exit(0);
