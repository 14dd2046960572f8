import { POINTS, type PointName } from "../../points/catalogue.ts";
import type { CheckedTree, ItemType } from "./checked-tree.ts";
import { refuse } from "./expression-problem.ts";

type TypeName = CheckedTree["type"];
type Words = readonly string[] | null;

const TYPE_NAMES: Readonly<Record<TypeName, string>> = {
  number: "a number",
  text: "a text",
  truth: "true or false",
  list: "a list",
};

/** What the catalogue says a point is. */
export function typeOfPoint(point: PointName): ItemType {
  const { type, words } = POINTS[point];
  if (type === "num") return { type: "number", isWhole: false };
  if (type === "bool") return { type: "truth" };
  return { type: "text", words: words ?? null };
}

/** Narrows a checked tree, or refuses it by name of what was expected. */
export function ofType<Type extends TypeName>(
  tree: CheckedTree,
  type: Type,
  at: number,
): Extract<CheckedTree, { type: Type }> {
  if (!isOfType(tree, type)) return refuse("wrong-type", at, TYPE_NAMES[tree.type], TYPE_NAMES[type]);
  return tree;
}

/** Refuses two values of which one could never be the other: other types, or words that have nothing in common. */
export function refuseUnlike(left: ItemType, right: ItemType, at: number): void {
  if (left.type !== right.type) refuse("wrong-type", at, TYPE_NAMES[right.type], TYPE_NAMES[left.type]);
  if (left.type !== "text" || right.type !== "text") return;
  const { words: these } = left;
  const { words: those } = right;
  if (these === null || those === null || these.some((word) => those.includes(word))) return;
  const [few, many] = these.length < those.length ? [these, those] : [those, these];
  refuse("unknown-word", at, few.join(", "), many.join(", "));
}

/** What a value is that may be the one or the other. */
export function eitherType(left: ItemType, right: ItemType, at: number): ItemType {
  if (left.type === "number" && right.type === "number")
    return { type: "number", isWhole: left.isWhole && right.isWhole };
  if (left.type === "text" && right.type === "text")
    return { type: "text", words: eitherWords(left.words, right.words) };
  if (left.type !== right.type) refuse("wrong-type", at, TYPE_NAMES[right.type], TYPE_NAMES[left.type]);
  return left;
}

function isOfType<Type extends TypeName>(tree: CheckedTree, type: Type): tree is Extract<CheckedTree, { type: Type }> {
  return tree.type === type;
}

function eitherWords(left: Words, right: Words): Words {
  return left === null || right === null ? null : [...new Set([...left, ...right])];
}
