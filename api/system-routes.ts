import { z } from "zod";
import { Priority, RuleId } from "../domain/alarms/alarm.ts";
import type { ApiContext } from "./context.ts";
import { readinessOf } from "./readiness.ts";
import { defineRoute, type Route } from "./route.ts";
import { scopeOf } from "./visible-sites.ts";

const UNHEALTHY_LAG_MS = 2000;

const Health = z
  .strictObject({ status: z.enum(["ok", "stalled"]), loopLagMs: z.int() })
  .meta({ id: "Health", description: "Whether this process still answers; no dependency is asked" });

const Readiness = z
  .strictObject({
    status: z.enum(["ready", "not_ready"]),
    reasons: z.array(z.string()).describe("Why it is not ready; empty when it is"),
  })
  .meta({ id: "Readiness" });

const Engine = z.strictObject({
  kind: z.enum(["pglite", "postgres"]),
  serverVersion: z.int(),
  timescale: z.enum(["none", "apache", "full"]),
  timescaleVersion: z.string().nullable(),
  ownPartitions: z.boolean(),
});

const Status = z
  .strictObject({
    engine: Engine,
    isEvaluation: z.boolean().describe("The embedded database: not safe against a power failure"),
    version: z.string(),
    startedAt: z.iso.datetime(),
    organisation: z.string().describe("Whose platform it is, as the settings say; empty = nothing is said"),
    roles: z.array(z.string()),
    timeZone: z.string(),
    pollIntervalS: z.number(),
    editor: z.enum(["on", "readonly", "off"]).describe("Flows can be changed, only looked at, or there is no editor"),
    redis: z.enum(["in_process", "connected", "unreachable"]),
    journal: z
      .strictObject({
        rows: z.int(),
        bytes: z.int(),
        capBytes: z.int(),
        oldestSlot: z.iso.datetime().nullable(),
        quarantined: z.int(),
        dropped: z.int(),
        isWritable: z.boolean(),
      })
      .nullable()
      .describe("It counts the whole fleet: null for whoever may see some sites only"),
    writer: z
      .strictObject({
        written: z.int(),
        duplicates: z.int(),
        quarantined: z.int(),
        queued: z.int(),
        lagS: z.number(),
        state: z.enum(["writing", "behind", "waiting_for_database"]),
        lastError: z.string().nullable(),
      })
      .nullable()
      .describe("As `journal`"),
    selfAlarms: z
      .array(z.strictObject({ ruleId: RuleId, priority: Priority, since: z.iso.datetime() }))
      .nullable()
      .describe("What the platform finds wrong with itself now, also while no alarm can be stored. As `journal`"),
  })
  .meta({ id: "Status", description: "The state of the platform, for the notices of the user interface" });

const tag = "System";

/** Field by field: what a newer journal tells must not leave the house by accident. */
function journalOf({ journal }: ApiContext): z.infer<typeof Status>["journal"] {
  const { rows, bytes, capBytes, oldestSlot, quarantined, dropped, isWritable } = journal.stats();
  return { rows, bytes, capBytes, oldestSlot, quarantined, dropped, isWritable };
}

function selfAlarmsOf({ selfWatch }: ApiContext): z.infer<typeof Status>["selfAlarms"] {
  return selfWatch
    .active()
    .map(({ ruleId, priority, sinceMs }) => ({ ruleId, priority, since: new Date(sinceMs).toISOString() }));
}

function writerOf({ writer }: ApiContext): z.infer<typeof Status>["writer"] {
  const { written, duplicates, quarantined, queued, lagS, state, lastError } = writer.stats();
  return { written, duplicates, quarantined, queued, lagS, state, lastError };
}

export const SYSTEM_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/healthz",
    access: "public",
    tag,
    summary: {
      "zh-CN": "存活检查：事件循环停顿 2 秒以上时返回 503",
      en: "Liveness: 503 when the event loop stood still for 2 s or more",
    },
    answer: { status: 200, description: "Alive", schema: Health, also: [503] },
    handle(_request, { context }) {
      const loopLagMs = Math.round(context.loop.lagMs());
      const isStalled = loopLagMs >= UNHEALTHY_LAG_MS;
      return { kind: "json", status: isStalled ? 503 : 200, body: { status: isStalled ? "stalled" : "ok", loopLagMs } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/readyz",
    access: "public",
    tag,
    summary: {
      "zh-CN": "就绪检查：暂不应接收请求时返回 503 和原因；采集不受影响",
      en: "Readiness: 503 with reasons while requests should go elsewhere; collection goes on meanwhile",
    },
    answer: { status: 200, description: "Ready", schema: Readiness, also: [503] },
    async handle(_request, { context, clock }) {
      const reasons = await readinessOf(context, clock());
      const status = reasons.length === 0 ? "ready" : "not_ready";
      return { kind: "json", status: reasons.length === 0 ? 200 : 503, body: { status, reasons } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/metrics",
    access: "metrics:read",
    tag,
    summary: { "zh-CN": "Prometheus 文本格式的运行指标", en: "Metrics in the Prometheus text format" },
    answer: { status: 200, description: "Prometheus text", contentType: "text/plain" },
    async handle(_request, { context }) {
      return { kind: "text", contentType: context.metrics.contentType, text: await context.metrics.text() };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/status",
    access: "status:read",
    tag,
    summary: {
      "zh-CN": "数据库、日志缓存、写入器和配置概况",
      en: "Database, journal, writer and configuration in short",
    },
    answer: { status: 200, description: "The state of the platform", schema: Status },
    handle({ session }, { context }) {
      const { database, config, redis, settings } = context;
      const { kind, serverVersion, timescale, timescaleVersion, ownPartitions } = database.engine;
      const isLimited = scopeOf(session) !== null;
      const status: z.infer<typeof Status> = {
        engine: { kind, serverVersion, timescale, timescaleVersion, ownPartitions },
        isEvaluation: kind === "pglite",
        version: config.version,
        startedAt: config.startedAt,
        organisation: settings.current().organisation,
        roles: [...config.roles],
        timeZone: config.siteTimeZone,
        pollIntervalS: config.pollIntervalS,
        editor: config.editor,
        redis: redis(),
        journal: isLimited ? null : journalOf(context),
        writer: isLimited ? null : writerOf(context),
        selfAlarms: isLimited ? null : selfAlarmsOf(context),
      };
      return { kind: "json", body: status };
    },
  }),
];
