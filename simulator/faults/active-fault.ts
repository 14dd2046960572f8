import type { Readings } from "../plant/measure.ts";
import type { FaultArguments } from "./fault-arguments.ts";
import type { FaultKind } from "./fault-kinds.ts";

/** A fault at one site. */
export type ActiveFault = {
  /** Number of the request that made it; one request may make it at many sites. */
  readonly id: number;
  readonly kind: FaultKind;
  readonly args: FaultArguments;
  /** Plant time of its start, ms. */
  readonly sinceMs: number;
  /** The same by the real clock, ms since the Unix epoch. */
  readonly sinceRealMs: number;
  /** What the sensors said when it began: the value a frozen sensor holds. */
  readonly heldReadings: Readings;
};

export function numberOf(fault: ActiveFault, name: string): number {
  const value = fault.args[name];
  if (typeof value !== "number") throw new TypeError(`${fault.kind} has no number ${name}`);
  return value;
}

export function textOf(fault: ActiveFault, name: string): string {
  const value = fault.args[name];
  if (typeof value !== "string") throw new TypeError(`${fault.kind} has no text ${name}`);
  return value;
}

export function namesOf(fault: ActiveFault, name: string): readonly string[] {
  const value = fault.args[name];
  return Array.isArray(value) ? value : [];
}

export function isSet(fault: ActiveFault, name: string): boolean {
  return fault.args[name] === true;
}
