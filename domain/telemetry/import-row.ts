import { z } from "zod";
import { isPointName, POINTS, type PointName } from "../points/catalogue.ts";
import type { PointDefinition } from "../points/point.ts";
import { type DerivedRule, derivableFrom } from "./derived-points.ts";
import type { PointValue, Snapshot } from "./snapshot.ts";

/** Profile of snapshots that came from a file: what was said of them cannot be mapped again. */
export const IMPORT_PROFILE = "csv-import@1";

const SHOWN_CHARS = 40;
const TEXT_CHARS = 200;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i;
const TRUE_WORDS = ["true", "1", "on", "yes"];
const FALSE_WORDS = ["false", "0", "off", "no"];

/** One thing that is wrong with a file. `field`: the column; `value` is shortened. */
export const ImportProblem = z
  .strictObject({ line: z.int(), field: z.string(), value: z.string(), allowed: z.string() })
  .meta({ id: "ImportProblem", description: "One wrong value of a file" });
export type ImportProblem = z.infer<typeof ImportProblem>;

/** What the columns of a file are: where site and time stand, and the point of each other column. */
export type ImportColumns = {
  readonly count: number;
  readonly sitePlace: number;
  readonly timePlace: number;
  readonly points: readonly { readonly point: PointName; readonly place: number }[];
  readonly derived: readonly DerivedRule[];
};

/** What a row may say of site and time. */
export type ImportLimits = {
  readonly isSite: (siteId: string) => boolean;
  /** Times from here to there, ms since the epoch. */
  readonly oldestMs: number;
  readonly newestMs: number;
};

/** @returns the columns, or every problem of the first line; `line` is where it stands */
export function readImportHeader(fields: readonly string[], line: number): ImportColumns | ImportProblem[] {
  const names = fields.map((field) => field.trim());
  const problems = names.flatMap((name, place): ImportProblem[] => {
    const allowed = names.indexOf(name) < place ? "a column may stand there once" : refusalOf(name);
    return allowed === null ? [] : [problem(line, "header", name, allowed)];
  });
  for (const wanted of ["site", "time"]) {
    if (!names.includes(wanted)) problems.push(problem(line, "header", names.join(","), `needs a column "${wanted}"`));
  }
  if (problems.length > 0) return problems;
  const points = names.flatMap((name, place) => (isPointName(name) ? [{ point: name, place }] : []));
  if (points.length === 0) return [problem(line, "header", names.join(","), "needs at least one column of a point")];
  return {
    count: names.length,
    sitePlace: names.indexOf("site"),
    timePlace: names.indexOf("time"),
    points,
    derived: derivableFrom(points.map(({ point }) => point)),
  };
}

/**
 * One line as a snapshot. An empty field is no reading. Derived points without a column are computed where their inputs
 * are there.
 *
 * @returns the snapshot, or every problem of the line
 */
export function readImportRow(
  fields: readonly string[],
  line: number,
  columns: ImportColumns,
  limits: ImportLimits,
): Snapshot | ImportProblem[] {
  if (fields.length !== columns.count) {
    return [problem(line, "line", `${fields.length} fields`, `must have ${columns.count} fields, as the first line`)];
  }
  const problems: ImportProblem[] = [];
  const siteId = (fields[columns.sitePlace] ?? "").trim();
  if (!limits.isSite(siteId)) problems.push(problem(line, "site", siteId, "must be a site of the inventory"));
  const slotMs = readTime((fields[columns.timePlace] ?? "").trim(), line, limits, problems);
  const values: Partial<Record<PointName, PointValue>> = {};
  for (const { point, place } of columns.points) {
    const text = (fields[place] ?? "").trim();
    if (text === "") continue;
    const read = readValue(text, POINTS[point]);
    if ("allowed" in read) problems.push(problem(line, point, text, read.allowed));
    else values[point] = read.value;
  }
  if (problems.length === 0 && Object.keys(values).length === 0) {
    problems.push(problem(line, "line", "no values", "must hold at least one value"));
  }
  if (problems.length > 0) return problems;
  addDerived(values, columns.derived);
  const slot = new Date(slotMs).toISOString();
  const facts = { profile: IMPORT_PROFILE, quality: {}, faults: [], unmapped: [], attempts: 1, latencyMs: 0 };
  return { siteId, slot, collectedAt: slot, values, ...facts };
}

/** Why a name cannot be a column; null = it can. */
function refusalOf(name: string): string | null {
  if (name === "site" || name === "time") return null;
  if (!isPointName(name)) return "must be site, time or a point of the catalogue (/api/v1/points)";
  const { origin } = POINTS[name];
  if (origin === "manual") return "is measured by hand: enter it as a lab reading";
  return origin === "collector" || origin === "inventory" || origin === "video"
    ? `comes from the ${origin}, not from a file`
    : null;
}

function readTime(text: string, line: number, { oldestMs, newestMs }: ImportLimits, problems: ImportProblem[]): number {
  const iso = text.replace(" ", "T");
  const ms = z.iso.datetime({ offset: true }).safeParse(iso).success ? Date.parse(iso) : Number.NaN;
  if (Number.isNaN(ms)) {
    problems.push(problem(line, "time", text, "must be ISO 8601 with a zone, such as 2026-11-23T08:00:00Z"));
  } else if (ms > newestMs) problems.push(problem(line, "time", text, "must not be in the future"));
  else if (ms < oldestMs) {
    problems.push(problem(line, "time", text, `must not be before ${new Date(oldestMs).toISOString()}`));
  }
  return ms;
}

function readValue(text: string, definition: PointDefinition): { value: PointValue } | { allowed: string } {
  switch (definition.type) {
    case "num":
      return readNumber(text, definition);
    case "bool": {
      const word = text.toLowerCase();
      if (TRUE_WORDS.includes(word)) return { value: true };
      return FALSE_WORDS.includes(word) ? { value: false } : { allowed: "must be true or false" };
    }
    case "enum": {
      const words = definition.words ?? [];
      return words.includes(text) ? { value: text } : { allowed: `must be one of ${words.join(", ")}` };
    }
    case "text":
      return text.length <= TEXT_CHARS ? { value: text } : { allowed: `may have at most ${TEXT_CHARS} characters` };
  }
}

function readNumber(text: string, { limits }: PointDefinition): { value: number } | { allowed: string } {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) return { allowed: "must be a number with a decimal point, such as 35.1" };
  const [low, high] = limits ?? [null, null];
  if ((low === null || value >= low) && (high === null || value <= high)) return { value };
  return { allowed: `must be from ${low ?? "-∞"} to ${high ?? "∞"}` };
}

function addDerived(values: Partial<Record<PointName, PointValue>>, rules: readonly DerivedRule[]): void {
  for (const { point, inputs, compute } of rules) {
    const [first, second] = inputs.map((input) => values[input]);
    if (typeof first !== "number" || typeof second !== "number") continue;
    const value = Math.round(compute(first, second) * 1e6) / 1e6;
    const [low, high] = POINTS[point].limits ?? [null, null];
    const isGood = Number.isFinite(value) && value >= (low ?? value) && value <= (high ?? value);
    if (isGood) values[point] = value;
  }
}

function problem(line: number, field: string, value: string, allowed: string): ImportProblem {
  const shown = value.length > SHOWN_CHARS ? `${value.slice(0, SHOWN_CHARS)}…` : value;
  return { line, field, value: shown, allowed };
}
