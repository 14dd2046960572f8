import { isPointName, POINT_NAMES, type PointName } from "../../points/catalogue.ts";
import { FaultName } from "../../points/faults.ts";
import type { CheckedTree, ItemType, ListTree, NumberTree, Read, ScalarTree, TruthTree, Walk } from "./checked-tree.ts";
import { worstSteps } from "./count-steps.ts";
import { refuse } from "./expression-problem.ts";
import { eitherType, ofType, refuseUnlike, typeOfPoint } from "./item-type.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { nearestName } from "./nearest-name.ts";
import { RESERVED_WORDS } from "./parse-expression.ts";
import { FAULT_LIST, isPointListName, POINT_LISTS } from "./point-lists.ts";
import type { SyntaxTree } from "./syntax-tree.ts";

type Call = SyntaxTree & { readonly kind: "call" };
type Binary = SyntaxTree & { readonly kind: "binary" };
/** The item of a walk that is under way; its slot is its depth. */
type Item = { readonly name: string; readonly type: ItemType };
/** `points` collects what is read; `items` are the names of the walks around. */
type Scope = { readonly points: Set<PointName>; readonly items: readonly Item[] };

export type CheckedExpression = { readonly tree: TruthTree; readonly points: readonly PointName[] };

const FUNCTIONS = ["has", "size"];
const LIST_FUNCTIONS = ["exists", "all", "filter", "size"];
const TAKEN: ReadonlySet<string> = new Set([...FUNCTIONS, ...LIST_FUNCTIONS, FAULT_LIST, ...RESERVED_WORDS]);

/**
 * Checks names and types against the point catalogue, and that the worst case stays within the budget.
 *
 * @throws {AppError} `rule.expression-invalid`: where, what stands there and what is allowed
 */
export function checkExpression(syntax: SyntaxTree): CheckedExpression {
  const points = new Set<PointName>();
  const tree = ofType(check(syntax, { points, items: [] }), "truth", syntax.at);
  const steps = worstSteps(tree);
  if (steps > EXPRESSION_LIMITS.steps) {
    refuse("too-many-steps", syntax.at, `${steps} steps`, `at most ${EXPRESSION_LIMITS.steps} steps`);
  }
  return { tree, points: [...points] };
}

function check(syntax: SyntaxTree, scope: Scope): CheckedTree {
  switch (syntax.kind) {
    case "number":
      return { type: "number", isWhole: syntax.isWhole, kind: "constant", value: syntax.value };
    case "text":
      return { type: "text", words: [syntax.value], kind: "constant", value: syntax.value };
    case "truth":
      return { type: "truth", kind: "constant", value: syntax.value };
    case "name":
      return checkName(syntax.name, syntax.at, scope);
    case "not":
      return { type: "truth", kind: "not", operand: checkTruth(syntax.operand, scope) };
    case "minus":
      return checkMinus(checkNumber(syntax.operand, scope));
    case "logic": {
      const operands = syntax.operands.map((operand) => checkTruth(operand, scope));
      return { type: "truth", kind: "logic", operator: syntax.operator, operands };
    }
    case "binary":
      return checkBinary(syntax, scope);
    case "choice":
      return checkChoice(syntax, scope);
    case "list":
      return checkList(syntax.items, syntax.at, scope);
    case "call":
      return syntax.target === null ? checkFunction(syntax, scope) : checkListFunction(syntax, syntax.target, scope);
  }
}

function checkTruth(syntax: SyntaxTree, scope: Scope): TruthTree {
  return ofType(check(syntax, scope), "truth", syntax.at);
}

function checkNumber(syntax: SyntaxTree, scope: Scope): NumberTree {
  return ofType(check(syntax, scope), "number", syntax.at);
}

function checkScalar(syntax: SyntaxTree, scope: Scope): ScalarTree {
  const tree = check(syntax, scope);
  return tree.type === "list" ? refuse("wrong-type", syntax.at, "a list", "one value") : tree;
}

function checkListed(syntax: SyntaxTree, scope: Scope): ListTree {
  return ofType(check(syntax, scope), "list", syntax.at);
}

function checkName(name: string, at: number, { points, items }: Scope): CheckedTree {
  const slot = items.findLastIndex((item) => item.name === name);
  const item = items[slot];
  if (item !== undefined) return { ...item.type, kind: "item", slot };
  if (isPointName(name)) {
    points.add(name);
    return { ...typeOfPoint(name), kind: "point", point: name };
  }
  if (isPointListName(name)) {
    const list: readonly PointName[] = POINT_LISTS[name];
    for (const point of list) points.add(point);
    return { type: "list", kind: "points", points: list, most: list.length, item: typeOfPoint(POINT_LISTS[name][0]) };
  }
  const words = FaultName.options;
  if (name === FAULT_LIST) return { type: "list", kind: "faults", most: words.length, item: { type: "text", words } };
  return refuse("unknown-name", at, name, allowedNames(name, items));
}

function allowedNames(name: string, items: readonly Item[]): string {
  const lists = [...Object.keys(POINT_LISTS), FAULT_LIST];
  const nearest = nearestName(name, [...items.map((item) => item.name), ...POINT_NAMES, ...lists]);
  const hint = (FaultName.options as readonly string[]).includes(name) ? `"${name}" in ${FAULT_LIST}` : nearest;
  return `${hint === null ? "" : `${hint}? else `}points of the catalogue, and the lists ${lists.join(", ")}`;
}

/** A negative literal is a constant too. */
function checkMinus(operand: NumberTree): NumberTree {
  const { isWhole } = operand;
  if (operand.kind === "constant") return { type: "number", isWhole, kind: "constant", value: -operand.value };
  return { type: "number", isWhole, kind: "minus", operand };
}

function checkBinary({ operator, at, left, right }: Binary, scope: Scope): CheckedTree {
  switch (operator) {
    case "in": {
      const item = checkScalar(left, scope);
      const list = checkListed(right, scope);
      refuseUnlike(list.item, item, left.at);
      return { type: "truth", kind: "member", item, list };
    }
    case "==":
    case "!=": {
      const [first, second] = [checkScalar(left, scope), checkScalar(right, scope)];
      refuseUnlike(first, second, right.at);
      return { type: "truth", kind: "equal", isNegated: operator === "!=", left: first, right: second };
    }
    case "<":
    case "<=":
    case ">":
    case ">=":
      return {
        type: "truth",
        kind: "compare",
        operator,
        left: checkNumber(left, scope),
        right: checkNumber(right, scope),
      };
    default: {
      const [first, second] = [checkNumber(left, scope), checkNumber(right, scope)];
      const isWhole = first.isWhole && second.isWhole;
      // In CEL 7 / 2 is 3: whoever writes it hardly means that, and the text must mean the same elsewhere.
      if (isWhole && operator === "/")
        refuse("whole-division", at, "/", "a decimal point in one of the two, as in 7.0 / 2");
      return { type: "number", isWhole, kind: "arithmetic", operator, left: first, right: second };
    }
  }
}

function checkChoice(syntax: SyntaxTree & { readonly kind: "choice" }, scope: Scope): ScalarTree {
  const condition = checkTruth(syntax.condition, scope);
  const whenTrue = checkScalar(syntax.whenTrue, scope);
  const whenFalse = checkScalar(syntax.whenFalse, scope);
  const type = eitherType(whenTrue, whenFalse, syntax.whenFalse.at);
  return { ...type, kind: "choice", condition, whenTrue, whenFalse } as ScalarTree;
}

function checkList(syntaxes: readonly SyntaxTree[], at: number, scope: Scope): ListTree {
  const items = syntaxes.map((item) => checkScalar(item, scope));
  const [first] = items;
  if (first === undefined) return refuse("syntax", at, "[]", "a list with at least one item");
  const item = items.reduce<ItemType>((type, next, i) => eitherType(type, next, syntaxes[i]?.at ?? at), first);
  return { type: "list", kind: "items", items, most: items.length, item };
}

function checkFunction({ name, at, args }: Call, scope: Scope): CheckedTree {
  const [argument] = args;
  if (!FUNCTIONS.includes(name)) refuse("unknown-function", at, name, `has(point), size(list)`);
  if (argument === undefined || args.length > 1)
    return refuse("syntax", at, `${name} of ${args.length}`, `${name} of one`);
  if (name === "size") return sizeOf(checkListed(argument, scope));
  const operand = check(argument, scope);
  if (!isRead(operand)) return refuse("wrong-type", argument.at, "a computed value", "has() asks for one point");
  return { type: "truth", kind: "has", operand };
}

function isRead(tree: CheckedTree): tree is ScalarTree & Read {
  return tree.kind === "point" || tree.kind === "item";
}

function sizeOf(list: ListTree): NumberTree {
  return { type: "number", isWhole: true, kind: "size", list };
}

function checkListFunction({ name, at, args }: Call, target: SyntaxTree, scope: Scope): CheckedTree {
  if (!LIST_FUNCTIONS.includes(name)) refuse("unknown-function", at, name, LIST_FUNCTIONS.join(", "));
  const list = checkListed(target, scope);
  if (name === "size") {
    if (args.length > 0) refuse("syntax", at, `size of ${args.length}`, "list.size()");
    return sizeOf(list);
  }
  const walk = checkWalk(list, { at, name, args }, scope);
  if (name === "filter") return { type: "list", kind: "filter", most: list.most, item: list.item, ...walk };
  return { type: "truth", kind: name === "all" ? "all" : "exists", ...walk };
}

function checkWalk(
  list: ListTree,
  { at, name, args }: Pick<Call, "at" | "name" | "args">,
  { points, items }: Scope,
): Walk {
  const [item, body] = args;
  if (item?.kind !== "name" || body === undefined || args.length > 2) {
    return refuse("syntax", at, name, `list.${name}(item, condition of the item)`);
  }
  const isTaken = TAKEN.has(item.name) || isPointName(item.name) || isPointListName(item.name);
  if (isTaken || item.name in Object.prototype || items.some((outer) => outer.name === item.name)) {
    refuse("reserved-name", item.at, item.name, "a name of its own for the item, such as x");
  }
  if (items.length === EXPRESSION_LIMITS.macroDepth) {
    refuse("too-many-nested-lists", at, name, `${EXPRESSION_LIMITS.macroDepth} inside each other`);
  }
  const inner = { points, items: [...items, { name: item.name, type: list.item }] };
  return { list, slot: items.length, body: checkTruth(body, inner) };
}
