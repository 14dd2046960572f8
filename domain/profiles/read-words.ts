import { cleanText } from "./clean-text.ts";
import type { BoolWords } from "./operator.ts";
import { BAD_TYPE, isNoReading, MISSING, type Step } from "./reading.ts";

/** Longer text is no word of a list. */
const MOST_WORD_CHARS = 64;
/** A list of codes or states inside one text; more is no answer of a controller. */
const MOST_LIST_CHARS = 4096;
const MOST_LIST_ELEMENTS = 256;

const DEFAULT_WORDS: BoolWords = {
  true: ["true", "1", "on", "y", "run", "open"],
  false: ["false", "0", "off", "n", "stop", "close"],
};

/** Words to boolean, trimmed and case-insensitive; never by truthiness, so `""` and `"false"` are what they say. */
export function readBool(words: BoolWords = DEFAULT_WORDS): Step {
  const meaning = new Map([
    ...words.true.map((word) => [word, true] as const),
    ...words.false.map((word) => [word, false] as const),
  ]);
  const ifTrue = meaning.get("true") ?? BAD_TYPE;
  const ifFalse = meaning.get("false") ?? BAD_TYPE;
  return (value) => {
    if (value === false) return ifFalse;
    if (value === true) return ifTrue;
    const word = wordOf(value);
    return word === null ? BAD_TYPE : (meaning.get(word) ?? BAD_TYPE);
  };
}

/** Raw text or value to a canonical word. */
export function readEnum(words: Readonly<Record<string, string>>): Step {
  const canonical = new Map(Object.entries(words).map(([raw, word]) => [raw.trim().toLowerCase(), word]));
  return (value) => {
    const word = wordOf(value);
    return word === null ? BAD_TYPE : (canonical.get(word) ?? BAD_TYPE);
  };
}

/** The i-th element of an array or of a comma list. */
export function readElement(index: number): Step {
  const listOf = createListReader();
  return (value) => {
    const list = listOf(value);
    return list === null ? BAD_TYPE : (list[index] ?? MISSING);
  };
}

/** True when an array or a comma list holds the code. An empty list is an answer: it holds none. */
export function hasCode(code: string): Step {
  const listOf = createListReader();
  const wanted = code.toLowerCase();
  const isWanted = (element: unknown) => wordOf(element) === wanted;
  return (value) => {
    if (value === "") return false;
    const list = typeof value === "number" ? [value] : listOf(value);
    return list === null ? BAD_TYPE : list.some(isWanted);
  };
}

/** Text as it stands, fit to be kept; empty text is no value. */
export const readText: Step = (value) => {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return BAD_TYPE;
  const text = cleanText(String(value).trim());
  return text === "" ? MISSING : text;
};

/** The elements of an array as one text. */
export function joinTexts(separator: string): Step {
  return (value) => {
    const list = Array.isArray(value) ? value.slice(0, MOST_LIST_ELEMENTS) : [value];
    const texts = list.map(readText);
    return texts.find(isNoReading) ?? cleanText(texts.join(separator));
  };
}

function wordOf(value: unknown): string | null {
  if (typeof value === "string") return value.length <= MOST_WORD_CHARS ? value.trim().toLowerCase() : null;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

/** Splits comma lists and remembers the last one: fans that run say `1,1,1` in every reply. */
function createListReader(): (value: unknown) => readonly unknown[] | null {
  let lastText = "";
  let lastList: readonly string[] = [""];
  return (value) => {
    if (Array.isArray(value)) return value;
    if (typeof value !== "string" || value.length > MOST_LIST_CHARS) return null;
    if (value !== lastText) {
      lastList = value.split(",").map((element) => element.trim());
      lastText = value;
    }
    return lastList;
  };
}
