import { z } from "zod";
import { isoOf } from "../../domain/iso-of.ts";
import { Step } from "../../domain/telemetry/history-level.ts";
import type { HistoryQuestion } from "../../domain/telemetry/history-plan.ts";
import type { QuerySettings } from "./query-settings.ts";

const HOUR_MS = 3_600_000;

/** A moment as ISO text, or as milliseconds since the Unix epoch, which is what the inject node gives. */
const Moment = z.union([z.iso.datetime({ offset: true }), z.number().min(0).max(8.64e15)]);
const Question = z.strictObject({
  siteId: z.string().optional(),
  points: z.union([z.string(), z.array(z.string())]).optional(),
  from: Moment.optional(),
  to: Moment.optional(),
  step: Step.optional(),
});

/** What a message asks for; the settings fill in what it leaves out. A payload that is no object asks for nothing else. */
export type AskedQuestion = HistoryQuestion & { readonly siteId: string };

/** @throws {Error} naming the field of the payload, the value and what is allowed */
export function readQuestion(payload: unknown, settings: QuerySettings, nowMs: number): AskedQuestion {
  const given = isObject(payload) ? checkQuestion(payload) : {};
  const points = given.points ?? settings.points;
  const toMs = momentOf(given.to) ?? nowMs;
  const fromMs = momentOf(given.from) ?? toMs - settings.lastHours * HOUR_MS;
  return {
    siteId: given.siteId ?? settings.siteId,
    points: typeof points === "string" ? points.split(",") : points,
    from: isoOf(Math.max(0, fromMs)),
    to: isoOf(Math.max(0, toMs)),
    step: given.step ?? settings.step,
  };
}

function checkQuestion(payload: object): z.infer<typeof Question> {
  const parsed = Question.safeParse(payload);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const value = (payload as Record<string, unknown>)[String(path[0])];
    return `${["payload", ...path].join(".")}: ${message}, is ${(JSON.stringify(value) ?? "missing").slice(0, 60)}`;
  });
  throw new Error(problems.join("; "));
}

function isObject(payload: unknown): payload is object {
  return typeof payload === "object" && payload !== null && !Array.isArray(payload) && !(payload instanceof Date);
}

function momentOf(moment: string | number | undefined): number | undefined {
  return typeof moment === "string" ? Date.parse(moment) : moment;
}
