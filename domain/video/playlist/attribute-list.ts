import { VideoError } from "../video-cause.ts";
import { readDecimal, readInteger } from "./playlist-number.ts";
import type { Variables } from "./variables.ts";

/** `text` is without quotes, and with variables filled in. `isSecret`: something of the camera's own query is in it. */
export type Attribute = { readonly text: string; readonly isQuoted: boolean; readonly isSecret: boolean };

const MAX_ATTRIBUTES = 64;
const QUOTE = 0x22;
const URI = "URI";
/** What has to be a number; other attributes are words. */
const NUMBERS: ReadonlyMap<string, (text: string) => number | null> = new Map([
  ...namesOf("BANDWIDTH AVERAGE-BANDWIDTH PROGRAM-ID SKIPPED-SEGMENTS LAST-MSN LAST-PART", readInteger),
  ...namesOf("BYTERANGE-START BYTERANGE-LENGTH", readInteger),
  ...namesOf("DURATION PLANNED-DURATION FRAME-RATE SCORE TIME-OFFSET", readDecimal),
  ...namesOf("PART-TARGET HOLD-BACK PART-HOLD-BACK CAN-SKIP-UNTIL", readDecimal),
]);

function namesOf<Read>(names: string, read: Read): [string, Read][] {
  return names.split(" ").map((name) => [name, read]);
}

/**
 * A list of the standard, `NAME=value,…`, in order. Blanks around are let pass, names in other letters left out. Its `URI`
 * goes out only as `serveUri` gives it.
 */
export class AttributeList {
  readonly #attributes = new Map<string, Attribute>();
  #isFilledIn = false;
  #servedUri: string | null = null;

  /** @throws {VideoError} `playlist_invalid` for what is no such list; what `Variables.substitute` throws */
  constructor(text: string, variables: Variables) {
    for (let from = 0; from < text.length; ) from = this.#readOne(text, from, variables) + 1;
  }

  get size(): number {
    return this.#attributes.size;
  }

  /** Whether a variable stood in it. */
  get isFilledIn(): boolean {
    return this.#isFilledIn;
  }

  get(name: string): string | null {
    return this.#attributes.get(name)?.text ?? null;
  }

  find(name: string): Attribute | undefined {
    return this.#attributes.get(name);
  }

  /** What stands for the `URI` from now on. */
  serveUri(text: string): void {
    this.#servedUri = text;
  }

  /** Takes out what does not pass, and says how many that were. The `URI` is not asked about. */
  filter(passes: (name: string, attribute: Attribute) => boolean): number {
    const before = this.#attributes.size;
    for (const [name, attribute] of this.#attributes) {
      if (name !== URI && !passes(name, attribute)) this.#attributes.delete(name);
    }
    return before - this.#attributes.size;
  }

  toString(): string {
    let out = "";
    for (const [name, { text, isQuoted }] of this.#attributes) {
      const value = name === URI ? this.#servedUri : text;
      if (value === null) continue;
      const quote = isQuoted || name === URI ? '"' : "";
      out += `${out === "" ? "" : ","}${name}=${quote}${value}${quote}`;
    }
    return out;
  }

  /** @returns where the attribute ends: at its comma, or at the end of the text */
  #readOne(text: string, from: number, variables: Variables): number {
    const equals = text.indexOf("=", from);
    if (equals < 0) return malformed();
    const name = text.slice(from, equals).trim();
    const isQuoted = text.charCodeAt(equals + 1) === QUOTE;
    const close = isQuoted ? text.indexOf('"', equals + 2) : equals;
    if (close < 0) return malformed();
    const comma = text.indexOf(",", close + 1);
    const end = comma < 0 ? text.length : comma;
    const rest = text.slice(close + 1, end).trim();
    if (isQuoted && rest !== "") return malformed();
    this.#add(name, isQuoted ? text.slice(equals + 2, close) : rest, isQuoted, variables);
    return end;
  }

  #add(name: string, written: string, isQuoted: boolean, variables: Variables): void {
    const filled = variables.substitute(written);
    if (filled) this.#isFilledIn = true;
    const text = filled?.text ?? written;
    if (!/^[A-Za-z0-9-]+$/.test(name) || (isQuoted ? text.includes('"') : /^$|[\s"=,]/.test(text))) malformed();
    if (NUMBERS.get(name)?.(text) === null) malformed();
    if (/[a-z]/.test(name)) return;
    if (this.#attributes.has(name) || this.#attributes.size === MAX_ATTRIBUTES) malformed();
    this.#attributes.set(name, { text, isQuoted, isSecret: filled?.isSecret ?? false });
  }
}

function malformed(): never {
  throw new VideoError("playlist_invalid", "attributes are malformed, given twice, too many, or numbers that are none");
}
