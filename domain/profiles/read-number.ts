import { BAD_TYPE, type Step } from "./reading.ts";

/** Longer text is no number with a unit. */
const MOST_NUMBER_CHARS = 64;
/** A suffix without digits that does not go on like a number: `35,1`, `1e3`, `1.2.3` and markup are no numbers. */
const ANY_UNIT = /^[^\d\s<>,.;:+-][^\d<>]*$/u;

/** A number as JSON or as text; NaN and ±∞ are none. */
export const readNumber: Step = numberReader((suffix) => ANY_UNIT.test(suffix));

/** As `readNumber`, but a suffix other than the expected units is refused: `290 kPa` is no pressure in bar. */
export function numberIn(units: string | readonly string[]): Step {
  const expected = new Set([units].flat().map((unit) => sameLetters(String(unit))));
  return numberReader((suffix) => expected.has(sameLetters(suffix)));
}

function numberReader(isUnit: (suffix: string) => boolean): Step {
  // a controller writes the same unit every time, so the last verdict is nearly always the next one
  let lastUnit = "";
  const isKnownUnit = (suffix: string): boolean => {
    if (suffix === lastUnit) return true;
    if (!isUnit(suffix)) return false;
    lastUnit = suffix;
    return true;
  };
  return (value) => {
    if (typeof value === "number") return Number.isFinite(value) ? value + 0 : BAD_TYPE;
    return typeof value === "string" ? readText(value, isKnownUnit) : BAD_TYPE;
  };
}

function readText(text: string, isUnit: (suffix: string) => boolean): number | typeof BAD_TYPE {
  if (text.length > MOST_NUMBER_CHARS) return BAD_TYPE;
  const trimmed = text.trim();
  const end = endOfNumber(trimmed);
  if (end === 0) return BAD_TYPE;
  if (end === trimmed.length) return Number(trimmed) + 0;
  return isUnit(trimmed.slice(end).trimStart()) ? Number(trimmed.slice(0, end)) + 0 : BAD_TYPE;
}

/** Where `[sign] digits [. digits]` ends; 0 when the text does not begin so. By hand: a regular expression costs twice. */
function endOfNumber(text: string): number {
  const start = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
  const whole = endOfDigits(text, start);
  if (whole === start) return 0;
  if (text[whole] !== ".") return whole;
  const fraction = endOfDigits(text, whole + 1);
  return fraction === whole + 1 ? whole : fraction;
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (text.charCodeAt(end) >= 0x30 && text.charCodeAt(end) <= 0x39) end += 1;
  return end;
}

/** `℃` is `°C` and `m³/h` is `m3/h`: firmwares write both. Upper and lower case stay apart: mW is not MW. */
function sameLetters(unit: string): string {
  return unit.normalize("NFKC").trim();
}
