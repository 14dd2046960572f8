import { refuse } from "./expression-problem.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import type { BinaryOperator, LogicOperator, SyntaxTree, WithoutPlace } from "./syntax-tree.ts";
import { readTokens, type Token } from "./tokens.ts";

/** CEL's reserved words: no name may be one of them. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(
  "as break const continue else false for function if import in let loop namespace null package return true var void while".split(
    " ",
  ),
);
/** Binary operators by rank, the loosest first; all of them group from the left. */
const RANKS: readonly (readonly BinaryOperator[])[] = [
  ["==", "!=", "<", "<=", ">", ">=", "in"],
  ["+", "-"],
  ["*", "/", "%"],
];
const OPERAND = "a point, a number, a text, true, false, a function, a list or a bracket";

type Parser = {
  readonly tokens: readonly Token[];
  place: number;
  nodes: number;
  depth: number;
};

/**
 * Reads an expression in CEL syntax. Limits hold while reading, so that a hostile text costs no more than a long one.
 *
 * @throws {AppError} `rule.expression-invalid`: where, what stands there and what may
 */
export function parseExpression(text: string): SyntaxTree {
  const parser: Parser = { tokens: readTokens(text), place: 0, nodes: 0, depth: 0 };
  const tree = parseNested(parser);
  const rest = peek(parser);
  if (rest.kind !== "end") refuse("syntax", rest.at, rest.text, "an operator or the end");
  return tree;
}

/** A whole expression inside something: brackets, arguments, items, branches. */
function parseNested(parser: Parser): SyntaxTree {
  return deeper(parser, () => {
    const condition = parseLogic(parser, "||");
    const question = take(parser, "?");
    if (question === null) return condition;
    const whenTrue = parseNested(parser);
    expect(parser, ":", "the other branch, after a colon");
    const whenFalse = parseNested(parser);
    return node(parser, question.at, { kind: "choice", condition, whenTrue, whenFalse });
  });
}

function parseLogic(parser: Parser, operator: LogicOperator): SyntaxTree {
  const parseOperand = () => (operator === "||" ? parseLogic(parser, "&&") : parseBinary(parser, 0));
  const first = parseOperand();
  const operands = [first];
  while (take(parser, operator) !== null) operands.push(parseOperand());
  return operands.length === 1 ? first : node(parser, first.at, { kind: "logic", operator, operands });
}

function parseBinary(parser: Parser, rank: number): SyntaxTree {
  const operators = RANKS[rank];
  if (operators === undefined) return parsePrefixed(parser);
  let left = parseBinary(parser, rank + 1);
  for (;;) {
    const { at, text } = peek(parser);
    const operator = operators.find((candidate) => candidate === text);
    if (operator === undefined || peek(parser).kind === "text") return left;
    parser.place += 1;
    left = node(parser, at, { kind: "binary", operator, left, right: parseBinary(parser, rank + 1) });
  }
}

function parsePrefixed(parser: Parser): SyntaxTree {
  const sign = take(parser, "!") ?? take(parser, "-");
  if (sign === null) return parseMember(parser);
  const operand = deeper(parser, () => parsePrefixed(parser));
  return node(parser, sign.at, { kind: sign.text === "!" ? "not" : "minus", operand });
}

function parseMember(parser: Parser): SyntaxTree {
  let tree = parsePrimary(parser);
  for (;;) {
    const index = take(parser, "[");
    if (index !== null) refuse("no-field", index.at, "[", "exists, all, filter, size and in on lists");
    if (take(parser, ".") === null) return tree;
    const name = peek(parser);
    if (name.kind !== "name") refuse("syntax", name.at, name.text, "the name of a function");
    parser.place += 1;
    if (take(parser, "(") === null) {
      refuse("no-field", name.at, `.${name.text}`, "points are plain values; lists have exists, all, filter and size");
    }
    const args = parseItems(parser, ")");
    tree = node(parser, name.at, { kind: "call", name: name.text, target: tree, args });
  }
}

function parsePrimary(parser: Parser): SyntaxTree {
  const token = peek(parser);
  parser.place += 1;
  const { at } = token;
  if (token.kind === "number") return node(parser, at, { kind: "number", value: token.value, isWhole: token.isWhole });
  if (token.kind === "text") return node(parser, at, { kind: "text", value: token.value });
  if (token.kind === "name") return parseName(parser, token.text, at);
  if (token.text === "(") {
    const inner = parseNested(parser);
    expect(parser, ")", "an operator or )");
    return inner;
  }
  if (token.text === "[") return node(parser, at, { kind: "list", items: parseItems(parser, "]") });
  return refuse("syntax", at, token.text, OPERAND);
}

function parseName(parser: Parser, name: string, at: number): SyntaxTree {
  if (name === "true" || name === "false") return node(parser, at, { kind: "truth", value: name === "true" });
  if (name === "null") refuse("reserved-name", at, name, "has(point) asks whether there is a reading");
  if (RESERVED_WORDS.has(name)) refuse("syntax", at, name, OPERAND);
  if (take(parser, "(") === null) return node(parser, at, { kind: "name", name });
  return node(parser, at, { kind: "call", name, target: null, args: parseItems(parser, ")") });
}

/** What stands between commas, up to and with the closing sign. */
function parseItems(parser: Parser, close: ")" | "]"): SyntaxTree[] {
  const items: SyntaxTree[] = [];
  if (take(parser, close) !== null) return items;
  do {
    if (items.length === EXPRESSION_LIMITS.items) {
      refuse("too-many-items", peek(parser).at, peek(parser).text, `at most ${EXPRESSION_LIMITS.items} items`);
    }
    items.push(parseNested(parser));
  } while (take(parser, ",") !== null);
  expect(parser, close, `an operator, a comma or ${close}`);
  return items;
}

function node(parser: Parser, at: number, tree: WithoutPlace<SyntaxTree>): SyntaxTree {
  parser.nodes += 1;
  if (parser.nodes > EXPRESSION_LIMITS.nodes) {
    refuse("too-many-nodes", at, peek(parser).text, `at most ${EXPRESSION_LIMITS.nodes} names, values and operators`);
  }
  return { ...tree, at };
}

function deeper(parser: Parser, parse: () => SyntaxTree): SyntaxTree {
  parser.depth += 1;
  if (parser.depth > EXPRESSION_LIMITS.depth) {
    refuse("too-deep", peek(parser).at, peek(parser).text, `at most ${EXPRESSION_LIMITS.depth} levels`);
  }
  const tree = parse();
  parser.depth -= 1;
  return tree;
}

function expect(parser: Parser, sign: string, allowed: string): void {
  const { at, text } = peek(parser);
  if (take(parser, sign) === null) refuse("syntax", at, text, allowed);
}

/** The next token if it is this sign; then it is behind us. */
function take(parser: Parser, sign: string): Token | null {
  const token = peek(parser);
  if (token.kind !== "sign" || token.text !== sign) return null;
  parser.place += 1;
  return token;
}

/** The end stays the next token for ever. */
function peek({ tokens, place }: Parser): Token {
  return tokens[place] ?? { kind: "end", at: tokens.at(-1)?.at ?? 0, text: "" };
}
