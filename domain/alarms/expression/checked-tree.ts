import type { PointName } from "../../points/catalogue.ts";
import type { ArithmeticOperator, CompareOperator, LogicOperator } from "./syntax-tree.ts";

/** A point, or the item that a list walk is at. */
export type Read =
  | { readonly kind: "point"; readonly point: PointName }
  | { readonly kind: "item"; readonly slot: number };

/** `isWhole`: surely without fraction in CEL too, where `7 / 2` is 3. */
export type NumberTree = { readonly type: "number"; readonly isWhole: boolean } & (
  | Read
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "minus"; readonly operand: NumberTree }
  | {
      readonly kind: "arithmetic";
      readonly operator: ArithmeticOperator;
      readonly left: NumberTree;
      readonly right: NumberTree;
    }
  | {
      readonly kind: "choice";
      readonly condition: TruthTree;
      readonly whenTrue: NumberTree;
      readonly whenFalse: NumberTree;
    }
  | { readonly kind: "size"; readonly list: ListTree }
);

/** `words`: all that the text can be; null = anything. */
export type TextTree = { readonly type: "text"; readonly words: readonly string[] | null } & (
  | Read
  | { readonly kind: "constant"; readonly value: string }
  | {
      readonly kind: "choice";
      readonly condition: TruthTree;
      readonly whenTrue: TextTree;
      readonly whenFalse: TextTree;
    }
);

export type TruthTree = { readonly type: "truth" } & (
  | Read
  | { readonly kind: "constant"; readonly value: boolean }
  | { readonly kind: "not"; readonly operand: TruthTree }
  | { readonly kind: "logic"; readonly operator: LogicOperator; readonly operands: readonly TruthTree[] }
  | {
      readonly kind: "compare";
      readonly operator: CompareOperator;
      readonly left: NumberTree;
      readonly right: NumberTree;
    }
  | { readonly kind: "equal"; readonly isNegated: boolean; readonly left: ScalarTree; readonly right: ScalarTree }
  | {
      readonly kind: "choice";
      readonly condition: TruthTree;
      readonly whenTrue: TruthTree;
      readonly whenFalse: TruthTree;
    }
  | { readonly kind: "has"; readonly operand: ScalarTree & Read }
  | { readonly kind: "member"; readonly item: ScalarTree; readonly list: ListTree }
  | ({ readonly kind: "exists" | "all" } & Walk)
);

export type ScalarTree = NumberTree | TextTree | TruthTree;

/** A walk over a list: `body` for each item, which lies in `slot`. */
export type Walk = { readonly list: ListTree; readonly slot: number; readonly body: TruthTree };

/** `most`: the greatest number of items. `item`: what one of them is. */
export type ListTree = { readonly type: "list"; readonly most: number; readonly item: ItemType } & (
  | { readonly kind: "points"; readonly points: readonly PointName[] }
  | { readonly kind: "faults" }
  | { readonly kind: "items"; readonly items: readonly ScalarTree[] }
  | ({ readonly kind: "filter" } & Walk)
);

export type ItemType =
  | { readonly type: "number"; readonly isWhole: boolean }
  | { readonly type: "text"; readonly words: readonly string[] | null }
  | { readonly type: "truth" };

export type CheckedTree = ScalarTree | ListTree;
