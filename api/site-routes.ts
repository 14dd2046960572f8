import { z } from "zod";
import { isInScope } from "../domain/access/site-scope.ts";
import { AppError } from "../domain/errors.ts";
import type { Site } from "../domain/sites/site.ts";
import { SiteId } from "../domain/sites/site-id.ts";
import { SiteSummary } from "../domain/sites/site-summary.ts";
import { ControllerReply } from "../domain/telemetry/controller-reply.ts";
import { hideAddresses } from "../domain/telemetry/hide-addresses.ts";
import { Snapshot } from "../domain/telemetry/snapshot.ts";
import type { ApiContext } from "./context.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { defineRoute, type Route } from "./route.ts";
import { scopeOf, type Viewer } from "./visible-sites.ts";

/** A fleet of the usual size is one page. */
const PAGE = { limit: limitUpTo(1000, 1000), cursor: SiteId.optional() };
const ListQuery = z.strictObject(PAGE);
export const SiteParams = z.strictObject({ id: SiteId });
const LONGEST_WATCH_S = 3600;

/**
 * A site by its id. One that lies outside the viewer's limits is answered like one that does not exist, so that nobody
 * learns what there is.
 *
 * @throws {AppError} `site.not-found`
 */
export function findSite({ inventory }: Pick<ApiContext, "inventory">, siteId: string, viewer: Viewer | null): Site {
  const site = inventory.get(siteId);
  if (!site || !isInScope(scopeOf(viewer), site))
    throw new AppError("site.not-found", `there is no site "${siteId}"`, { context: { siteId } });
  return site;
}

/** @throws {AppError} `request.not-found` when nothing is stored before; `storage.timeout`, `storage.unavailable` */
async function snapshotBefore({ storage }: ApiContext, siteId: string, before: string): Promise<Snapshot> {
  const snapshot = await storage.history.before(siteId, Math.max(0, Date.parse(before)));
  if (!snapshot) throw new AppError("request.not-found", `nothing of site "${siteId}" is stored before ${before}`);
  return snapshot;
}

export const SITE_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/sites",
    access: "sites:read",
    tag: "Sites",
    summary: { "zh-CN": "站点清单，含健康状态和数据时效", en: "The inventory, with health and age of data" },
    query: ListQuery,
    answer: {
      status: 200,
      description: "Sites in order of id",
      schema: listOf(SiteSummary, "SiteList"),
      isTagged: true,
    },
    handle: ({ query, session }, { latest }) => ({
      kind: "representation",
      representation: latest.sites(scopeOf(session), query.limit, query.cursor),
    }),
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/sites/{id}",
    access: "sites:read",
    tag: "Sites",
    summary: {
      "zh-CN": "单个站点，含健康状态、数据时效和最近一次采集",
      en: "One site, with health, age of data and its last poll",
    },
    params: SiteParams,
    answer: { status: 200, description: "The site", schema: SiteSummary },
    refusals: [404],
    handle: ({ params, session }, { context, latest }) => ({
      kind: "json",
      body: latest.summaryOf(findSite(context, params.id, session)),
    }),
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/snapshots",
    access: "snapshots:read",
    tag: "Sites",
    summary: { "zh-CN": "所有站点的最新快照", en: "The latest snapshot of every site" },
    query: ListQuery,
    answer: {
      status: 200,
      description: "Snapshots in order of site id; `total` counts the sites that have one",
      schema: listOf(Snapshot, "SnapshotList"),
      isTagged: true,
    },
    handle: ({ query, session }, { latest }) => ({
      kind: "representation",
      representation: latest.snapshots(scopeOf(session), query.limit, query.cursor),
    }),
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/sites/{id}/snapshot",
    access: "snapshots:read",
    tag: "Sites",
    summary: {
      "zh-CN": "单个站点的最新快照，或某一时刻之前的快照",
      en: "The latest snapshot of one site, or the one before a moment",
    },
    params: SiteParams,
    query: z.strictObject({
      before: z.iso
        .datetime({ offset: true })
        .optional()
        .describe("The newest stored one before this time; the live one when absent"),
    }),
    answer: { status: 200, description: "The snapshot", schema: Snapshot },
    refusals: [404, 503, 504],
    async handle({ params, query, session }, { context }) {
      const { id } = findSite(context, params.id, session);
      if (query.before !== undefined) return { kind: "json", body: await snapshotBefore(context, id, query.before) };
      const snapshot = context.liveState.get(id);
      if (!snapshot) throw new AppError("request.not-found", `site "${id}" has sent nothing yet`);
      return { kind: "json", body: snapshot };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/sites/{id}/reply",
    access: "raw:read",
    tag: "Sites",
    summary: {
      "zh-CN": "站点控制器的最新原始应答（未映射）",
      en: "The newest raw reply of a site's controller, unmapped",
    },
    params: SiteParams,
    answer: { status: 200, description: "The reply as it came, network addresses replaced", schema: ControllerReply },
    refusals: [404],
    async handle({ params, session }, { context }) {
      const { id } = findSite(context, params.id, session);
      const reply = await context.collector.lastReplyOf(id);
      if (!reply) throw new AppError("request.not-found", `no raw reply of site "${id}" is kept`);
      // Miners are listed by their private addresses: browsers know sites only.
      return { kind: "json", body: hideAddresses(reply) as ControllerReply };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/v1/sites/{id}/watch",
    access: "sites:watch",
    tag: "Sites",
    summary: { "zh-CN": "在一段时间内每 10 秒采集一次该站点", en: "Polls a site every 10 s for a while" },
    params: SiteParams,
    body: z
      .strictObject({ forS: z.int().min(1).max(LONGEST_WATCH_S).describe("Seconds; a new call replaces the old one") })
      .meta({ id: "WatchRequest" }),
    answer: { status: 204, description: "Watched closely from the next slot on" },
    refusals: [404],
    handle({ params, body, session }, { context }) {
      context.collector.watch(findSite(context, params.id, session).id, body.forS);
      return { kind: "empty" };
    },
  }),
];
