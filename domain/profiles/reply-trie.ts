import { cleanText } from "./clean-text.ts";
import { escapeToken, isArrayIndex, pointerTokens } from "./json-pointer.ts";

/** No more unknown fields are listed than this. */
const MOST_UNMAPPED = 100;
/** A reply's keys are remembered in their order up to this many per object. */
const MOST_REMEMBERED_KEYS = 512;

type TrieNode = {
  readonly pointer: string;
  readonly children: Map<string, TrieNode>;
  /** Place of the value in the array of raw values; −1 when only what lies below is wanted. */
  place: number;
  /** What lies below is known and not mapped. */
  isIgnored: boolean;
  /** Known keys of the last reply in their order, with their nodes: firmware sends the same order every time. */
  readonly lastKeys: string[];
  readonly lastNodes: TrieNode[];
};

/** All pointers of a profile as one tree, so that a shared prefix is walked once per reply and unknown keys show up. */
export type ReplyTrie = {
  /** How many raw values `collect` fills. */
  readonly size: number;
  /** The place of a pointer's raw value. */
  placeOf(pointer: string): number;
  /**
   * Puts the raw value of every pointer into `raws` (undefined where there is none) and lists the fields that no
   * pointer knows. Own properties only. Never throws for parsed JSON.
   */
  collect(replies: Readonly<Record<string, unknown>>, raws: unknown[]): string[];
};

/**
 * @param read pointers whose values are wanted
 * @param known fields that are no news
 * @param ignored fields that are no news, with all below them
 */
export function createReplyTrie(
  read: readonly string[],
  known: readonly string[] = [],
  ignored: readonly string[] = [],
): ReplyTrie {
  const root = createNode("");
  const places = new Map<string, number>();
  for (const pointer of new Set(read)) {
    places.set(pointer, places.size);
    nodeAt(root, pointer).place = places.size - 1;
  }
  for (const pointer of known) nodeAt(root, pointer);
  for (const pointer of ignored) nodeAt(root, pointer).isIgnored = true;

  return {
    size: places.size,
    placeOf(pointer) {
      const place = places.get(pointer);
      if (place === undefined) throw new RangeError(`"${pointer}" is no pointer of this profile`);
      return place;
    },
    collect(replies, raws) {
      raws.fill(undefined);
      const unmapped: string[] = [];
      visit(root, replies, raws, unmapped);
      return unmapped;
    },
  };
}

function createNode(pointer: string): TrieNode {
  return { pointer, children: new Map(), place: -1, isIgnored: false, lastKeys: [], lastNodes: [] };
}

function nodeAt(root: TrieNode, pointer: string): TrieNode {
  let node = root;
  for (const token of pointerTokens(pointer)) {
    const child = node.children.get(token) ?? createNode(`${node.pointer}/${escapeToken(token)}`);
    node.children.set(token, child);
    node = child;
  }
  return node;
}

function visit(node: TrieNode, value: unknown, raws: unknown[], unmapped: string[]): void {
  if (node.place >= 0) raws[node.place] = value;
  if (typeof value !== "object" || value === null || node.children.size === 0) return;
  if (Array.isArray(value)) visitArray(node, value, raws, unmapped);
  else visitObject(node, value, raws, unmapped);
}

function visitArray(node: TrieNode, value: readonly unknown[], raws: unknown[], unmapped: string[]): void {
  for (const [token, child] of node.children) {
    if (isArrayIndex(token) && Number(token) < value.length) visit(child, value[Number(token)], raws, unmapped);
  }
}

/** Keys and values as two lists: engines make both without a look-up per key, and both hold own properties only. */
function visitObject(node: TrieNode, value: object, raws: unknown[], unmapped: string[]): void {
  const { lastKeys, lastNodes } = node;
  const keys = Object.keys(value);
  const values: unknown[] = Object.values(value);
  let known = 0;
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] ?? "";
    const child = lastKeys[known] === key ? lastNodes[known] : lookUp(node, key, known);
    if (child !== undefined) {
      known += 1;
      visit(child, values[i], raws, unmapped);
    } else if (!node.isIgnored && unmapped.length < MOST_UNMAPPED) {
      unmapped.push(unknownField(node, key));
    }
  }
}

function lookUp(node: TrieNode, key: string, i: number): TrieNode | undefined {
  const child = node.children.get(key);
  if (child !== undefined && i < MOST_REMEMBERED_KEYS) {
    node.lastKeys[i] = key;
    node.lastNodes[i] = child;
  }
  return child;
}

function unknownField(node: TrieNode, key: string): string {
  return cleanText(`${node.pointer}/${escapeToken(key)}`);
}
