const ELLIPSIS = "…";
const NOT_PRINTABLE = /(?![\n\t])\p{Cc}/gu;

/** How much of a limit a piece of text takes once it is written as the receiver wants it. */
export type Measure = (piece: string) => number;

/** Bytes in UTF-8. A half of a surrogate pair counts as what stands for it. */
export const utf8Bytes: Measure = (piece) => {
  let bytes = 0;
  for (const character of piece) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
};

/** Characters as JavaScript and Telegram count them: UTF-16 code units. */
export const utf16Units: Measure = (piece) => piece.length;

/**
 * A text that every receiver takes: well-formed, lines ended by `\n`, and a sign in place of each control character, which
 * some receivers refuse and some act on.
 */
export function printable(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, "\n").replace(NOT_PRINTABLE, "\uFFFD");
}

/** The same on one line. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, " ").trim();
}

/** Bytes of UTF-8 inside of a JSON string. */
export function jsonBytes(piece: string): number {
  return utf8Bytes(JSON.stringify(piece)) - 2;
}

/**
 * Cuts a text to a limit, with `…` in place of the rest, where a reader sees a character end: never inside of a surrogate
 * pair or of a composed sign, unless that alone is longer than the limit.
 *
 * @param measure of pieces; must add up over a text
 */
export function fitText(text: string, most: number, measure: Measure): string {
  if (measure(text) <= most) return text;
  const room = most - measure(ELLIPSIS);
  if (room < 0) return "";
  const cut = cutBetween(graphemes(text), room, measure) || cutBetween(text, room, measure);
  return cut + ELLIPSIS;
}

function cutBetween(pieces: Iterable<string>, room: number, measure: Measure): string {
  let kept = "";
  let left = room;
  for (const piece of pieces) {
    left -= measure(piece);
    if (left < 0) return kept;
    kept += piece;
  }
  return kept;
}

function* graphemes(text: string): Generator<string> {
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)) yield segment;
}
