import type { PointName } from "../../points/catalogue.ts";
import type { PointValue } from "../../telemetry/snapshot.ts";
import { not, type Truth } from "../truth.ts";
import type { Evaluation, Run } from "./evaluation.ts";
import type { ArithmeticOperator, CompareOperator } from "./syntax-tree.ts";

/** A reading of another type than the catalogue says is none. */
export function readNumber(point: PointName): Run<number> {
  return (values) => numberOf(values[point]);
}

export function readTruth(point: PointName): Run<boolean> {
  return (values) => truthOf(values[point]);
}

export function readText(point: PointName): Run<string> {
  return (values) => textOf(values[point]);
}

export function itemNumber({ items }: Evaluation, slot: number): Run<number> {
  return () => numberOf(items[slot]);
}

export function itemTruth({ items }: Evaluation, slot: number): Run<boolean> {
  return () => truthOf(items[slot]);
}

export function itemText({ items }: Evaluation, slot: number): Run<string> {
  return () => textOf(items[slot]);
}

/** A point beside a constant, which nine of ten limits are: one closure instead of three. */
export function comparePoint(operator: CompareOperator, point: PointName, limit: number): Run<boolean> {
  switch (operator) {
    case "<":
      return (values) => {
        const value = numberOf(values[point]);
        return value === null ? null : value < limit;
      };
    case "<=":
      return (values) => {
        const value = numberOf(values[point]);
        return value === null ? null : value <= limit;
      };
    case ">":
      return (values) => {
        const value = numberOf(values[point]);
        return value === null ? null : value > limit;
      };
    case ">=":
      return (values) => {
        const value = numberOf(values[point]);
        return value === null ? null : value >= limit;
      };
  }
}

export function compare(operator: CompareOperator, left: Run<number>, right: Run<number>): Run<boolean> {
  return COMPARISONS[operator](left, right);
}

/** Overflow, division by zero and remainder of zero are unknown, like a missing operand. */
export function arithmetic(operator: ArithmeticOperator, left: Run<number>, right: Run<number>): Run<number> {
  return ARITHMETIC[operator](left, right);
}

export function minus(operand: Run<number>): Run<number> {
  return (values) => {
    const value = operand(values);
    return value === null ? null : -value;
  };
}

export function equal(left: Run<PointValue>, right: Run<PointValue>, isNegated: boolean): Run<boolean> {
  return (values) => {
    const first = left(values);
    if (first === null) return null;
    const second = right(values);
    return second === null ? null : (first === second) !== isNegated;
  };
}

export function negate(operand: Run<boolean>): Run<boolean> {
  return (values) => not(operand(values));
}

/** One operand that is `decisive` (false for `&&`, true for `||`) settles it, whatever is unknown beside it. */
export function logic(operands: readonly Run<boolean>[], decisive: boolean): Run<boolean> {
  const [first, second, third] = operands;
  if (first !== undefined && second !== undefined && third === undefined) return logicOfTwo(first, second, decisive);
  return (values) => {
    let truth: Truth = !decisive;
    for (const operand of operands) {
      const next = operand(values);
      if (next === decisive) return decisive;
      if (next === null) truth = null;
    }
    return truth;
  };
}

export function choose<Value>(condition: Run<boolean>, whenTrue: Run<Value>, whenFalse: Run<Value>): Run<Value> {
  return (values) => {
    const truth = condition(values);
    if (truth === null) return null;
    return truth ? whenTrue(values) : whenFalse(values);
  };
}

export function isKnown(operand: Run<PointValue>): Run<boolean> {
  return (values) => operand(values) !== null;
}

function logicOfTwo(left: Run<boolean>, right: Run<boolean>, decisive: boolean): Run<boolean> {
  return (values) => {
    const first = left(values);
    if (first === decisive) return decisive;
    const second = right(values);
    if (second === decisive) return decisive;
    return first === null ? null : second;
  };
}

/** One closure for each operator: handing the operation in as a function would cost a call more. */
const COMPARISONS: Readonly<Record<CompareOperator, (left: Run<number>, right: Run<number>) => Run<boolean>>> = {
  "<": (left, right) => (values) => {
    const first = left(values);
    if (first === null) return null;
    const second = right(values);
    return second === null ? null : first < second;
  },
  "<=": (left, right) => (values) => {
    const first = left(values);
    if (first === null) return null;
    const second = right(values);
    return second === null ? null : first <= second;
  },
  ">": (left, right) => (values) => {
    const first = left(values);
    if (first === null) return null;
    const second = right(values);
    return second === null ? null : first > second;
  },
  ">=": (left, right) => (values) => {
    const first = left(values);
    if (first === null) return null;
    const second = right(values);
    return second === null ? null : first >= second;
  },
};

const ARITHMETIC: Readonly<Record<ArithmeticOperator, (left: Run<number>, right: Run<number>) => Run<number>>> = {
  "+": (left, right) => (values) => {
    const first = left(values);
    if (first === null) return null;
    const second = right(values);
    return second === null ? null : numberOf(first + second);
  },
  "-": (left, right) => (values) => {
    const first = left(values);
    if (first === null) return null;
    const second = right(values);
    return second === null ? null : numberOf(first - second);
  },
  "*": (left, right) => (values) => {
    const first = left(values);
    if (first === null) return null;
    const second = right(values);
    return second === null ? null : numberOf(first * second);
  },
  "/": (left, right) => (values) => {
    const first = left(values);
    if (first === null) return null;
    const second = right(values);
    return second === null ? null : numberOf(first / second);
  },
  "%": (left, right) => (values) => {
    const first = left(values);
    if (first === null) return null;
    const second = right(values);
    return second === null ? null : numberOf(first % second);
  },
};

/** NaN and ±∞ less themselves are NaN, and NaN equals nothing. */
function numberOf(value: PointValue | undefined): number | null {
  return typeof value === "number" && value - value === 0 ? value : null;
}

function truthOf(value: PointValue | undefined): Truth {
  return typeof value === "boolean" ? value : null;
}

function textOf(value: PointValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}
