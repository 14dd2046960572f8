import { z } from "zod";
import type { Site } from "../domain/sites/site.ts";
import type { ApiContext } from "./context.ts";
import { invalid, show } from "./problem.ts";
import { type Viewer, visibleSites } from "./visible-sites.ts";

/** Which sites a question is about. Without any of them: every enabled site that the asker may see. */
export const SiteSelection = {
  sites: z.string().max(100_000).optional().describe("Ids, joined by commas"),
  region: z.string().max(64).optional().describe("Only sites of this region"),
  zone: z.string().max(64).optional().describe("Only sites of this zone"),
};
type Selection = {
  readonly sites?: string | undefined;
  readonly region?: string | undefined;
  readonly zone?: string | undefined;
};

/**
 * The sites of a selection, in the order of the inventory. Sites that are named come whether or not they are enabled.
 * Outside the viewer's limits there is nothing: no site, region or zone.
 *
 * @throws {AppError} `request.invalid` that names a site, region or zone which does not exist, or a selection without sites
 */
export function selectSites(
  { inventory }: Pick<ApiContext, "inventory">,
  selection: Selection,
  viewer: Viewer | null,
): readonly Site[] {
  const { sites: text, region, zone } = selection;
  const named = text === undefined ? null : new Set(text.split(",").map((id) => id.trim()));
  const all = visibleSites({ inventory }, viewer);
  const known = named === null ? null : new Set(all.map(({ id }) => id));
  const unknown = [...(named ?? [])].find((id) => !known?.has(id));
  if (unknown !== undefined)
    invalid({ field: "query.sites", value: show(unknown), allowed: "no such site; see /api/v1/sites" });
  refuseUnknown(all, "region", region);
  refuseUnknown(all, "zone", zone);
  const chosen = all.filter(
    (site) =>
      (named === null ? site.enabled : named.has(site.id)) &&
      (region === undefined || site.region === region) &&
      (zone === undefined || site.zone === zone),
  );
  if (chosen.length === 0 && all.length > 0) {
    invalid({
      field: "query",
      value: show(selection.sites ?? region ?? zone),
      allowed: "must select at least one site",
    });
  }
  return chosen;
}

function refuseUnknown(sites: readonly Site[], field: "region" | "zone", name: string | undefined): void {
  if (name === undefined || sites.some((site) => site[field] === name)) return;
  invalid({ field: `query.${field}`, value: show(name), allowed: `no site has this ${field}; see /api/v1/sites` });
}
