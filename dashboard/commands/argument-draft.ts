import type { PointValue } from "../../domain/telemetry/snapshot.ts";
import { formatNumber } from "../composables/format.ts";
import { type ArgumentItem, decimalsOf, type KindItem } from "./command-text.ts";
import { ct } from "./text.ts";

/** What stands in the field: text of a number, a word, a tick. */
export type Draft = string | boolean;
export type ReadDraft =
  | { readonly value: string | number | boolean; readonly note: string }
  /** Left empty, and nothing is missing. */
  | { readonly value: null; readonly note: string }
  | { readonly problem: string };
export type NumberRange = { readonly from: number; readonly to: number };

/** Steps are compared on this scale of one step: sums of tenths miss tenths. */
const TOLERANCE = 1e-6;
/** A number as people type it; a decimal comma is a decimal point. */
const NUMBER = /^[+-]?\d{1,6}(?:[.,]\d{0,4})?$/;

/** What a field shows at first: a number starts from what is set now, so that a step from there is one press. */
export function startDraft(argument: ArgumentItem, present: PointValue | undefined): Draft {
  if (argument.type === "flag") return false;
  if (argument.type === "word") {
    const words = Object.keys(argument.words);
    return words.length === 1 ? (words[0] ?? "") : "";
  }
  return typeof present === "number" ? plain(present, argument) : "";
}

/** Where the value has to lie now: the limits of the kind, and so far from the present value as one step may go. */
export function rangeNow(argument: ArgumentItem, present: number | null, by: number | null): NumberRange | null {
  const { min, max, step } = argument;
  if (min === null || max === null) return null;
  if (present === null || by === null) return { from: min, to: max };
  const grid = step ?? 0;
  const from = Math.max(min, grid > 0 ? min + Math.ceil((present - by - min) / grid - TOLERANCE) * grid : present - by);
  const to = Math.min(max, grid > 0 ? min + Math.floor((present + by - min) / grid + TOLERANCE) * grid : present + by);
  return { from: round(from), to: round(to) };
}

/** How far one step may go from the present value; null = this argument has no such limit. */
export function stepLimit({ mostChange }: Pick<KindItem, "mostChange">, name: string): number | null {
  return mostChange !== null && mostChange.argument === name ? mostChange.by : null;
}

/** The value of a field, or what is wrong with it, as the server would say it. @param by see `stepLimit` */
export function readDraft(
  argument: ArgumentItem,
  draft: Draft,
  present: PointValue | undefined,
  by: number | null,
): ReadDraft {
  if (argument.type === "flag")
    return draft === true || !argument.isOptional ? { value: draft === true, note: "" } : { value: null, note: "" };
  const text = String(draft).trim();
  if (text === "")
    return argument.isOptional
      ? { value: null, note: "" }
      : { problem: ct(argument.type === "word" ? "value-choose" : "value-missing") };
  if (argument.type === "word") {
    return Object.hasOwn(argument.words, text) ? { value: text, note: "" } : { problem: ct("value-choose") };
  }
  return readNumber(argument, text, typeof present === "number" ? present : null, by);
}

function readNumber(argument: ArgumentItem, text: string, present: number | null, by: number | null): ReadDraft {
  const value = NUMBER.test(text) ? Number(text.replace(",", ".")) : Number.NaN;
  if (!Number.isFinite(value)) return { problem: ct("value-wrong", { value: text.slice(0, 20) }) };
  if (argument.also.includes(value)) return { value, note: "" };
  const { min, max, step, unit } = argument;
  const say = (number: number): string => formatNumber(number, decimalsOf(step, number), "");
  if (min !== null && max !== null && (value < min || value > max)) {
    return { problem: ct("value-range", { from: say(min), to: say(max), unit }) };
  }
  const off = min !== null && step !== null ? offGrid(value, min, step) : null;
  if (off !== null) return { problem: ct("value-step", { step: step ?? 0, below: say(off.from), above: say(off.to) }) };
  const range = rangeNow(argument, present, by);
  if (
    present !== null &&
    by !== null &&
    range !== null &&
    (value < range.from - TOLERANCE || value > range.to + TOLERANCE)
  ) {
    return { problem: ct("value-far", { now: say(present), by: say(by), from: say(range.from), to: say(range.to) }) };
  }
  return { value, note: present !== null && Math.abs(present - value) < TOLERANCE ? ct("value-same") : "" };
}

/** The values beside one that lies between two steps; null where it lies on one. */
function offGrid(value: number, min: number, step: number): NumberRange | null {
  const steps = (value - min) / step;
  if (Math.abs(steps - Math.round(steps)) <= TOLERANCE) return null;
  return { from: round(min + Math.floor(steps) * step), to: round(min + Math.ceil(steps) * step) };
}

/** One step up or down from what stands there, kept inside the range; from nothing, the present value. */
export function nudge(
  argument: ArgumentItem,
  draft: Draft,
  present: PointValue | undefined,
  by: number | null,
  steps: 1 | -1,
): Draft {
  const { step } = argument;
  if (step === null) return draft;
  const start = typeof present === "number" ? present : (argument.min ?? 0);
  const read = NUMBER.test(String(draft).trim()) ? Number(String(draft).trim().replace(",", ".")) : null;
  const range = rangeNow(argument, typeof present === "number" ? present : null, by);
  const aim = (read ?? start) + (read === null ? 0 : steps * step);
  return plain(range === null ? aim : Math.min(range.to, Math.max(range.from, aim)), argument);
}

function plain(value: number, { step }: ArgumentItem): string {
  return value.toFixed(decimalsOf(step, value));
}

function round(value: number): number {
  return Number(value.toFixed(6));
}
