import type { PointValue } from "../../telemetry/snapshot.ts";
import type { PointReading, PointValues } from "./point-reading.ts";

/** Why an evaluation was broken off: a list was longer than any may be, or the walks took more steps than allowed. */
export type ExpressionFault = "list-too-long" | "too-many-steps";

/** What the walks of one expression share while it is evaluated; expressions without lists need none of it. */
export type Evaluation = {
  reading: PointReading;
  /** The item that each walk is at, by depth. */
  readonly items: PointValue[];
  steps: number;
  fault: ExpressionFault | null;
};

/** One compiled node: trusted values in, its value out, `null` = unknown. Never throws. */
export type Run<Value> = (values: PointValues) => Value | null;

const NOTHING: PointReading = { values: {}, faults: [], unknownFaults: [] };

export function createEvaluation(): Evaluation {
  return { reading: NOTHING, items: [], steps: 0, fault: null };
}
