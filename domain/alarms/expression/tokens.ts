import { refuse } from "./expression-problem.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";

/** One piece of the text; `at` is its offset. A number written without point and exponent is whole. */
export type Token =
  | { readonly kind: "name" | "sign"; readonly at: number; readonly text: string }
  | {
      readonly kind: "number";
      readonly at: number;
      readonly text: string;
      readonly value: number;
      readonly isWhole: boolean;
    }
  | { readonly kind: "text"; readonly at: number; readonly text: string; readonly value: string }
  | { readonly kind: "end"; readonly at: number; readonly text: "" };

/** White space and comments up to the end of the line. */
const GAP = /(?:[ \t\r\n\f]+|\/\/[^\n]*)*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?/y;
const NUMBER_TAIL = /[A-Za-z0-9_.]+/y;
const TEXT = /"(?:[^"\\\n\r]|\\[^\n\r])*"|'(?:[^'\\\n\r]|\\[^\n\r])*'/y;
const SIGN = /&&|\|\||==|!=|<=|>=|[-<>+*/%!?:()[\],.]/y;
const ESCAPE = /\\(.)/g;
const ESCAPED: Readonly<Record<string, string>> = { "\\": "\\", '"': '"', "'": "'", n: "\n", t: "\t" };
const ESCAPES = Object.keys(ESCAPED)
  .map((sign) => `\\${sign}`)
  .join(" ");
/** What people write out of habit, and what it is in CEL. */
const HABITS: ReadonlyMap<string, string> = new Map([
  ["and", "&&"],
  ["AND", "&&"],
  ["or", "||"],
  ["OR", "||"],
  ["not", "!"],
  ["NOT", "!"],
  ["=", "=="],
  ["&", "&&"],
  ["|", "||"],
]);

/**
 * Cuts a text into tokens; the last one is the end.
 *
 * @throws {AppError} `rule.expression-invalid` for a sign, number or text that CEL does not have
 */
export function readTokens(text: string): Token[] {
  if (text.length > EXPRESSION_LIMITS.chars) {
    refuse("too-long", 0, `${text.length} characters`, `at most ${EXPRESSION_LIMITS.chars} characters`);
  }
  const tokens: Token[] = [];
  let at = skip(text, 0);
  while (at < text.length) {
    const token = readName(text, at) ?? readNumber(text, at) ?? readText(text, at) ?? readSign(text, at);
    tokens.push(token);
    at = skip(text, at + token.text.length);
  }
  tokens.push({ kind: "end", at, text: "" });
  return tokens;
}

function skip(text: string, at: number): number {
  return at + (match(GAP, text, at)?.length ?? 0);
}

function readName(text: string, at: number): Token | null {
  const name = match(NAME, text, at);
  if (name === null) return null;
  const meant = HABITS.get(name);
  if (meant !== undefined) refuse("bad-character", at, name, meant);
  return { kind: "name", at, text: name };
}

function readNumber(text: string, at: number): Token | null {
  const number = match(NUMBER, text, at);
  if (number === null) return null;
  const tail = match(NUMBER_TAIL, text, at + number.length);
  if (tail !== null) refuse("bad-number", at, number + tail, "decimal numbers such as 36, 36.5, 1.2e3");
  const value = Number(number);
  const isWhole = /^\d+$/.test(number);
  if (isWhole ? !Number.isSafeInteger(value) : !Number.isFinite(value)) {
    refuse("bad-number", at, number, `numbers up to ${Number.MAX_SAFE_INTEGER}, with a point up to 1.7e308`);
  }
  return { kind: "number", at, text: number, value, isWhole };
}

function readText(text: string, at: number): Token | null {
  const quoted = match(TEXT, text, at);
  if (quoted === null) return null;
  if (quoted.length > EXPRESSION_LIMITS.textChars) {
    refuse("bad-text", at, quoted, `at most ${EXPRESSION_LIMITS.textChars} characters`);
  }
  const value = quoted.slice(1, -1).replaceAll(ESCAPE, (escaped, sign: string) => {
    const known = Object.hasOwn(ESCAPED, sign) ? ESCAPED[sign] : undefined;
    return known ?? refuse("bad-text", at, escaped, ESCAPES);
  });
  return { kind: "text", at, text: quoted, value };
}

function readSign(text: string, at: number): Token {
  const sign = match(SIGN, text, at);
  if (sign !== null) return { kind: "sign", at, text: sign };
  const found = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (found === '"' || found === "'") refuse("bad-text", at, text.slice(at), "a text that ends on the same line");
  return refuse("bad-character", at, found, HABITS.get(found) ?? "&& || ! == != < <= > >= + - * / % ? : ( ) [ ] , .");
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
