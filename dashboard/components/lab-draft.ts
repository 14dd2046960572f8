import { POINTS, type PointName } from "../../domain/points/catalogue.ts";
import { checkLabEntry, type LabProblem } from "../../domain/telemetry/lab-reading.ts";
import type { Translate } from "../composables/use-text.ts";

/** The form as it was typed. `takenAt`: of an `<input type="datetime-local">`, in the browser's zone. */
export type LabDraft = {
  readonly takenAt: string;
  readonly note: string;
  readonly values: Readonly<Record<string, string>>;
};

/** Texts by field: the name of a point, `takenAt`, or `form` for the whole. */
export type LabErrors = Readonly<Record<string, string>>;

type Entry = { takenAt: string; values: Record<string, number>; note: string };

/** @returns the entry as the server takes it, or what is wrong with it in words */
export function readDraft(draft: LabDraft, nowMs: number, t: Translate): { entry: Entry } | { errors: LabErrors } {
  const errors: Record<string, string> = {};
  const values: Record<string, number> = {};
  for (const [point, text] of Object.entries(draft.values)) {
    const typed = text.trim();
    if (typed === "") continue;
    if (/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(typed)) values[point] = Number(typed);
    else errors[point] = t("lab.not-a-number");
  }
  const takenMs = Date.parse(draft.takenAt);
  if (Number.isNaN(takenMs)) errors["takenAt"] = t("lab.no-time");
  const takenAt = new Date(Number.isNaN(takenMs) ? nowMs : takenMs).toISOString();
  const entry = { takenAt, values, note: draft.note.trim() };
  const isTyped = Object.values(draft.values).some((text) => text.trim() !== "");
  for (const problem of checkLabEntry(entry, nowMs)) {
    if (problem.kind === "no-values" && isTyped) continue;
    const [field, text] = describe(problem, t);
    errors[field] ??= text;
  }
  return Object.keys(errors).length > 0 ? { errors } : { entry };
}

function describe(problem: LabProblem, t: Translate): [field: string, text: string] {
  switch (problem.kind) {
    case "no-values":
      return ["form", t("lab.no-values")];
    case "not-manual":
      return [problem.point, t("lab.not-a-number")];
    case "out-of-range":
      return [problem.point, rangeText(problem.point, t)];
    case "future":
      return ["takenAt", t("lab.future")];
    case "too-old":
      return ["takenAt", t("lab.too-old")];
  }
}

/** What may be entered for a point. */
export function rangeText(point: PointName, t: Translate): string {
  const [low, high] = POINTS[point].limits ?? [null, null];
  return t("lab.range", { low: low ?? "−∞", high: high ?? "∞" });
}
