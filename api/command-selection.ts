import { z } from "zod";
import { Role } from "../domain/access/session-user.ts";
import { Priority } from "../domain/alarms/alarm.ts";
import { trustedReading } from "../domain/alarms/expression/point-reading.ts";
import { trustedNumber } from "../domain/alarms/trusted-reading.ts";
import { CommandArgs, CommandFinding } from "../domain/commands/command.ts";
import type { CommandKind } from "../domain/commands/command-kind.ts";
import { describeFinding } from "../domain/commands/describe-finding.ts";
import { loadKw } from "../domain/commands/interlocks/load-off.ts";
import type { Site } from "../domain/sites/site.ts";
import { PointValue } from "../domain/telemetry/snapshot.ts";
import { alarmItems } from "./alarm-view.ts";
import { confirmable } from "./confirm-once.ts";
import type { ApiContext } from "./context.ts";
import { isAllowed, type JudgedNow, type JudgedOrder } from "./judge-order.ts";
import { stored } from "./stored.ts";

export const BothLanguages = z.strictObject({ "zh-CN": z.string(), en: z.string() });
/** Alarms of the site that are shown, the worst first. */
const SHOWN_ALARMS = 10;

/** What a person sees before operating. */
export const CommandSelection = z
  .strictObject({
    isDryRun: z.literal(true),
    siteId: z.string(),
    kind: z.string(),
    args: CommandArgs,
    texts: z.strictObject({ title: BothLanguages, does: BothLanguages, onSite: BothLanguages }),
    needsReason: z.boolean(),
    needsSecondPerson: z.boolean(),
    expiresInS: z.number(),
    verdict: z
      .enum(["allowed", "refused", "cannot_verify"])
      .describe("`cannot_verify`: as good as refused, since something is not known"),
    findings: z
      .array(z.strictObject({ ...CommandFinding.shape, texts: BothLanguages, override: Role.nullable() }))
      .describe("All interlocks and limits with present values. `override`: the lowest role that may override it"),
    deniedOverrides: z.array(z.strictObject({ id: z.string(), why: z.string() })),
    scope: z
      .strictObject({
        site: z.strictObject({ id: z.string(), name: z.string(), region: z.string(), zone: z.string() }),
        loadMw: z.number().nullable().describe("Carried now; null = no good reading"),
        ratedMw: z.number().nullable(),
        minersOnline: z.number().nullable(),
        minersExpected: z.number().nullable(),
        alarms: z.strictObject({
          total: z.int(),
          items: z.array(z.strictObject({ id: z.string(), priority: Priority, texts: BothLanguages })),
        }),
      })
      .describe("What would be affected"),
    seen: z
      .strictObject({
        setpointC: z.number().nullable(),
        isPumpRunning: PointValue,
        isPidMode: PointValue,
        isLeaking: PointValue,
      })
      .describe("The state that the confirmation is bound to"),
    collectedAt: z.iso.datetime().nullable().describe("Of the readings; null = there are none"),
    confirmation: z
      .strictObject({ token: z.string(), expiresAt: z.iso.datetime() })
      .nullable()
      .describe("Goes into the order; null where it would be refused"),
  })
  .meta({ id: "CommandSelection", description: "What a command is about and what it would do; nothing was ordered" });

type Selected = {
  readonly site: Site;
  readonly kind: CommandKind;
  readonly order: JudgedOrder;
  readonly judged: JudgedNow;
  /** Who may order it with the token that comes with it; null = it is only looked at. */
  readonly by: string | null;
  readonly expiresInS: number;
};

/** @throws {AppError} `storage.unavailable` */
export async function selectCommand(
  context: ApiContext,
  { site, kind, order, judged, by, expiresInS }: Selected,
): Promise<z.output<typeof CommandSelection>> {
  const { judgement, seen, snapshot } = judged;
  const { id: siteId, name, region, zone, minersExpected, ratedPowerKw } = site;
  const alarms = await stored(
    context.alarms.store.list({ siteIds: [siteId], isPresent: true }, { limit: SHOWN_ALARMS, cursor: null }),
  );
  const reading = snapshot && trustedReading(snapshot);
  const { args } = order;
  const given =
    by !== null && isAllowed(judgement)
      ? context.commands.confirmations.give([confirmable({ order, judged }, by)])
      : null;
  return {
    isDryRun: true,
    siteId,
    kind: order.kind,
    args,
    texts: { title: kind.title, does: kind.does, onSite: kind.onSite },
    needsReason: kind.needsReason,
    needsSecondPerson: kind.needsSecondPerson,
    expiresInS,
    verdict: judgement.verdict,
    findings: judgement.findings.map((finding) => ({
      ...finding,
      texts: describeFinding(order.kind, finding),
      override: overrideOf(kind, finding),
    })),
    deniedOverrides: [...judgement.deniedOverrides],
    scope: {
      site: { id: siteId, name, region, zone },
      loadMw: inMw(loadKw(reading)),
      ratedMw: inMw(ratedPowerKw),
      minersOnline: reading && trustedNumber(reading, "miners_online"),
      minersExpected,
      alarms: {
        total: alarms.total,
        items: alarmItems(context, alarms.items).map(({ id, priority, texts }) => ({
          id,
          priority,
          texts: { "zh-CN": texts.zh, en: texts.en },
        })),
      },
    },
    seen,
    collectedAt: snapshot?.collectedAt ?? null,
    confirmation: given && { token: given.token, expiresAt: new Date(given.expiresAtMs).toISOString() },
  };
}

function inMw(kw: number | null): number | null {
  return kw === null ? null : Math.round(kw) / 1000;
}

/** The lowest role that may override what stands against a command; null where nobody may, or nothing does. */
function overrideOf({ overrides }: CommandKind, { id, result }: CommandFinding): Role | null {
  const rule = Object.hasOwn(overrides, id) ? overrides[id] : undefined;
  if (rule === undefined || result === "met") return null;
  return result === "refused" && !rule.evenIfRefused ? null : rule.lowestRole;
}
