import { z } from "zod";
import { CommandFinding } from "../domain/commands/command.ts";
import { describeFinding } from "../domain/commands/describe-finding.ts";
import { EMERGENCY_KIND, EmergencyStop } from "../domain/commands/emergency-stop.ts";
import { emergencyStop } from "../domain/commands/kinds/emergency-stop.ts";
import { AppError } from "../domain/errors.ts";
import { alarmSites } from "./alarm-view.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { ReasonText, requesterOf } from "./command-order.ts";
import { BothLanguages, CommandSelection, selectCommand } from "./command-selection.ts";
import type { ApiContext } from "./context.ts";
import { judgeOrder, readFacts } from "./judge-order.ts";
import { listOf } from "./lists.ts";
import { invalid, show } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { findSite, SiteParams } from "./site-routes.ts";
import { stored } from "./stored.ts";

const tag = "Commands";
const path = "/api/v1/sites/{id}/emergency-stop";
const OVERRIDES = Object.keys(emergencyStop.overrides);

const EmergencyStopView = z
  .strictObject({
    ...EmergencyStop.shape,
    findings: z
      .array(z.strictObject({ ...CommandFinding.shape, texts: BothLanguages }))
      .nullable()
      .describe("What the stop waited for when it was looked at last; null = nobody has looked yet"),
  })
  .meta({
    id: "EmergencyStopView",
    description: "An emergency stop; the site takes no other command until it is reset",
  });
type EmergencyStopView = z.output<typeof EmergencyStopView>;

const NewStop = z
  .strictObject({
    confirm: z.string().max(64).describe("The id of the site once more: nobody stops the wrong one by a slip"),
    reason: ReasonText.min(1),
    overrides: z
      .array(z.enum(OVERRIDES))
      .max(OVERRIDES.length)
      .default([])
      .describe(
        "Interlocks that do not hold the stop back: `pump-overrun` where coolant escapes; with `it-power` under load",
      ),
  })
  .meta({ id: "NewEmergencyStop" });
const Reset = z
  .strictObject({ reason: ReasonText.min(1).describe("What was found on site") })
  .meta({ id: "EmergencyReset" });

export const EMERGENCY_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/emergency-stops",
    access: "commands:read",
    tag,
    summary: { "zh-CN": "尚未复位的急停", en: "The emergency stops that nobody has reset" },
    answer: { status: 200, description: "The oldest first", schema: listOf(EmergencyStopView, "EmergencyStopList") },
    refusals: [503],
    async handle({ session }, { context }) {
      const found = await stored(context.commands.emergencies.inForce(alarmSites(context, session)));
      return { kind: "json", body: { items: found.map(viewOf), nextCursor: null, total: found.length } };
    },
  }),
  defineRoute({
    method: "GET",
    path,
    access: "commands:read",
    tag,
    summary: { "zh-CN": "站点的急停", en: "The emergency stop of a site" },
    params: SiteParams,
    answer: {
      status: 200,
      description: "At most one, as it is now",
      schema: listOf(EmergencyStopView, "EmergencyStopList"),
    },
    refusals: [404, 503],
    async handle({ params, session }, { context }) {
      const { id } = findSite(context, params.id, session);
      const found = await stored(context.commands.emergencies.inForce([id]));
      return { kind: "json", body: { items: found.map(viewOf), nextCursor: null, total: found.length } };
    },
  }),
  defineRoute({
    method: "GET",
    path: `${path}/review`,
    access: "sites:stop",
    tag,
    summary: {
      "zh-CN": "急停前查看：影响范围，以及停止命令需要等待什么",
      en: "What an emergency stop would be about, and what its command would wait for; nothing is stopped",
    },
    params: SiteParams,
    answer: { status: 200, description: "As of a dry run, without a confirmation", schema: CommandSelection },
    refusals: [404, 503],
    async handle({ params, session }, services) {
      const { context } = services;
      const site = findSite(context, params.id, session);
      const { by, role } = requesterOf(session);
      const facts = await readFacts(context, site.id);
      // As if it had begun, for a reason.
      const emergency = facts.site.emergency ?? { by, reason: "" };
      const order = { siteId: site.id, kind: EMERGENCY_KIND, args: {}, id: null, role, reason: "?", overrides: [] };
      const judged = await judgeOrder(services, { ...facts, site: { ...facts.site, emergency } }, order);
      const { expiresInS } = emergencyStop;
      const selected = { site, kind: emergencyStop, order, judged, by: null, expiresInS };
      return { kind: "json", body: await selectCommand(context, selected) };
    },
  }),
  defineRoute({
    method: "POST",
    path,
    access: "sites:stop",
    tag,
    summary: {
      "zh-CN": "急停站点：停止矿机，水泵续运行后停止冷却；无需第二人批准，复位前锁定",
      en: "Stops a site as an emergency: miners off, then the cooling after its over-run; no second person, latched until reset",
    },
    params: SiteParams,
    body: NewStop,
    answer: {
      status: 202,
      description: "The stop has begun; where one was in force already (200) that one",
      schema: EmergencyStopView,
      also: [200],
    },
    refusals: [404, 503],
    isIdempotent: true,
    async handle({ params, body: { confirm, reason, overrides }, session, address }, { context }) {
      const { id: siteId } = findSite(context, params.id, session);
      if (confirm !== siteId) invalid({ field: "body.confirm", value: show(confirm), allowed: `must be "${siteId}"` });
      const detail = { reason, overrides };
      const line = { ...actorOf(session, address), action: "site:stop", target: siteId, detail };
      const { by } = requesterOf(session);
      const { emergency, isRepeated } = await audited(context.audit, line, () =>
        stored(context.commands.emergencies.begin({ siteId, reason, overrides, by })),
      );
      return { kind: "json", body: viewOf(emergency), ...(isRepeated && { status: 200 }) };
    },
  }),
  defineRoute({
    method: "POST",
    path: `${path}/retry`,
    access: "sites:stop",
    tag,
    summary: {
      "zh-CN": "再次下发停止命令：仅在前一条已下发且结果需人判断时",
      en: "Orders the stop once more, where the one before was sent and waits for a person",
    },
    params: SiteParams,
    answer: { status: 202, description: "It goes on", schema: EmergencyStopView },
    refusals: [404, 409, 503],
    isIdempotent: true,
    async handle({ params, session, address }, { context }) {
      const { id: siteId } = findSite(context, params.id, session);
      const known = await inForceAt(context, siteId);
      const detail = { id: known.id, attempt: known.attempt + 1, because: known.stateReason };
      const line = { ...actorOf(session, address), action: "site:stop-again", target: siteId, detail };
      const again = await audited(context.audit, line, async () => {
        const emergency = await stored(context.commands.emergencies.retry(siteId));
        if (emergency === null) {
          throw new AppError("command.wrong-state", "the stop does not wait for a person: read it again", {
            context: { siteId },
          });
        }
        return emergency;
      });
      return { kind: "json", body: viewOf(again) };
    },
  }),
  defineRoute({
    method: "POST",
    path: `${path}/reset`,
    access: "sites:stop",
    tag,
    summary: {
      "zh-CN": "复位急停（只能由人复位）：不启动任何设备",
      en: "Resets an emergency stop: only a person does, and nothing starts by it",
    },
    params: SiteParams,
    body: Reset,
    answer: { status: 200, description: "The stop, as it was reset", schema: EmergencyStopView },
    refusals: [404, 503],
    async handle({ params, body: { reason }, session, address }, { context }) {
      const { id: siteId } = findSite(context, params.id, session);
      const { id, state, requestedBy } = await inForceAt(context, siteId);
      const detail = { id, state, requestedBy, reason };
      const line = { ...actorOf(session, address), action: "site:reset-stop", target: siteId, detail };
      const done = await audited(context.audit, line, async () => {
        const { by } = requesterOf(session);
        return (await stored(context.commands.emergencies.reset(siteId, by, reason))) ?? noneThere(siteId);
      });
      return { kind: "json", body: viewOf(done) };
    },
  }),
];

async function inForceAt({ commands }: Pick<ApiContext, "commands">, siteId: string): Promise<EmergencyStop> {
  const [known] = await stored(commands.emergencies.inForce([siteId]));
  return known ?? noneThere(siteId);
}

function noneThere(siteId: string): never {
  throw new AppError("emergency.not-found", `site "${siteId}" is in no emergency stop`, { context: { siteId } });
}

function viewOf(emergency: EmergencyStop): EmergencyStopView {
  const findings = emergency.findings?.map((finding) => {
    return { ...finding, texts: describeFinding(EMERGENCY_KIND, finding) };
  });
  return { ...emergency, findings: findings ?? null };
}
