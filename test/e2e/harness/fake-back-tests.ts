import type { RuleOutcome } from "../../../domain/alarms/back-test/back-test-result.ts";
import type { Rule } from "../../../domain/alarms/rule.ts";

type Answer = { readonly status: number; readonly body?: unknown };
type Order = { readonly ruleIds?: string[]; readonly rules?: Rule[]; readonly from: string; readonly to: string };
type Job = { readonly order: Order; readonly rule: Rule; state: "running" | "done" | "cancelled"; asked: number };

/** Back-tests that end after they were asked for so often, one at a time; the longer the delays, the fewer the alarms. */
export type FakeBackTests = {
  /** @returns null: the address is not about them */
  answer(method: string, path: string, body: object): Answer | null;
  /** How often a job is asked for until it is done. */
  asksUntilDone: number;
};

const SITES = 150;

export function createFakeBackTests(rules: readonly Rule[]): FakeBackTests {
  const jobs = new Map<string, Job>();
  const fake: FakeBackTests = { asksUntilDone: 2, answer };
  return fake;

  function answer(method: string, path: string, body: object): Answer | null {
    if (method === "POST" && path === "/rules/backtest") return start(body as Order);
    const [, id = ""] = /^\/rules\/backtest\/([\w-]+)$/.exec(path) ?? [];
    const job = jobs.get(id);
    if (job !== undefined) return method === "DELETE" ? end(job) : follow(id, job);
    const [, ruleId] = /^\/rules\/([\w-]+)$/.exec(path) ?? [];
    if (method !== "GET" || ruleId === undefined) return null;
    const rule = rules.find((one) => one.id === ruleId);
    return rule ? { status: 200, body: rule } : { status: 404, body: { code: "request.not-found" } };
  }

  function start(order: Order): Answer {
    if ([...jobs.values()].some(({ state }) => state === "running")) {
      return { status: 409, body: { code: "backtest.busy", detail: "you have one under way already" } };
    }
    const rule = order.rules?.[0] ?? rules.find(({ id }) => id === order.ruleIds?.[0]);
    if (rule === undefined) return { status: 400, body: { code: "request.invalid" } };
    const id = `00000000-0000-4000-8000-${String(jobs.size).padStart(12, "0")}`;
    const job: Job = { order, rule, state: "running", asked: 0 };
    jobs.set(id, job);
    return { status: 202, body: shown(id, job) };
  }

  function end(job: Job): Answer {
    if (job.state === "running") job.state = "cancelled";
    return { status: 204 };
  }

  function follow(id: string, job: Job): Answer {
    job.asked += 1;
    if (job.state === "running" && job.asked >= fake.asksUntilDone) job.state = "done";
    return { status: 200, body: shown(id, job) };
  }

  function shown(id: string, { order, rule, state, asked }: Job) {
    const isDone = state === "done";
    return {
      id,
      state,
      progress: isDone ? 1 : Math.min(0.9, asked / fake.asksUntilDone),
      snapshots: 0,
      startedAt: order.to,
      endedAt: isDone ? order.to : null,
      from: order.from,
      to: order.to,
      ruleIds: [rule.id],
      result: isDone ? resultOf(order, rule) : null,
      before: null,
      difference: null,
      failure: null,
    };
  }
}

function resultOf({ from, to }: Order, rule: Rule) {
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
  const outcome = outcomeOf(rule, days);
  return {
    from,
    to,
    slots: days * 1440,
    snapshots: days * 1440 * SITES,
    sites: SITES,
    siteDays: days * SITES,
    coverage: 0.97,
    firings: outcome.firings,
    announced: outcome.announced,
    events: 0,
    perDay: outcome.perDay,
    budget: { perSiteDay: 1, perDay: SITES, share: outcome.budgetShare },
    rules: [outcome],
    perSite: [],
    items: [],
    isCut: false,
  };
}

/** Half as often for each doubling of the off-delay; what is fleeting goes with the on-delay, and so does the lead. */
function outcomeOf({ id, priority, onDelayS, offDelayS }: Rule, days: number): RuleOutcome {
  const announced = Math.round((days * 2400) / Math.max(offDelayS, 30) / (onDelayS > 60 ? 1.5 : 1));
  const perDay = announced / days;
  return {
    ruleId: id,
    priority,
    firings: announced,
    hidden: 0,
    announced,
    sites: 9,
    activeS: 600 * announced,
    maintenanceS: 0,
    curtailmentS: 0,
    flaps: offDelayS < 300 ? 40 : 3,
    chattering: offDelayS < 300 ? 4 : 0,
    fleeting: onDelayS <= 60 ? 12 : 1,
    perDay,
    budgetShare: perDay / SITES,
    trips: 4,
    warned: onDelayS > 200 ? 2 : 4,
    medianLeadS: Math.max(10, 240 - onDelayS),
  };
}
