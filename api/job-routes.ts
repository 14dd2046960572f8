import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { JOB_OUTCOMES, JOB_TRIGGERS, type JobStates } from "../domain/jobs/job.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { defineRoute, type Route } from "./route.ts";

const Words = z.strictObject({ "zh-CN": z.string(), en: z.string() });

const Schedule = z
  .discriminatedUnion("every", [
    z.strictObject({ every: z.literal("minute") }),
    z.strictObject({ every: z.literal("hour"), minute: z.int().min(0).max(59) }),
    z.strictObject({ every: z.literal("day"), hour: z.int().min(0).max(23), minute: z.int().min(0).max(59) }),
  ])
  .meta({ id: "JobSchedule", description: "Wall-clock time in `timeZone`" });

const Run = z
  .strictObject({
    id: z.int(),
    trigger: z.enum(JOB_TRIGGERS),
    requestedBy: z.string().nullable(),
    attempt: z.int().describe("1 for the first try"),
    attempts: z.int(),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    durationMs: z.int().nullable(),
    outcome: z.enum(JOB_OUTCOMES).nullable().describe("Null while it runs"),
    error: z.string().nullable(),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
    progress: z.strictObject({ done: z.number(), total: z.number().nullable() }).nullable(),
    holder: z.string().describe("The process that ran it"),
  })
  .meta({ id: "JobRun" });

const Job = z
  .strictObject({
    name: z.string(),
    title: Words,
    description: Words,
    schedule: Schedule,
    note: Words.nullable().describe("Why there is nothing to do for it on this database"),
    isRunning: z.boolean(),
    nextRunAt: z.iso.datetime().nullable().describe("Null when no process runs jobs, or there is nothing to do"),
    lastRuns: z.array(Run).describe("Newest first"),
    lastSuccessAt: z.iso.datetime().nullable(),
    lastFailure: Run.nullable(),
    failuresOfDay: z.int().describe("Failed runs of the last 24 h"),
    holder: z.string().nullable(),
  })
  .meta({ id: "Job", description: "A job of the platform, and how its last runs went" });

const JobList = z
  .strictObject({
    items: z.array(Job),
    nextCursor: z.null(),
    total: z.int(),
    holder: z.string().nullable().describe("The process that runs the jobs; null when there is none"),
    timeZone: z.string(),
    at: z.iso.datetime().describe("Time of the database"),
  })
  .meta({ id: "JobList" });

const Ordered = z
  .strictObject({
    state: z.enum(["queued", "waiting"]).describe("`waiting`: a run of it was queued already, or is under way"),
  })
  .meta({ id: "OrderedJob" });

const tag = "Jobs";

/** Every field by name: what a newer job keeps with its runs must not leave the house by accident. */
function bodyOf({ items, holder, timeZone, at }: JobStates) {
  return { items, nextCursor: null, total: items.length, holder, timeZone, at };
}

export const JOB_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/jobs",
    access: "jobs:read",
    tag,
    summary: {
      "zh-CN": "平台后台任务及其最近的运行",
      en: "The platform's own jobs, and how their last runs went",
    },
    answer: { status: 200, description: "In a fixed order", schema: JobList },
    refusals: [429, 503],
    isCostly: true,
    async handle(_request, { context }) {
      const states = await context.jobs.read().catch((error: unknown) => {
        throw new AppError("storage.unavailable", "the jobs cannot be read: the database is away", {
          cause: error,
          retryable: true,
        });
      });
      return { kind: "json", body: bodyOf(states) };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/jobs/{name}/run",
    access: "jobs:run",
    tag,
    summary: { "zh-CN": "立即运行一个后台任务", en: "Run a job now" },
    params: z.strictObject({ name: z.string().min(1).max(40) }),
    answer: { status: 200, description: "It is run by the active scheduler, within seconds", schema: Ordered },
    refusals: [404, 409, 429, 503],
    isCostly: true,
    async handle({ params, session, address }, { context }) {
      const username = session?.username ?? "unknown";
      const entry = { ...actorOf(session, address), action: "job:run", target: params.name };
      const state = await audited(context.audit, entry, () => context.jobs.order(params.name, username));
      context.log.info({ job: params.name, username, state }, "a run of a job was ordered");
      return { kind: "json", body: { state } };
    },
  }),
];
