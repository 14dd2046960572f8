import { BAD_TYPE, type Step } from "./reading.ts";

const HEX = /^0x[0-9a-f]{1,32}$/i;
const DECIMAL = /^\d{1,38}$/;
const WORD = 2 ** 32;

/** 32-bit words, lowest first: bit operators of JavaScript know no more than 32 bits. */
type BitWords = readonly number[];

/**
 * Readers for the bits of one profile. A bitmap feeds twenty points and faults, so the text last parsed is remembered.
 *
 * @returns for bit `i` (0 = lowest) a step: integer, hex text (`0x…`) or decimal text → boolean. Empty text, a
 * fraction and anything else are `bad_type`, so that no bitmap never reads as "no fault". A negative integer is read
 * as 32-bit two's complement, as controllers send bit 31.
 */
export function createBitReader(): (bit: number) => Step {
  let lastText: string | null = null;
  let lastWords: BitWords | null = null;
  const wordsOfText = (text: string): BitWords | null => {
    if (text !== lastText) {
      lastText = text;
      lastWords = parseText(text);
    }
    return lastWords;
  };
  return (bit) => (value) => {
    const words =
      typeof value === "string" ? wordsOfText(value) : typeof value === "number" ? wordsOfNumber(value) : null;
    return words === null ? BAD_TYPE : bitOf(words, bit);
  };
}

function bitOf(words: BitWords, bit: number): boolean {
  return (((words[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
}

function wordsOfNumber(value: number): BitWords | null {
  if (!Number.isSafeInteger(value) || value < -(WORD / 2)) return null;
  return value < 0 ? [value >>> 0] : [value >>> 0, Math.floor(value / WORD)];
}

function parseText(text: string): BitWords | null {
  const trimmed = text.length <= 64 ? text.trim() : text;
  if (!HEX.test(trimmed) && !DECIMAL.test(trimmed)) return null;
  const words: number[] = [];
  for (let rest = BigInt(trimmed); rest > 0n; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  return words;
}
