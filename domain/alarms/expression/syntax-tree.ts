export type CompareOperator = "<" | "<=" | ">" | ">=";
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";
export type BinaryOperator = CompareOperator | ArithmeticOperator | "==" | "!=" | "in";
export type LogicOperator = "&&" | "||";

/** The text as a tree, names and types not yet checked; `at` is the offset in the text. */
export type SyntaxTree = { readonly at: number } & (
  | { readonly kind: "number"; readonly value: number; readonly isWhole: boolean }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "truth"; readonly value: boolean }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "not" | "minus"; readonly operand: SyntaxTree }
  /** A whole chain of one operator: `a && b && c` is one node, so that a long chain is not a deep one. */
  | { readonly kind: "logic"; readonly operator: LogicOperator; readonly operands: readonly SyntaxTree[] }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: SyntaxTree;
      readonly right: SyntaxTree;
    }
  | {
      readonly kind: "choice";
      readonly condition: SyntaxTree;
      readonly whenTrue: SyntaxTree;
      readonly whenFalse: SyntaxTree;
    }
  | { readonly kind: "list"; readonly items: readonly SyntaxTree[] }
  /** `name(…)`, or `target.name(…)`. */
  | {
      readonly kind: "call";
      readonly name: string;
      readonly target: SyntaxTree | null;
      readonly args: readonly SyntaxTree[];
    }
);

/** A tree without its place, as the parser hands it over for counting. */
export type WithoutPlace<Tree> = Tree extends unknown ? Omit<Tree, "at"> : never;
