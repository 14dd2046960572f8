import type { PointValue } from "../../telemetry/snapshot.ts";
import type { ListTree, NumberTree, ScalarTree, TextTree, TruthTree, Walk } from "./checked-tree.ts";
import { stepsPerTurn } from "./count-steps.ts";
import type { Evaluation, Run } from "./evaluation.ts";
import { typeOfPoint } from "./item-type.ts";
import {
  arithmetic,
  choose,
  compare,
  comparePoint,
  equal,
  isKnown,
  itemNumber,
  itemText,
  itemTruth,
  logic,
  minus,
  negate,
  readNumber,
  readText,
  readTruth,
} from "./operators.ts";
import type { CompareOperator } from "./syntax-tree.ts";
import {
  all,
  exists,
  faultList,
  filter,
  hasFault,
  listOf,
  member,
  type RunList,
  size,
  type Turn,
} from "./walk-list.ts";

/** `36 < t` is `t > 36`. */
const MIRRORED: Readonly<Record<CompareOperator, CompareOperator>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** Makes closures of a checked condition: no code is generated, nothing can be wrong any more. */
export function compileTruth(tree: TruthTree, evaluation: Evaluation): Run<boolean> {
  switch (tree.kind) {
    case "point":
      return readTruth(tree.point);
    case "item":
      return itemTruth(evaluation, tree.slot);
    case "constant":
      return constant(tree.value);
    case "not":
      return negate(compileTruth(tree.operand, evaluation));
    case "logic": {
      const operands = tree.operands.map((operand) => compileTruth(operand, evaluation));
      return logic(operands, tree.operator === "||");
    }
    case "compare":
      return compileCompare(tree.operator, tree.left, tree.right, evaluation);
    case "equal":
      return equal(compileScalar(tree.left, evaluation), compileScalar(tree.right, evaluation), tree.isNegated);
    case "choice": {
      const condition = compileTruth(tree.condition, evaluation);
      return choose(condition, compileTruth(tree.whenTrue, evaluation), compileTruth(tree.whenFalse, evaluation));
    }
    case "has":
      return isKnown(compileScalar(tree.operand, evaluation));
    case "member":
      return compileMember(tree.item, tree.list, evaluation);
    case "exists":
      return exists(compileList(tree.list, evaluation), turnOf(tree, evaluation), evaluation);
    case "all":
      return all(compileList(tree.list, evaluation), turnOf(tree, evaluation), evaluation);
  }
}

function compileMember(item: ScalarTree, list: ListTree, evaluation: Evaluation): Run<boolean> {
  if (list.kind === "faults" && item.type === "text" && item.kind === "constant") {
    return hasFault(item.value, evaluation);
  }
  return member(compileScalar(item, evaluation), compileList(list, evaluation), evaluation);
}

function compileCompare(
  operator: CompareOperator,
  left: NumberTree,
  right: NumberTree,
  evaluation: Evaluation,
): Run<boolean> {
  if (left.kind === "point" && right.kind === "constant") return comparePoint(operator, left.point, right.value);
  if (left.kind === "constant" && right.kind === "point") {
    return comparePoint(MIRRORED[operator], right.point, left.value);
  }
  return compare(operator, compileNumber(left, evaluation), compileNumber(right, evaluation));
}

function compileNumber(tree: NumberTree, evaluation: Evaluation): Run<number> {
  switch (tree.kind) {
    case "point":
      return readNumber(tree.point);
    case "item":
      return itemNumber(evaluation, tree.slot);
    case "constant":
      return constant(tree.value);
    case "minus":
      return minus(compileNumber(tree.operand, evaluation));
    case "arithmetic":
      return arithmetic(tree.operator, compileNumber(tree.left, evaluation), compileNumber(tree.right, evaluation));
    case "choice": {
      const condition = compileTruth(tree.condition, evaluation);
      return choose(condition, compileNumber(tree.whenTrue, evaluation), compileNumber(tree.whenFalse, evaluation));
    }
    case "size":
      return size(compileList(tree.list, evaluation));
  }
}

function compileText(tree: TextTree, evaluation: Evaluation): Run<string> {
  switch (tree.kind) {
    case "point":
      return readText(tree.point);
    case "item":
      return itemText(evaluation, tree.slot);
    case "constant":
      return constant(tree.value);
    case "choice": {
      const condition = compileTruth(tree.condition, evaluation);
      return choose(condition, compileText(tree.whenTrue, evaluation), compileText(tree.whenFalse, evaluation));
    }
  }
}

function compileScalar(tree: ScalarTree, evaluation: Evaluation): Run<PointValue> {
  if (tree.type === "number") return compileNumber(tree, evaluation);
  return tree.type === "text" ? compileText(tree, evaluation) : compileTruth(tree, evaluation);
}

function compileList(tree: ListTree, evaluation: Evaluation): RunList {
  switch (tree.kind) {
    case "points": {
      const reads = tree.points.map((point) =>
        compileScalar({ ...typeOfPoint(point), kind: "point", point }, evaluation),
      );
      return listOf(reads);
    }
    case "faults":
      return faultList(evaluation);
    case "items":
      return listOf(tree.items.map((item) => compileScalar(item, evaluation)));
    case "filter":
      return filter(compileList(tree.list, evaluation), turnOf(tree, evaluation), evaluation);
  }
}

function turnOf({ slot, body }: Walk, evaluation: Evaluation): Turn {
  return { slot, body: compileTruth(body, evaluation), steps: stepsPerTurn(body) };
}

function constant<Value extends number | string | boolean>(value: Value): Run<Value> {
  return () => value;
}
