import type { SiteChange } from "../adapters/inventory/site-repository.ts";
import { isInScope } from "../domain/access/site-scope.ts";
import { AppError } from "../domain/errors.ts";
import { type Site, SiteEntry, siteFromEntry } from "../domain/sites/site.ts";
import {
  applyPatch,
  configurationOf,
  describeSiteChange,
  isSameSite,
  mayPlace,
  SiteConfiguration,
  SitePatch,
} from "../domain/sites/site-change.ts";
import { FreeSiteId } from "../domain/sites/site-import.ts";
import { actorOf } from "./audit-actor.ts";
import type { ApiContext } from "./context.ts";
import { changedMeanwhile, requireMatch } from "./preconditions.ts";
import { invalid, show } from "./problem.ts";
import { type Representation, represent } from "./representation.ts";
import { defineRoute, type RawRequest, type Reply, type Route } from "./route.ts";
import { findSite, SiteParams } from "./site-routes.ts";
import { stored } from "./stored.ts";
import { scopeOf } from "./visible-sites.ts";

const tag = "Inventory";
const NewSite = SiteEntry.extend({ id: FreeSiteId }).meta({
  id: "SiteEntry",
  description: "A site as a sites file says it",
});

type Asker = Pick<RawRequest, "session" | "address">;

function configurationIn({ inventory }: Pick<ApiContext, "inventory">, site: Site): SiteConfiguration {
  return configurationOf(site, inventory.versionOf(site.id), inventory.managedBy(site.id));
}

/** Its tag changes with the version, also where only an address changed, which is not in it. */
function representationOf(configuration: SiteConfiguration): Representation {
  return represent("application/json; charset=utf-8", JSON.stringify(configuration));
}

/** With the ETag that the next change has to name. */
function configured(context: ApiContext, site: Site): Reply {
  const configuration = configurationIn(context, site);
  return { kind: "json", body: configuration, headers: { etag: `"${representationOf(configuration).tag}"` } };
}

/** @throws {AppError} `inventory.managed-by-file`: what is said here would be gone with the next change of the file */
function refuseManaged({ inventory }: ApiContext, siteId: string): void {
  const file = inventory.managedBy(siteId);
  if (file === null) return;
  throw new AppError(
    "inventory.managed-by-file",
    `the sites file ${file} says what site "${siteId}" is: change it there`,
    {
      context: { siteId, file },
    },
  );
}

/** @throws {AppError} `request.invalid` */
function refuseUnknownProfile({ profiles }: ApiContext, profileId: string | undefined): void {
  if (profileId === undefined || profiles.some(({ profile }) => profile.id === profileId)) return;
  const allowed = "no such profile is installed; see /api/v1/profiles";
  invalid({ field: "body.controller.profile", value: show(profileId), allowed });
}

/** @throws {AppError} `auth.out-of-scope` */
function outOfScope(): never {
  throw new AppError("auth.out-of-scope", "this place is outside the regions, zones and sites that count for you");
}

/**
 * Writes it down, then makes it: a change that cannot be audited is not made.
 *
 * @throws {AppError} `storage.unavailable`; `request.precondition-failed` when somebody else was faster
 */
async function makeChange(
  context: ApiContext,
  { session, address }: Asker,
  action: "site:create" | "site:update",
  before: Site | null,
  after: SiteChange,
): Promise<void> {
  const entry = { ...actorOf(session, address), action, target: after.site.id };
  await context.audit.record({ ...entry, outcome: "done", detail: describeSiteChange(before, after.site) });
  const fail = (reason: string) => context.audit.note({ ...entry, outcome: "failed", detail: { reason } });
  const isDone = await stored(context.inventory.change([after])).catch((error: unknown) => {
    fail("the database is away");
    throw error;
  });
  if (isDone) return;
  fail("changed by somebody else meanwhile");
  throw changedMeanwhile();
}

export const INVENTORY_ROUTES: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/api/v1/sites",
    access: "sites:manage",
    tag,
    summary: { "zh-CN": "新增站点", en: "Adds a site; it is polled from the next round on" },
    body: NewSite,
    answer: { status: 201, description: "The settings of the site, without its addresses", schema: SiteConfiguration },
    refusals: [409, 412, 503],
    isIdempotent: true,
    async handle({ body, session, address }, { context }) {
      const site = siteFromEntry(body);
      refuseUnknownProfile(context, site.profileId);
      if (!isInScope(scopeOf(session), site)) outOfScope();
      if (context.inventory.get(site.id)) {
        throw new AppError("inventory.exists", `there is a site "${site.id}" already`, {
          context: { siteId: site.id },
        });
      }
      await makeChange(context, { session, address }, "site:create", null, { site, onVersion: 0 });
      return configured(context, site);
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/sites/{id}/configuration",
    access: "sites:manage",
    tag,
    summary: { "zh-CN": "站点设置（不含地址）", en: "The settings of a site; that it has an address, never which" },
    params: SiteParams,
    answer: {
      status: 200,
      description: "With an ETag, which a change has to name",
      schema: SiteConfiguration,
      isTagged: true,
    },
    refusals: [404],
    handle({ params, session }, { context }) {
      const site = findSite(context, params.id, session);
      return { kind: "representation", representation: representationOf(configurationIn(context, site)) };
    },
  }),
  defineRoute({
    method: "PATCH",
    path: "/api/v1/sites/{id}",
    access: "sites:manage",
    tag,
    summary: {
      "zh-CN": "修改、停用或启用站点（需带 If-Match）",
      en: "Changes, disables or enables a site; `If-Match` names the state that was read",
    },
    params: SiteParams,
    body: SitePatch,
    answer: { status: 200, description: "The settings as they are now", schema: SiteConfiguration },
    refusals: [404, 409, 412, 428, 503],
    async handle({ params, body, headers, session, address }, { context }) {
      const before = findSite(context, params.id, session);
      refuseManaged(context, before.id);
      requireMatch(headers["if-match"], representationOf(configurationIn(context, before)).tag);
      refuseUnknownProfile(context, body.controller?.profile);
      const site = applyPatch(before, body);
      const scope = scopeOf(session);
      if (!isInScope(scope, site) || !mayPlace(scope, before, site)) outOfScope();
      if (!isSameSite(before, site)) {
        const onVersion = context.inventory.versionOf(site.id);
        await makeChange(context, { session, address }, "site:update", before, { site, onVersion });
      }
      return configured(context, site);
    },
  }),
];
