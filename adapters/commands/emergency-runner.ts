import type { CommandArgs } from "../../domain/commands/command.ts";
import {
  EMERGENCY_KIND,
  type EmergencyFacts,
  type EmergencyStop,
  nextEmergencyStep,
  SLEEP_KIND,
} from "../../domain/commands/emergency-stop.ts";
import { fitKind } from "../../domain/commands/fit-profile.ts";
import { type CommandJudgement, judgeCommand, RECENT_S } from "../../domain/commands/judge-command.ts";
import type { Log } from "../../domain/log.ts";
import { seldom } from "../../domain/seldom.ts";
import type { WorkSignal } from "../../domain/work-signal.ts";
import { type EmergencyStops, type RunningEmergencyStop, sleepKey, stopKey } from "./emergency-stops.ts";
import type { CommandLedger } from "./ledger.ts";
import { lookForWork } from "./look-for-work.ts";
import type { CommandClock, CommandedPlant, CommandedSite, CommandFacts } from "./sender-ports.ts";

export type EmergencyRunnerOptions = {
  readonly emergencies: EmergencyStops;
  readonly ledger: Pick<CommandLedger, "request" | "recentOf">;
  readonly facts: CommandFacts;
  readonly plant: Pick<CommandedPlant, "latest" | "watch">;
  readonly clock: Pick<CommandClock, "wallMs">;
  /** Miners of a site; null = nobody has entered them. */
  readonly minersOf: (siteId: string) => number | null;
  /** Names this start of this process in the leases. */
  readonly holder: string;
  /** Tells while there are stops that go on, whichever process they were given to. */
  readonly work: WorkSignal;
  readonly log: Log;
};

type JudgeNow = (kind: string, args: CommandArgs, overrides: readonly string[]) => CommandJudgement;

/**
 * Goes on with the emergency stops of the sites that this process has: puts miners to sleep where it can, waits for what the
 * stop has to wait for, and orders the stop. The ledger sends it as any other command, once. All it knows is in the database,
 * and each order has a key of its own: whoever looks next goes on where another was killed, and two at once order it once.
 */
export interface EmergencyRunner {
  /** Looks now. @throws {Error} while the database is away */
  look(): Promise<void>;
  stop(): Promise<void>;
}

const COMPLAIN_EVERY_MS = 60_000;
/** Polled every 10 s for so long; asked for anew at each look. */
const WATCH_S = 60;
/** Without a number of miners: as many batches as a box of the usual size has [domain: 180 to 420 miners]. */
const USUAL_BATCHES = 14;
/** Those that were never sent count, too. */
const SPARE_BATCHES = 3;
/** From the order to the call; a next one follows where it was not sent in time. */
const EXPIRES_IN_S = 60;

export function startEmergencyRunner(options: EmergencyRunnerOptions): EmergencyRunner {
  const { emergencies, ledger, facts, plant, clock, minersOf, holder, work, log } = options;
  const mayComplain = seldom(COMPLAIN_EVERY_MS, clock.wallMs);

  async function goOn(running: RunningEmergencyStop): Promise<void> {
    const { emergency } = running;
    const { id, siteId, attempt, sleepBatches } = emergency;
    plant.watch(siteId, WATCH_S);
    const known = await facts.siteOf(siteId);
    if (known === null) return;
    const judgeNow = await judgeOf(emergency, known);
    const judgement = judgeNow(EMERGENCY_KIND, {}, emergency.overrides);
    const sleeps = sleepsAt(known, judgeNow);
    const { state } = emergency;
    const step = nextEmergencyStep({ ...running, state, attempt, sleepBatches, judgement, sleeps });
    switch (step.act) {
      case "end":
        return emergencies.end(id, attempt, step.state, step.reason);
      case "next-attempt":
        return emergencies.nextAttempt(id, attempt);
      case "order-stop":
        await order(emergency, EMERGENCY_KIND, {}, stopKey(id, attempt), emergency.overrides);
        break;
      case "sleep-miners":
        await order(emergency, SLEEP_KIND, { miners: step.miners }, sleepKey(id, sleepBatches + 1), []);
        await emergencies.countSleep(id, sleepBatches + 1);
        break;
      case "wait":
    }
    await emergencies.note(id, [...judgement.findings]);
  }

  /** Judges what the stop may order, on the facts of one moment. */
  async function judgeOf({ siteId, requestedBy, reason }: EmergencyStop, { site }: CommandedSite): Promise<JudgeNow> {
    const [role, recent] = await Promise.all([facts.roleOf(requestedBy), ledger.recentOf(siteId, RECENT_S)]);
    const snapshot = plant.latest(siteId) ?? null;
    const common = { id: null, role: role ?? "viewer", reason, snapshot, site, recent, nowMs: clock.wallMs() } as const;
    return (kind, args, overrides) => judgeCommand({ ...common, kind, args, overrides });
  }

  function sleepsAt({ site, profile }: CommandedSite, judgeNow: JudgeNow): EmergencyFacts["sleeps"] {
    const { kind, vendor } = fitKind(SLEEP_KIND, profile);
    const argument = kind?.args["miners"];
    if (vendor === null || argument?.type !== "number") return null;
    const limits = vendor.args?.["miners"];
    const minersPerBatch = limits && "max" in limits ? Math.min(limits.max, argument.max) : argument.max;
    const miners = minersOf(site.siteId);
    return {
      minersPerBatch,
      mostBatches: miners === null ? USUAL_BATCHES : Math.ceil(miners / minersPerBatch) + SPARE_BATCHES,
      isAllowed: judgeNow(SLEEP_KIND, { miners: minersPerBatch }, []).verdict === "allowed",
    };
  }

  /** Nobody else has to agree: interlocks judge it when it is sent, like any other. */
  async function order(
    { id, siteId, requestedBy, reason }: EmergencyStop,
    kind: string,
    args: CommandArgs,
    idempotencyKey: string,
    overrides: readonly string[],
  ): Promise<void> {
    await ledger.request({
      siteId,
      kind,
      args,
      reason,
      overrides,
      requestedBy,
      idempotencyKey,
      expiresInS: EXPIRES_IN_S,
      needsApproval: false,
      evidence: { emergency: id },
    });
  }

  async function look(): Promise<void> {
    const running = await emergencies.runningOf(holder);
    const looked = await Promise.allSettled(running.map(goOn));
    const failed = looked.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
  }

  const { stop } = lookForWork(work, look, (error) => {
    if (mayComplain()) log.warn({ reason: String(error) }, "emergency stops do not go on: trying again");
  });
  return { look, stop };
}
