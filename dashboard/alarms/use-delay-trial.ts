import { computed, onScopeDispose, type Ref, readonly, ref, type ShallowRef, shallowRef } from "vue";
import { bestVariant, type DelayChange, proposeDelays } from "../../domain/alarms/propose-delays.ts";
import type { Rule } from "../../domain/alarms/rule.ts";
import type { BodyOf, Schemas } from "../client/contract.ts";
import { type Answer, isAway, request, type Trouble } from "../composables/api-request.ts";

export type Outcome = Schemas["BackTestRule"];
type Job = Schemas["BackTest"];

/** One back-test that has ended. No changes: the rule as it is in force. */
export type Trial = {
  readonly rule: Rule;
  readonly changes: readonly DelayChange[];
  readonly outcome: Outcome;
};

export type DelayTrial = {
  readonly state: Readonly<Ref<"idle" | "running" | "done" | "failed" | "cancelled">>;
  /** 0 to 1, of all the back-tests together. */
  readonly progress: Readonly<Ref<number>>;
  /** The present rule first. */
  readonly trials: Readonly<ShallowRef<readonly Trial[]>>;
  /** Share of the stretch about which there is history; null until something is known. */
  readonly coverage: Readonly<Ref<number | null>>;
  /** Place in `trials` of the variant that is worth most; null when there is none that is quieter. */
  readonly best: Readonly<Ref<number | null>>;
  readonly trouble: Readonly<ShallowRef<Trouble | null>>;
  start(days: number): Promise<void>;
  cancel(): void;
};

const DAY_MS = 86_400_000;
const POLL_MS = 1_000;
/** Until it is known how many variants there are. */
const USUAL_TRIALS = 4;

/** Why a run ended before its time. */
class Ended extends Error {
  readonly trouble: Trouble | null;
  constructor(trouble: Trouble | null) {
    super("ended");
    this.trouble = trouble;
  }
}

/**
 * Runs a rule over history as it is, proposes other delays from how it behaved, and runs these one after the other: the
 * server takes one at a time of each person, and each stands in the rule's own place. Call in `setup`: what is still
 * under way is ended with it.
 */
export function useDelayTrial(ruleId: string, nowMs: () => number): DelayTrial {
  const state = ref<DelayTrial["state"]["value"]>("idle");
  const progress = ref(0);
  const trials = shallowRef<readonly Trial[]>([]);
  const coverage = ref<number | null>(null);
  const trouble = shallowRef<Trouble | null>(null);
  let turn = 0;
  let jobId: string | null = null;

  async function start(days: number): Promise<void> {
    turn += 1;
    const mine = turn;
    trials.value = [];
    trouble.value = null;
    coverage.value = null;
    progress.value = 0;
    state.value = "running";
    try {
      await runAll(mine, days);
      state.value = "done";
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      if (mine !== turn) return;
      trouble.value = error.trouble;
      state.value = error.trouble === null ? "cancelled" : "failed";
    }
  }

  async function runAll(mine: number, days: number): Promise<void> {
    const toMs = nowMs();
    const stretch = { from: new Date(toMs - days * DAY_MS).toISOString(), to: new Date(toMs).toISOString() };
    // It comes from a rule that the server has checked.
    const rule = (await asked(mine, request("GET", "/api/v1/rules/{id}", { path: { id: ruleId } }))) as unknown as Rule;
    const present = await run(mine, { ruleIds: [ruleId], ...stretch }, 0, USUAL_TRIALS);
    trials.value = [{ rule, changes: [], outcome: present }];
    const variants = proposeDelays(rule, present);
    for (const [place, variant] of variants.entries()) {
      const outcome = await run(mine, { rules: [{ ...variant.rule }], ...stretch }, place + 1, variants.length + 1);
      trials.value = [...trials.value, { ...variant, outcome }];
    }
    progress.value = 1;
  }

  async function run(
    mine: number,
    body: BodyOf<"POST", "/api/v1/rules/backtest">,
    place: number,
    all: number,
  ): Promise<Outcome> {
    const ordered = await request("POST", "/api/v1/rules/backtest", { body });
    if (ordered.ok) jobId = ordered.body.id;
    if (ordered.ok && mine !== turn) void endJob(ordered.body.id);
    let job: Job = await asked(mine, Promise.resolve(ordered));
    while (job.state === "running") {
      progress.value = (place + job.progress) / all;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      job = await followed(mine, job);
    }
    jobId = null;
    return outcomeOf(job);
  }

  /** A server that is away for a moment goes on with the back-test. */
  async function followed(mine: number, job: Job): Promise<Job> {
    if (mine !== turn) throw new Ended(null);
    const answer = await request("GET", "/api/v1/rules/backtest/{id}", { path: { id: job.id } });
    if (!answer.ok && answer.trouble.status !== 404 && isAway(answer.trouble)) return job;
    return await asked(mine, Promise.resolve(answer));
  }

  function outcomeOf({ state: ended, result, failure }: Job): Outcome {
    const outcome = result?.rules.find((one) => one.ruleId === ruleId);
    if (outcome !== undefined) {
      coverage.value = result?.coverage ?? null;
      return outcome;
    }
    if (ended === "cancelled") throw new Ended(null);
    const { code, reason } = failure ?? { code: "internal.unexpected", reason: "the back-test gave no figures" };
    throw new Ended({ code, status: 500, detail: reason, fields: [], retryAfterS: null });
  }

  /** @throws {Ended} when it was refused, or when something else is wanted by now */
  async function asked<T>(mine: number, asking: Promise<Answer<T>>): Promise<T> {
    const answer = await asking;
    if (mine !== turn) throw new Ended(null);
    if (!answer.ok) throw new Ended(answer.trouble);
    return answer.body;
  }

  function endJob(id: string): Promise<Answer<unknown>> {
    return request("DELETE", "/api/v1/rules/backtest/{id}", { path: { id } });
  }

  function cancel(): void {
    if (state.value !== "running") return;
    turn += 1;
    state.value = "cancelled";
    if (jobId !== null) void endJob(jobId);
    jobId = null;
  }

  onScopeDispose(cancel);
  const best = computed(() => {
    const [present, ...variants] = trials.value.map(({ outcome }) => outcome);
    const place = present === undefined ? null : bestVariant(present, variants);
    return place === null ? null : place + 1;
  });
  return {
    state: readonly(state),
    progress: readonly(progress),
    trials,
    coverage: readonly(coverage),
    best,
    trouble,
    start,
    cancel,
  };
}
