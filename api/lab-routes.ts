import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { PointName } from "../domain/points/catalogue.ts";
import { checkLabEntry, LabEntry, type LabProblem, LabReading } from "../domain/telemetry/lab-reading.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { type FieldProblem, invalid, show } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { findSite, SiteParams } from "./site-routes.ts";

const SAFE_ID = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const Flag = z.enum(["true", "false"]).default("false");
const Cursor = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z_\d{1,15}$/);
const ListQuery = z.strictObject({
  point: PointName.optional().describe("Only this point"),
  voided: Flag.describe("`true` also lists readings that were voided"),
  limit: limitUpTo(500, 50),
  cursor: Cursor.optional(),
});
const VoidParams = z.strictObject({ id: SiteParams.shape.id, readingId: SAFE_ID });
const Added = z.strictObject({ items: z.array(LabReading) }).meta({ id: "LabReadings" });

/** @throws {AppError} `request.invalid` that names every wrong field */
function refuseWrong(entry: LabEntry, nowMs: number): void {
  const problems = checkLabEntry(entry, nowMs).map((problem) => fieldProblem(problem, entry));
  if (problems.length > 0) invalid(...problems);
}

function fieldProblem(problem: LabProblem, { takenAt, values }: LabEntry): FieldProblem {
  switch (problem.kind) {
    case "no-values":
      return { field: "body.values", value: "an empty object", allowed: "must hold at least one value" };
    case "not-manual":
      return { field: "body.values", value: show(problem.point), allowed: "no point that is measured by hand" };
    case "out-of-range": {
      const { point, low, high } = problem;
      return { field: `body.values.${point}`, value: show(values[point]), allowed: `must be from ${low} to ${high}` };
    }
    case "future":
      return { field: "body.takenAt", value: show(takenAt), allowed: "must not be in the future" };
    case "too-old":
      return { field: "body.takenAt", value: show(takenAt), allowed: "must not be more than 20 years ago" };
  }
}

/** What the database answers, or a problem that says it is away. */
async function stored<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    throw new AppError("storage.unavailable", "the database cannot be reached", { cause, retryable: true });
  });
}

export const LAB_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/sites/{id}/lab-readings",
    access: "lab:read",
    tag: "Lab readings",
    summary: { "zh-CN": "人工录入的化验结果，新的在前", en: "Readings entered by hand, the newest sample first" },
    params: SiteParams,
    query: ListQuery,
    answer: {
      status: 200,
      description: "Readings by time of the sample",
      schema: listOf(LabReading, "LabReadingList"),
    },
    refusals: [404, 503],
    async handle({ params, query, session }, { context }) {
      const { id } = findSite(context, params.id, session);
      const { point = null, voided, limit, cursor } = query;
      const [takenAt = "", afterId = "0"] = cursor?.split("_") ?? [];
      const after = cursor === undefined ? null : { takenAt, id: Number(afterId) };
      const page = { point, withVoided: voided === "true", after, limit: limit + 1 };
      const { items, total } = await stored(context.labBook.list(id, page));
      const shown = items.slice(0, limit);
      const last = shown.at(-1);
      const nextCursor = last && items.length > limit ? `${last.takenAt}_${last.id}` : null;
      return { kind: "json", body: { items: shown, nextCursor, total } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/sites/{id}/lab-readings/latest",
    access: "lab:read",
    tag: "Lab readings",
    summary: { "zh-CN": "每个人工测点的最新结果", en: "The newest reading of each point that is measured by hand" },
    params: SiteParams,
    answer: { status: 200, description: "One reading per point; voided ones do not count", schema: Added },
    refusals: [404, 503],
    async handle({ params, session }, { context }) {
      const { id } = findSite(context, params.id, session);
      return { kind: "json", body: { items: await stored(context.labBook.latest(id)) } };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/sites/{id}/lab-readings",
    access: "lab:write",
    tag: "Lab readings",
    summary: { "zh-CN": "录入一次取样的化验结果", en: "Enters the results of one sample" },
    params: SiteParams,
    body: LabEntry,
    answer: { status: 200, description: "What was entered: all values or none", schema: Added },
    refusals: [404, 503],
    isIdempotent: true,
    async handle({ params, body, session, address }, { context, clock }) {
      const { id } = findSite(context, params.id, session);
      refuseWrong(body, clock());
      const entry = { ...body, takenAt: new Date(body.takenAt).toISOString() };
      const { takenAt, values } = entry;
      const line = { ...actorOf(session, address), action: "lab:enter", target: id, detail: { takenAt, values } };
      const items = await audited(context.audit, line, async () => {
        const added = await stored(context.labBook.add(id, entry, session?.username ?? ""));
        const allowed = "a value of these points is entered for this very moment already: void it first";
        return added ?? invalid({ field: "body.takenAt", value: show(body.takenAt), allowed });
      });
      return { kind: "json", body: { items } };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/sites/{id}/lab-readings/{readingId}/void",
    access: "lab:write",
    tag: "Lab readings",
    summary: {
      "zh-CN": "作废一条化验结果（不删除）",
      en: "Voids a reading: it stays in the list and no longer counts",
    },
    params: VoidParams,
    answer: { status: 200, description: "The reading", schema: LabReading },
    refusals: [404, 503],
    async handle({ params, session, address }, { context }) {
      const { id } = findSite(context, params.id, session);
      const { readingId } = params;
      const line = { ...actorOf(session, address), action: "lab:void", target: id, detail: { readingId } };
      const reading = await audited(context.audit, line, async () => {
        const voided = await stored(context.labBook.void(id, readingId, session?.username ?? ""));
        if (!voided) throw new AppError("request.not-found", `site "${id}" has no reading ${readingId}`);
        return voided;
      });
      return { kind: "json", body: reading };
    },
  }),
];
