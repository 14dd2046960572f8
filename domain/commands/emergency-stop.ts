import { z } from "zod";
import { CommandFinding, CommandState, FINAL_STATES } from "./command.ts";
import type { CommandJudgement } from "./judge-command.ts";

/** The kinds that an emergency stop orders. */
export const EMERGENCY_KIND = "emergency_stop";
export const SLEEP_KIND = "miner_sleep";

/**
 * `running`: waits for the miners to be off and the pump to have run on, and then sends the stop. `needs_person`: the stop
 * was sent, and did not come out as it should: nothing is sent again by itself. `stopped`: the plant has shown it.
 * In each of them the site is latched until a person resets it.
 */
export const EMERGENCY_STATES = ["running", "needs_person", "stopped"] as const;
export type EmergencyState = (typeof EMERGENCY_STATES)[number];

export const EmergencyStop = z
  .strictObject({
    id: z.uuid(),
    siteId: z.string(),
    state: z.enum(EMERGENCY_STATES),
    /** Code of why it needs a person; null where the state says it all. */
    stateReason: z.string().nullable(),
    reason: z.string(),
    /** Ids of interlocks that do not hold the stop back. */
    overrides: z.array(z.string()),
    requestedBy: z.string(),
    requestedAt: z.iso.datetime(),
    /** How many stops were ordered; each is sent once at most. */
    attempt: z.int(),
    /** How many batches of miners were told to sleep. */
    sleepBatches: z.int(),
    /** What the stop waited for when it was looked at last; null = nobody has looked yet. */
    findings: z.array(CommandFinding).nullable(),
    lookedAt: z.iso.datetime().nullable(),
    /** State of the newest stop in the ledger; null = none was ordered. */
    stopState: CommandState.nullable(),
    stopId: z.uuid().nullable(),
    endedAt: z.iso.datetime().nullable(),
    resetBy: z.string().nullable(),
    resetAt: z.iso.datetime().nullable(),
    resetReason: z.string().nullable(),
  })
  .meta({
    id: "EmergencyStop",
    description: "A site that is being stopped, or was, and stays so until a person resets it",
  });
export type EmergencyStop = z.infer<typeof EmergencyStop>;

/** A command of the sequence as the ledger has it now. */
export type OrderedStep = { readonly state: CommandState; readonly stateReason: string | null };

export type EmergencyFacts = {
  readonly state: EmergencyState;
  readonly attempt: number;
  readonly sleepBatches: number;
  /** The newest stop; null = none was ordered in this attempt. */
  readonly stop: OrderedStep | null;
  /** The newest batch of miners; null = none was ordered. */
  readonly sleep: OrderedStep | null;
  /** What the interlocks say to the stop now. */
  readonly judgement: Pick<CommandJudgement, "verdict" | "findings">;
  /** How the platform can put miners to sleep at this site; null = it cannot, so a person does. */
  readonly sleeps: {
    readonly minersPerBatch: number;
    readonly mostBatches: number;
    /** The interlocks have nothing against a batch now; between two there is a gap, for example. */
    readonly isAllowed: boolean;
  } | null;
};

export type EmergencyStep =
  | { readonly act: "wait" }
  | { readonly act: "sleep-miners"; readonly miners: number }
  | { readonly act: "order-stop" }
  /** The last one was never sent: another one can double nothing. */
  | { readonly act: "next-attempt" }
  | { readonly act: "end"; readonly state: "stopped" | "needs_person"; readonly reason: string | null };

/** Of why a stop ended without a byte to the controller. */
const NEVER_SENT = ["interlock", "cannot-verify", "not-sent"];
/** So often a stop that is never sent is ordered anew; then something is wrong that only a person finds [J]. */
const MOST_ATTEMPTS = 20;

/** What comes next. Asked again and again, with the facts as they are then: the same facts give the same step. */
export function nextEmergencyStep(facts: EmergencyFacts): EmergencyStep {
  if (facts.state !== "running") return { act: "wait" };
  if (facts.stop !== null) return afterStop(facts.stop, facts.attempt);
  if (isOver(facts.sleep) && facts.judgement.verdict === "allowed") return { act: "order-stop" };
  return sleepOrWait(facts);
}

function afterStop(stop: OrderedStep, attempt: number): EmergencyStep {
  const { state, stateReason } = stop;
  switch (state) {
    case "verified":
      return { act: "end", state: "stopped", reason: null };
    case "no_effect":
      return { act: "end", state: "needs_person", reason: "no-effect" };
    case "cancelled":
      return { act: "end", state: "needs_person", reason: "cancelled" };
    case "expired":
    case "failed":
      return wasNeverSent(stop)
        ? again(attempt, stateReason ?? "not-sent-in-time")
        : { act: "end", state: "needs_person", reason: stateReason ?? "refused" };
    default:
      return { act: "wait" };
  }
}

function again(attempt: number, reason: string): EmergencyStep {
  return attempt < MOST_ATTEMPTS ? { act: "next-attempt" } : { act: "end", state: "needs_person", reason };
}

/** Nothing of the miners is in the queue or under way: a site takes one command after the other. */
function isOver(step: OrderedStep | null): boolean {
  return step === null || FINAL_STATES.includes(step.state);
}

/** One batch after the other while there is load, until one shows no effect: then it is for a person to see why. */
function sleepOrWait({ judgement, sleeps, sleep, sleepBatches }: EmergencyFacts): EmergencyStep {
  const hasLoad = judgement.findings.some(({ id, result }) => id === "it-power" && result === "refused");
  const mayGoOn = sleep === null || sleep.state === "verified" || wasNeverSent(sleep);
  if (!sleeps?.isAllowed || !hasLoad || !mayGoOn || sleepBatches >= sleeps.mostBatches) return { act: "wait" };
  return { act: "sleep-miners", miners: sleeps.minersPerBatch };
}

function wasNeverSent({ state, stateReason }: OrderedStep): boolean {
  return state === "expired" || (state === "failed" && stateReason !== null && NEVER_SENT.includes(stateReason));
}
