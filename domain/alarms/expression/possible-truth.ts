import { POINTS } from "../../points/catalogue.ts";
import type { PointValue } from "../../telemetry/snapshot.ts";
import { isBesideReadings, valueBeside } from "../beside-readings.ts";
import { hullOf, minusRange, roundedRange, timesRange } from "../range.ts";
import { rangeReader, Signal } from "../read-signal.ts";
import {
  ANYTHING,
  contraryOf,
  MAY_BE_UNKNOWN,
  MAY_FAIL,
  MAY_HOLD,
  type Possible,
  possiblyAbove,
  type Range,
  watchSome,
  type ZoneWatch,
} from "../zone.ts";
import type { NumberTree, ScalarTree, TruthTree } from "./checked-tree.ts";
import type { ArithmeticOperator, CompareOperator } from "./syntax-tree.ts";

type RangeOf = (zone: Parameters<ZoneWatch>[0]) => Range | null;

const ANY_NUMBER: Range = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** What an expression may say in a zone, by interval arithmetic. Lists, and whatever else is rare, may be anything. */
export function possibleTruth(tree: TruthTree): ZoneWatch {
  switch (tree.kind) {
    case "point":
      return isBesideReadings(tree.point)
        ? ({ facts }) => possibleFact(valueBeside(facts, tree.point))
        : ({ states }) => (states[tree.point] ?? 0) | MAY_BE_UNKNOWN;
    case "constant":
      return () => (tree.value ? MAY_HOLD : MAY_FAIL);
    case "not": {
      const watch = possibleTruth(tree.operand);
      return (zone) => contraryOf(watch(zone));
    }
    case "logic": {
      const parts = tree.operands.map((operand) => ({ watch: () => possibleTruth(operand) }));
      return watchSome(parts, tree.operator === "||" ? 1 : parts.length, false);
    }
    case "compare":
      return compared(tree.operator, possibleNumber(tree.left), possibleNumber(tree.right));
    case "equal":
      return equalNumbers(tree.left, tree.right, tree.isNegated);
    case "choice": {
      const [one, other] = [possibleTruth(tree.whenTrue), possibleTruth(tree.whenFalse)];
      return (zone) => one(zone) | other(zone) | MAY_BE_UNKNOWN;
    }
    default:
      return () => ANYTHING;
  }
}

/** Facts are the same all over a zone; without a reading an expression says nothing. */
function possibleFact(value: PointValue): Possible {
  if (typeof value !== "boolean") return MAY_BE_UNKNOWN;
  return (value ? MAY_HOLD : MAY_FAIL) | MAY_BE_UNKNOWN;
}

function compared(operator: CompareOperator, left: RangeOf, right: RangeOf): ZoneWatch {
  const isHigh = operator === ">" || operator === ">=";
  const orEqual = operator === ">=" || operator === "<=";
  return (zone) => {
    const [above, below] = isHigh ? [left(zone), right(zone)] : [right(zone), left(zone)];
    if (above === null || below === null) return MAY_BE_UNKNOWN;
    return MAY_BE_UNKNOWN | possiblyAbove(above, below, orEqual);
  };
}

/** Numbers that lie apart are never equal; of everything else nothing is said. */
function equalNumbers(left: ScalarTree, right: ScalarTree, isNegated: boolean): ZoneWatch {
  if (left.type !== "number" || right.type !== "number") return () => ANYTHING;
  const [leftOf, rightOf] = [possibleNumber(left), possibleNumber(right)];
  return (zone) => {
    const apart = minusRange(leftOf(zone), rightOf(zone));
    if (apart === null) return MAY_BE_UNKNOWN;
    if (apart.low <= 0 && apart.high >= 0) return ANYTHING;
    return (isNegated ? MAY_HOLD : MAY_FAIL) | MAY_BE_UNKNOWN;
  };
}

/** null: it has no result there. */
function possibleNumber(tree: NumberTree): RangeOf {
  switch (tree.kind) {
    case "point": {
      const signal = Signal.safeParse(tree.point);
      return signal.success && POINTS[tree.point].type === "num" ? rangeReader(signal.data) : () => ANY_NUMBER;
    }
    case "constant": {
      const range = { low: tree.value, high: tree.value };
      return () => range;
    }
    case "minus": {
      const rangeOf = possibleNumber(tree.operand);
      return (zone) => {
        const range = rangeOf(zone);
        return range === null ? null : timesRange(range, -1, 0);
      };
    }
    case "arithmetic":
      return calculated(tree.operator, possibleNumber(tree.left), possibleNumber(tree.right));
    case "choice": {
      const [one, other] = [possibleNumber(tree.whenTrue), possibleNumber(tree.whenFalse)];
      return (zone) => hullOf(one(zone), other(zone));
    }
    default:
      return () => ANY_NUMBER;
  }
}

function calculated(operator: ArithmeticOperator, left: RangeOf, right: RangeOf): RangeOf {
  return (zone) => {
    const [a, b] = [left(zone), right(zone)];
    return a === null || b === null ? null : resultOf(operator, a, b);
  };
}

function resultOf(operator: ArithmeticOperator, a: Range, b: Range): Range | null {
  switch (operator) {
    case "+":
      return roundedRange(a.low + b.low, a.high + b.high);
    case "-":
      return minusRange(a, b);
    case "*":
      return hullOfCorners(a, b, (x, y) => x * y);
    case "/":
      return b.low <= 0 && b.high >= 0 ? ANY_NUMBER : hullOfCorners(a, b, (x, y) => x / y);
    case "%":
      return ANY_NUMBER;
  }
}

function hullOfCorners(a: Range, b: Range, calculate: (x: number, y: number) => number): Range | null {
  const corners = [
    calculate(a.low, b.low),
    calculate(a.low, b.high),
    calculate(a.high, b.low),
    calculate(a.high, b.high),
  ];
  return roundedRange(Math.min(...corners), Math.max(...corners));
}
