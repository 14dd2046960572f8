import type { Operator, Sentinel } from "./operator.ts";
import { numberIn, readNumber } from "./read-number.ts";
import { hasCode, joinTexts, readBool, readElement, readEnum, readText } from "./read-words.ts";
import { BAD_TYPE, isNoReading, MISSING, OUT_OF_RANGE, type Step } from "./reading.ts";

const MOST_ELEMENTS = 256;
const MICRO = 1e6;
/** Above this, a double has fewer than six decimals anyway. */
const ROUND_BELOW = 1e9;
const YEAR_2000_MS = Date.UTC(2000, 0, 1);
const YEAR_2100_MS = Date.UTC(2100, 0, 1);

/** A number to 6 decimals (0.29 × 1000 is 290), never −0. */
export function roundMicro(value: number): number {
  return Math.abs(value) < ROUND_BELOW ? Math.round(value * MICRO) / MICRO + 0 : value;
}

/** A chain of operators as one step. The first reason ends it. */
export function compileOperators(ops: readonly Operator[], readBit: (bit: number) => Step): Step {
  return ops.map((op) => compileOperator(op, readBit)).reduce(followedBy);
}

/** One step after another; the second is skipped when the first gives a reason. */
export function followedBy(first: Step, second: Step): Step {
  return (value) => {
    const reading = first(value);
    return typeof reading === "symbol" ? reading : second(reading);
  };
}

/** The profile's "no data" values, for one raw value. */
export function compileSentinels(sentinels: readonly Sentinel[]): Step | null {
  if (sentinels.length === 0) return null;
  const step = sentinels.map(noDataWhere).reduce(followedBy);
  return (value) => (typeof value === "object" ? value : step(value));
}

/** Hard limits, inclusive; null = open on that side. */
export function within(low: number | null, high: number | null): Step {
  const least = low ?? -Number.MAX_VALUE;
  const most = high ?? Number.MAX_VALUE;
  return (value) => (typeof value === "number" && value >= least && value <= most ? value : OUT_OF_RANGE);
}

function compileOperator(op: Operator, readBit: (bit: number) => Step): Step {
  switch (op[0]) {
    case "num":
      return op[1] === undefined ? readNumber : numberIn(op[1]);
    case "scale":
      return onNumber((value) => value * op[1]);
    case "offset":
      return onNumber((value) => value + op[1]);
    case "bool":
      return readBool(op[1]);
    case "enum":
      return readEnum(op[1]);
    case "each":
      return forEach(compileElement(op));
    case "sum":
      return onList((numbers: number[]) => roundMicro(numbers.reduce((sum, value) => sum + value, 0)));
    case "min":
      return onList((numbers: number[]) => Math.min(...numbers));
    case "any":
      return onList((flags: boolean[]) => flags.includes(true));
    case "idx":
      return readElement(op[1]);
    case "bit":
      return readBit(op[1]);
    case "has":
      return hasCode(op[1]);
    case "sentinel":
      return noDataWhere(op[1]);
    case "concat":
      return joinTexts(op[1]);
    case "text":
      return readText;
    case "epoch":
      return followedBy(readNumber, epochMs(op[1] === "s" ? 1000 : 1));
  }
}

function compileElement(op: Extract<Operator, readonly ["each", ...unknown[]]>): Step {
  if (op[1] === "bool") return readBool(op[2]);
  return op[2] === undefined ? readNumber : numberIn(op[2]);
}

function onNumber(change: (value: number) => number): Step {
  return (value) => {
    if (typeof value !== "number") return BAD_TYPE;
    const changed = roundMicro(change(value));
    return Number.isFinite(changed) ? changed : OUT_OF_RANGE;
  };
}

function onList<Element>(reduce: (list: Element[]) => unknown): Step {
  return (value) => {
    if (!Array.isArray(value)) return BAD_TYPE;
    return value.length === 0 ? MISSING : reduce(value);
  };
}

function forEach(step: Step): Step {
  return (value) => {
    if (!Array.isArray(value) || value.length > MOST_ELEMENTS) return BAD_TYPE;
    const readings = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i += 1) {
      const element: unknown = value[i];
      const reading = element === null || element === undefined ? MISSING : step(element);
      if (isNoReading(reading)) return reading;
      readings[i] = reading;
    }
    return readings;
  };
}

function noDataWhere(sentinel: Sentinel): Step {
  if ("below" in sentinel) {
    const { below } = sentinel;
    return (value) => {
      const number = typeof value === "string" && canBeBelow(value, below) ? readNumber(value) : value;
      return typeof number === "number" && number < below ? MISSING : value;
    };
  }
  const { equals } = sentinel;
  const isNoData = (value: unknown) => value === equals || (typeof value === "string" && isSameText(value, equals));
  return (value) => (isNoData(value) ? MISSING : value);
}

/** Spares nearly every text the second reading: without a minus it is not below a negative limit. */
function canBeBelow(text: string, below: number): boolean {
  return below > 0 || text.includes("-");
}

function isSameText(value: string, equals: number | string): boolean {
  return typeof equals === "string" ? value.trim() === equals : readNumber(value) === equals;
}

function epochMs(msPerUnit: number): Step {
  return (value) => {
    const ms = Number(value) * msPerUnit;
    return ms >= YEAR_2000_MS && ms <= YEAR_2100_MS ? ms : OUT_OF_RANGE;
  };
}
