import type { PointType } from "../points/point.ts";
import type { Operator } from "./operator.ts";

/** What flows between two operators; `list` forms come from pointer arrays and `each`. */
export type ValueKind = "raw" | "num" | "bool" | "text" | "word" | "epoch" | "raw list" | "num list" | "bool list";

type Rule = { readonly takes: readonly ValueKind[]; readonly gives: ValueKind };

const RULES: Readonly<Record<Exclude<Operator[0], "each" | "sentinel">, Rule>> = {
  num: { takes: ["raw"], gives: "num" },
  scale: { takes: ["num"], gives: "num" },
  offset: { takes: ["num"], gives: "num" },
  bool: { takes: ["raw"], gives: "bool" },
  enum: { takes: ["raw", "text"], gives: "word" },
  sum: { takes: ["num list"], gives: "num" },
  min: { takes: ["num list"], gives: "num" },
  any: { takes: ["bool list"], gives: "bool" },
  idx: { takes: ["raw"], gives: "raw" },
  bit: { takes: ["raw"], gives: "bool" },
  has: { takes: ["raw"], gives: "bool" },
  concat: { takes: ["raw", "raw list", "num list", "bool list"], gives: "text" },
  text: { takes: ["raw"], gives: "text" },
  epoch: { takes: ["raw"], gives: "epoch" },
};

/** The kind that a point of this type needs at the end of its chain. */
export const KIND_OF_TYPE: Readonly<Record<PointType, ValueKind>> = {
  num: "num",
  bool: "bool",
  enum: "word",
  text: "text",
};

/**
 * Follows a chain of operators without any value, so that a profile with a senseless chain is refused when it is
 * read and not met in every reply.
 *
 * @returns the kind at the end, or a sentence that says which operator does not fit
 */
export function chainKind(ops: readonly Operator[], start: ValueKind): { kind: ValueKind } | { problem: string } {
  let kind = start;
  for (const op of ops) {
    const next = kindAfter(op, kind);
    if (next === null) return { problem: `operator "${op[0]}" cannot take a ${kind}` };
    kind = next;
  }
  return { kind };
}

function kindAfter(op: Operator, kind: ValueKind): ValueKind | null {
  if (op[0] === "sentinel") return kind === "raw" || kind === "num" ? kind : null;
  if (op[0] === "each")
    return kind === "raw" || kind === "raw list" ? (op[1] === "num" ? "num list" : "bool list") : null;
  const rule = RULES[op[0]];
  return rule.takes.includes(kind) ? rule.gives : null;
}
