import { processorMsOfAll } from "../peers/processor-time.ts";
import { median } from "../peers/statistics.ts";
import { type CachedAnswers, type CachedLoad, loadCached } from "./cached-load.ts";
import { type Findings, inTurn, onCore, STREAMS, type Stage, streamIds, type Target } from "./stage.ts";

type Case = {
  readonly kind: "playlist" | "segment";
  readonly protocol: CachedLoad["protocol"];
  /** Times the processor time of nginx. */
  readonly goal: number;
};
type Costs = Record<Target["name"], number[]>;

const CASES: readonly Case[] = [
  { kind: "playlist", protocol: "HTTP/1.1", goal: 1.5 },
  { kind: "segment", protocol: "HTTP/1.1", goal: 1.3 },
  { kind: "playlist", protocol: "HTTP/2", goal: 2 },
  { kind: "segment", protocol: "HTTP/2", goal: 1.3 },
];

/** What is in memory, and most of what V8 compiles, is so before the first turn: after 2 s it still took 7 to 12 % of the time [M]. */
const WARM_UP_S = 8;

/** Processor time per answer that is in memory, over 150 streams; medians of rounds, in which the two take turns. */
export async function compareCached(stage: Stage, rounds: number, seconds: number): Promise<Findings> {
  await stage.show({ isMoving: false, isDripping: false });
  const segment = await newestSegment(stage.cameraPort);
  const rows: object[] = [];
  const missed: string[] = [];
  for (const one of CASES) {
    const name = one.kind === "playlist" ? "index.m3u8" : segment;
    const { costs, failures } = await measure(stage, one, name, rounds, seconds);
    const [ours, theirs] = [median(costs.gateway), median(costs.nginx)];
    const ratio = ours / theirs;
    const answer = `${one.protocol}${one.protocol === "HTTP/2" ? " + TLS" : ""} ${one.kind}`;
    missed.push(...failures.map((failure) => `${answer}: ${failure}`));
    if (!(ratio <= one.goal)) missed.push(`${answer}: ${ratio.toFixed(2)} × nginx (goal ≤ ${one.goal})`);
    rows.push({
      answer,
      "gateway µs": Math.round(ours),
      "nginx µs": Math.round(theirs),
      ratio: Math.round(ratio * 100) / 100,
      "ratios seen": spreadOf(costs),
      goal: one.goal,
    });
  }
  return { rows, missed };
}

async function measure(
  stage: Stage,
  one: Case,
  name: string,
  rounds: number,
  seconds: number,
): Promise<{ costs: Costs; failures: string[] }> {
  const costs: Costs = { gateway: [], nginx: [] };
  const failures: string[] = [];
  for (const target of stage.targets) await load(stage, target, one, name, WARM_UP_S);
  for (let round = 0; round < rounds; round += 1) {
    for (const target of inTurn(stage.targets, round)) {
      const answers = await load(stage, target, one, name, seconds);
      if (answers.failures > 0) failures.push(`${answers.failures} of ${answers.requests} failed at ${target.name}`);
      costs[target.name].push(answers.cpuUs);
    }
  }
  return { costs, failures };
}

async function load(
  { folder }: Stage,
  target: Target,
  { protocol }: Case,
  name: string,
  seconds: number,
): Promise<CachedAnswers & { readonly cpuUs: number }> {
  const ids = streamIds(STREAMS);
  const tickets = await target.tickets(ids);
  const paths = ids.map((id, at) => `/v/${id}/${tickets[at]}/${name}`);
  const port = protocol === "HTTP/1.1" ? target.port : target.tlsPort;
  const beforeMs = processorMsOfAll(target.pid);
  const answers = await loadCached({ protocol, port, paths, seconds, folder, core: onCore(1) });
  return { ...answers, cpuUs: ((processorMsOfAll(target.pid) - beforeMs) * 1000) / answers.requests };
}

/** Name of the one that all cameras show at the end of their window. */
async function newestSegment(cameraPort: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${cameraPort}/c1/index.m3u8`);
  return (await response.text()).trim().split("\n").at(-1) ?? "";
}

function spreadOf({ gateway, nginx }: Costs): string {
  const ratios = gateway.map((ours, round) => ours / (nginx[round] ?? Number.NaN));
  return `${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)}`;
}
