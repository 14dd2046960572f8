import type { CheckedTree, ListTree, TruthTree } from "./checked-tree.ts";

/**
 * Nodes visited in the worst case: each list at its full length, each branch taken. Walks inside walks multiply.
 * What a walk counts at run time (`stepsPerTurn`) is never more, unless a list is longer than the catalogue says.
 */
export function worstSteps(tree: CheckedTree): number {
  const turns = isWalk(tree) ? tree.list.most * (1 + worstSteps(tree.body)) : 0;
  return ownSteps(tree) + turns + sum(childrenOf(tree).map(worstSteps));
}

/** What one turn of a walk over this body costs; walks inside it count their own turns. */
export function stepsPerTurn(body: CheckedTree): number {
  return ownSteps(body) + sum(childrenOf(body).map(stepsPerTurn));
}

function ownSteps(tree: CheckedTree): number {
  if (tree.type === "list") return 1 + tree.most;
  return tree.kind === "member" ? 1 + tree.list.most : 1;
}

function isWalk(tree: CheckedTree): tree is (TruthTree | ListTree) & { kind: "exists" | "all" | "filter" } {
  return tree.kind === "exists" || tree.kind === "all" || tree.kind === "filter";
}

function childrenOf(tree: CheckedTree): readonly CheckedTree[] {
  switch (tree.kind) {
    case "not":
    case "minus":
      return [tree.operand];
    case "arithmetic":
    case "compare":
    case "equal":
      return [tree.left, tree.right];
    case "logic":
      return tree.operands;
    case "choice":
      return [tree.condition, tree.whenTrue, tree.whenFalse];
    case "member":
      return [tree.item, tree.list];
    case "size":
    case "exists":
    case "all":
    case "filter":
      return [tree.list];
    case "items":
      return tree.items;
    default:
      return [];
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
