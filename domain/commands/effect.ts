import { type PointReading, trustedReading } from "../alarms/expression/point-reading.ts";
import type { Snapshot } from "../telemetry/snapshot.ts";
import type { CommandArgs, CommandFinding, CommandState } from "./command.ts";
import type { CommandKind } from "./command-kind.ts";
import type { CommandSite } from "./command-site.ts";
import type { EffectStage } from "./effect-stage.ts";
import { stagesFor } from "./fit-profile.ts";

/** A site is polled every 10 s after a command; with the time of an answer, a reading of the deadline is there by then, s [J]. */
const READ_BACK_GRACE_S = 15;

/**
 * `seen`: the plant is as wanted. `contradicted`: after the deadline a good reading says otherwise. `unread`: the deadline
 * has passed and no good reading tells. `not_yet`: there is still time.
 */
export type EffectOutcome = "seen" | "not_yet" | "contradicted" | "unread";

export type StageView = {
  readonly id: string;
  readonly outcome: EffectOutcome;
  /** From `sent` to the reading that settled it, s; null = none has. */
  readonly atS: number | null;
  /** Of the last reading that was looked at. */
  readonly values: CommandFinding["values"];
};

export type EffectView = {
  readonly outcome: EffectOutcome;
  readonly stages: readonly StageView[];
  /**
   * The plant was as wanted before the command was sent. Seeing it so again proves nothing: it still counts as `seen`,
   * because the plant is as the person wants it, but without a time to effect, and the state's reason says so.
   */
  readonly wasSoBefore: boolean;
  /** From `sent` to the first reading that showed all of it, s; null where it was so before, or is not seen. */
  readonly effectAfterS: number | null;
};

export type SentCommand = {
  readonly kind: CommandKind;
  readonly args: CommandArgs;
  readonly sentAtMs: number;
  /** The snapshot that it was judged on when it was sent; null = not kept. */
  readonly before: Snapshot | null;
  readonly site: CommandSite;
};

type Timed = { readonly atS: number; readonly reading: PointReading };

/** When the whole effect has to show, s after `sent`. */
export function dueAfterS(kind: CommandKind): number {
  return Math.max(...kind.effect.map(({ withinS }) => withinS));
}

/** When the effect has to have been read back, s after `sent`. */
export function verifyAfterS(kind: CommandKind): number {
  return dueAfterS(kind) + READ_BACK_GRACE_S;
}

/**
 * What later snapshots show of a command's effect. Only those of its site that were collected after it was sent count, and
 * of them only trusted readings. Each stage is settled by the first reading that shows it, or by the first one after its
 * deadline that does not.
 */
export function judgeEffect(command: SentCommand, after: readonly Snapshot[], nowMs: number): EffectView {
  const { kind, args, site, sentAtMs } = command;
  const before = command.before === null ? null : trustedReading(command.before);
  const looks = after
    .filter(({ siteId, collectedAt }) => siteId === site.siteId && Date.parse(collectedAt) > sentAtMs)
    .map((snapshot): Timed => {
      return { atS: (Date.parse(snapshot.collectedAt) - sentAtMs) / 1000, reading: trustedReading(snapshot) };
    })
    .sort((a, b) => a.atS - b.atS);
  const elapsedS = (nowMs - sentAtMs) / 1000;
  // A stage that these arguments do not ask for shows nothing, whatever is read.
  const asked = stagesFor(kind, site.profile).filter(
    (stage) => stage.look({ args, site, before, reading: before ?? NOTHING }) !== null,
  );
  const look = (stage: EffectStage, reading: PointReading) => stage.look({ args, site, before, reading });
  const stages = asked.map((stage) => judgeStage(stage, look, looks, elapsedS));
  const outcome = worstOf(stages, elapsedS, verifyAfterS(kind));
  const wasSoBefore =
    before !== null && asked.length > 0 && asked.every((stage) => look(stage, before)?.isSeen === true);
  const isProven = outcome === "seen" && !wasSoBefore;
  return {
    outcome,
    stages,
    wasSoBefore,
    effectAfterS: isProven ? Math.max(...stages.map(({ atS }) => atS ?? 0)) : null,
  };
}

const NOTHING: PointReading = { values: {}, faults: [], unknownFaults: [] };

function judgeStage(
  stage: EffectStage,
  look: (stage: EffectStage, reading: PointReading) => ReturnType<EffectStage["look"]>,
  looks: readonly Timed[],
  elapsedS: number,
): StageView {
  let values: StageView["values"] = {};
  for (const { atS, reading } of looks) {
    const seen = look(stage, reading);
    if (seen === null) continue;
    values = seen.values;
    if (seen.isSeen === true) return { id: stage.id, outcome: "seen", atS, values };
    if (seen.isSeen === false && atS > stage.withinS) return { id: stage.id, outcome: "contradicted", atS, values };
  }
  const outcome = elapsedS > stage.withinS + READ_BACK_GRACE_S ? "unread" : "not_yet";
  return { id: stage.id, outcome, atS: null, values };
}

/** A command without a stage that can be seen is never taken as verified. */
function worstOf(stages: readonly StageView[], elapsedS: number, verifyS: number): EffectOutcome {
  if (stages.length === 0) return elapsedS > verifyS ? "unread" : "not_yet";
  const order: readonly EffectOutcome[] = ["contradicted", "unread", "not_yet"];
  return order.find((outcome) => stages.some((stage) => stage.outcome === outcome)) ?? "seen";
}

/** What a read-back makes of a command; null = it stays as it is, and an `unknown` one waits for a person in the end. */
export type ReadBack = {
  readonly state: Extract<CommandState, "verified" | "no_effect" | "failed">;
  readonly reason: "read-back" | "already-so" | "not-seen" | "no-reading";
};

/**
 * The state after a read-back. Of an `accepted` command that shows nothing in time: `no_effect`. Of an `unknown` one that
 * is contradicted: `failed`, it has not reached the plant; where nothing can be read it stays `unknown`.
 */
export function stateAfterReadBack(
  state: Extract<CommandState, "accepted" | "unknown">,
  { outcome, wasSoBefore }: Pick<EffectView, "outcome" | "wasSoBefore">,
): ReadBack | null {
  switch (outcome) {
    case "seen":
      return { state: "verified", reason: wasSoBefore ? "already-so" : "read-back" };
    case "not_yet":
      return null;
    case "contradicted":
      return { state: state === "unknown" ? "failed" : "no_effect", reason: "not-seen" };
    case "unread":
      return state === "unknown" ? null : { state: "no_effect", reason: "no-reading" };
  }
}
