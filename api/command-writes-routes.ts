import { z } from "zod";
import { AppError } from "../domain/errors.ts";
import { SiteId } from "../domain/sites/site-id.ts";
import { actorOf } from "./audit-actor.ts";
import { audited } from "./audited.ts";
import { ReasonText } from "./command-order.ts";
import type { ApiContext } from "./context.ts";
import { listOf } from "./lists.ts";
import { invalid, show } from "./problem.ts";
import { findProfile } from "./profile-routes.ts";
import { defineRoute, type Route } from "./route.ts";
import { stored } from "./stored.ts";
import { type Viewer, visibleSites } from "./visible-sites.ts";

const tag = "Commands";
const path = "/api/v1/profiles/{id}/writes";
const MOST_SITES = 1_000;
const Params = z.strictObject({ id: z.string().max(64) });
const SiteWrites = z
  .strictObject({
    siteId: z.string(),
    profileId: z.string(),
    isEnabled: z.boolean(),
    by: z.string().nullable(),
    reason: z.string().nullable(),
    at: z.iso.datetime().nullable(),
  })
  .meta({
    id: "SiteWrites",
    description: "Whether commands may be sent to a site; `by` null: nobody has ever decided",
  });
const SetWrites = z
  .strictObject({
    enabled: z.boolean(),
    sites: z
      .union([z.literal("all"), z.array(SiteId).min(1).max(MOST_SITES)])
      .describe("`all` switches on the sites that the profile has now, and off those to come as well"),
    reason: ReasonText.min(1).describe("Shown to everybody who looks at the switch"),
  })
  .meta({ id: "SetWrites" });

/** The switches of the sites of a profile, as far as somebody may see them. */
async function writesOf(context: ApiContext, profileId: string, viewer: Viewer | null) {
  const sites = visibleSites(context, viewer).filter((site) => site.profileId === profileId);
  const siteIds = sites.map(({ id }) => id);
  const items = await stored(context.commands.switches.writesOf(siteIds));
  return { items, nextCursor: null, total: items.length };
}

export const COMMAND_WRITES_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path,
    access: "commands:read",
    tag,
    summary: {
      "zh-CN": "设备档案各站点是否允许下发命令",
      en: "Whether commands may be sent to the sites of a profile, who said so and why",
    },
    params: Params,
    answer: { status: 200, description: "In order of id", schema: listOf(SiteWrites, "SiteWritesList") },
    refusals: [404, 503],
    async handle({ params, session }, { context }) {
      const { profile } = findProfile(context, params.id);
      return { kind: "json", body: await writesOf(context, profile.id, session) };
    },
  }),
  defineRoute({
    method: "PUT",
    path,
    access: "commands:enable",
    tag,
    summary: {
      "zh-CN": "开放或关闭命令下发（默认关闭）",
      en: "Switches commands to sites of a profile on or off; they are off until somebody switches them on",
    },
    params: Params,
    body: SetWrites,
    answer: { status: 200, description: "As it is now", schema: listOf(SiteWrites, "SiteWritesList") },
    refusals: [404, 503],
    needsProof: true,
    async handle({ params, body: { enabled, sites, reason }, session, address }, { context }) {
      const { profile } = findProfile(context, params.id);
      const profileId = profile.id;
      if (sites !== "all") {
        const other = sites.find((id) => context.inventory.get(id)?.profileId !== profileId);
        const allowed = `must be a site of the profile ${profileId}`;
        if (other !== undefined) invalid({ field: "body.sites", value: show(other), allowed });
      }
      const was = await writesOf(context, profileId, session);
      const detail = { enabled, sites, reason, enabledBefore: was.items.filter((one) => one.isEnabled).length };
      const line = { ...actorOf(session, address), action: "command:enable", target: profileId, detail };
      const by = session?.username ?? "";
      await audited(context.audit, line, async () => {
        const writes = { profileId, siteIds: sites, isEnabled: enabled, reason, by };
        await stored(context.commands.switches.setWrites(writes)).catch(namedSites);
      });
      return { kind: "json", body: await writesOf(context, profileId, session) };
    },
  }),
];

/** The database may know the sites otherwise than the inventory did a moment ago. */
function namedSites(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== "site.not-found") throw error;
  return invalid({ field: "body.sites", value: "a list", allowed: error.message });
}
