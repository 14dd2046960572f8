import { z } from "zod";
import { FlagKind, LONGEST_FLAG_MS, SiteFlag } from "../domain/alarms/site-flag.ts";
import { AppError } from "../domain/errors.ts";
import { plainText } from "../domain/plain-text.ts";
import { SiteId } from "../domain/sites/site-id.ts";
import { NoteText } from "./alarm-acts.ts";
import { sitesOf } from "./alarm-filter.ts";
import { alarmSites } from "./alarm-view.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import type { ApiContext } from "./context.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { invalid, show } from "./problem.ts";
import { defineRoute, type Route } from "./route.ts";
import { stored } from "./stored.ts";
import { type Viewer, visibleSites } from "./visible-sites.ts";

const tag = "Alarms";
const FlagParams = z.strictObject({ id: z.uuid() });
const ListQuery = z.strictObject({
  site: SiteId.optional(),
  kind: FlagKind.optional(),
  over: z.enum(["true", "false"]).default("false").describe("`true` also lists those whose time is over"),
  limit: limitUpTo(500, 100),
  cursor: z
    .string()
    .regex(/^\d{1,15}-[0-9a-f-]{36}$/)
    .optional(),
});
const NewFlags = z
  .strictObject({
    kind: FlagKind,
    sites: z.array(SiteId).min(1).max(1_000).optional().describe("These sites"),
    region: plainText(64).min(1).optional().describe("Sites of this region"),
    zone: plainText(64).min(1).optional().describe("Sites of this zone"),
    beginsAt: z.iso.datetime({ offset: true }).optional().describe("Now, when absent"),
    endsAt: z.iso.datetime({ offset: true }).describe("At most 30 days after the begin"),
    reason: NoteText.min(1),
    dryRun: z.boolean().default(false).describe("Only tells what would be set"),
  })
  .refine(
    ({ sites, region, zone }) => sites !== undefined || region !== undefined || zone !== undefined,
    "must name `sites`, a `region` or a `zone`",
  );
type NewFlags = z.output<typeof NewFlags>;
const SetFlags = z
  .strictObject({
    isDryRun: z.boolean(),
    items: z.array(SiteFlag).describe("What was set, one for each site; of a dry run none"),
    scope: z.strictObject({
      sites: z.array(SiteId),
      alarms: z.int().min(0).describe("Alarms that these sites have now, and that nothing hides"),
    }),
  })
  .meta({ id: "SetSiteFlags" });

function unknownFlag(): AppError {
  return new AppError("alarm.flag-not-found", "no site has such a flag");
}

/** @throws {AppError} `request.invalid` for a site that the asker does not see, or when none is left */
function chooseSites(context: ApiContext, viewer: Viewer | null, { sites, region, zone }: NewFlags): string[] {
  const visible = visibleSites(context, viewer);
  const known = new Set(visible.map(({ id }) => id));
  const unknown = sites?.find((id) => !known.has(id));
  if (unknown !== undefined) {
    invalid({ field: "body.sites", value: show(unknown), allowed: "no such site; see /api/v1/sites" });
  }
  const wanted = sites === undefined ? known : new Set(sites);
  const chosen = visible.filter(
    (site) =>
      wanted.has(site.id) &&
      (region === undefined || site.region === region) &&
      (zone === undefined || site.zone === zone),
  );
  if (chosen.length === 0)
    invalid({ field: "body", value: show(region ?? zone), allowed: "must hold at least one site" });
  return chosen.map(({ id }) => id);
}

/** @throws {AppError} `request.invalid` for an end that lies before the begin, in the past or too far away */
function periodOf({ beginsAt, endsAt }: NewFlags, nowMs: number): { beginsAtMs: number; endsAtMs: number } {
  const beginsAtMs = beginsAt === undefined ? nowMs : Date.parse(beginsAt);
  const endsAtMs = Date.parse(endsAt);
  if (endsAtMs <= Math.max(nowMs, beginsAtMs) || endsAtMs - beginsAtMs > LONGEST_FLAG_MS) {
    const allowed = "must be later than now and than the begin, by 30 days at most";
    invalid({ field: "body.endsAt", value: show(endsAt), allowed });
  }
  return { beginsAtMs, endsAtMs };
}

export const SITE_FLAG_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/site-flags",
    access: "alarms:read",
    tag,
    summary: { "zh-CN": "检修和限电中的站点", en: "Sites under maintenance or curtailed, now and to come" },
    query: ListQuery,
    answer: { status: 200, description: "The newest begin first", schema: listOf(SiteFlag, "SiteFlagList") },
    refusals: [503],
    async handle({ query, session }, { context, clock }) {
      const { site, kind = null, over, limit, cursor = null } = query;
      const openAtMs = over === "true" ? null : clock();
      const filter = { siteIds: sitesOf(context, session, site, "query"), kind, openAtMs };
      return { kind: "json", body: await stored(context.siteFlags.list(filter, { limit, cursor })) };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/site-flags",
    access: "alarms:manage",
    tag,
    summary: {
      "zh-CN": "设置检修或限电，可先试算范围",
      en: "Puts sites under maintenance or curtailment for a time, after a dry run if wanted",
    },
    body: NewFlags,
    answer: { status: 200, description: "What was set, and what it is about", schema: SetFlags },
    refusals: [503],
    isIdempotent: true,
    async handle({ body, session, address }, { context, clock }) {
      const nowMs = clock();
      const { kind, reason, dryRun: isDryRun } = body;
      const period = periodOf(body, nowMs);
      const siteIds = chooseSites(context, session, body);
      const counts = await stored(context.alarms.store.countBySite(siteIds));
      const scope = { sites: siteIds, alarms: counts.reduce((sum, { present }) => sum + present, 0) };
      if (isDryRun) return { kind: "json", body: { isDryRun, items: [], scope } };
      const { dryRun: _dryRun, ...asked } = body;
      const detail = { ...asked, count: siteIds.length };
      const line = { ...actorOf(session, address), action: "alarm:flag-sites", target: kind, detail };
      const flags = { kind, siteIds, ...period, reason, by: session?.username ?? "", nowMs };
      const items = await audited(context.audit, line, () => stored(context.siteFlags.set(flags)));
      return { kind: "json", body: { isDryRun, items, scope } };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/site-flags/{id}/end",
    access: "alarms:manage",
    tag,
    summary: { "zh-CN": "提前结束检修或限电", en: "Ends a maintenance or curtailment before its time" },
    params: FlagParams,
    answer: { status: 200, description: "The flag", schema: SiteFlag },
    refusals: [404, 409, 503],
    async handle({ params: { id }, session, address }, { context, clock }) {
      const found = await stored(context.siteFlags.get(id, alarmSites(context, session)));
      if (found === null) throw unknownFlag();
      const { kind, siteId } = found;
      const line = { ...actorOf(session, address), action: "alarm:end-flag", target: siteId, detail: { kind, id } };
      const ended = await audited(context.audit, line, async () => {
        const flag = await stored(context.siteFlags.end(id, session?.username ?? "", clock()));
        if (flag === null) throw new AppError("alarm.flag-over", "its time is over, or somebody has ended it");
        return flag;
      });
      return { kind: "json", body: ended };
    },
  }),
];
