import type { Site } from "./site.ts";

/** How close the sisters of a site are: same profile and, from near to far, same zone, same region, anywhere. */
export type SisterBasis = "zone" | "region" | "profile";

/** The sites a site is compared with; ids in the order of the inventory, the site itself is not among them. */
export type Sisters = { readonly basis: SisterBasis; readonly ids: readonly string[] };

/** Sites that are compared with each other. The same circle is the same object, so that what is computed of it is shared. */
export type Circle = { readonly basis: SisterBasis; readonly memberIds: readonly string[] };

/** What sisterhood depends on. */
export type Kin = Pick<Site, "id" | "region" | "zone" | "enabled" | "profileId">;

/** Fewer sisters than this make no median worth the name: the next wider circle is taken [J]. */
export const ENOUGH_SISTERS = 3;

const BASES: readonly SisterBasis[] = ["zone", "region", "profile"];

/**
 * The sister sites of one site: enabled, of the same profile, in the same zone (a zone is part of its region). Where
 * there are fewer than three the whole region counts, then every site of the profile, however few these are.
 */
export function sistersOf(sites: Iterable<Kin>, site: Kin): Sisters {
  const { basis, memberIds } = indexCircles(sites)(site);
  return { basis, ids: memberIds.filter((id) => id !== site.id) };
}

/** The circle of each site of one inventory, grouped once: 15,000 sites cost no 15,000 passes. */
export function indexCircles(sites: Iterable<Kin>): (site: Kin) => Circle {
  const circles = new Map<string, { basis: SisterBasis; memberIds: string[] }>();
  for (const kin of sites) {
    if (!kin.enabled) continue;
    for (const basis of BASES) {
      const key = circleKey(basis, kin);
      const circle = circles.get(key);
      if (circle) circle.memberIds.push(kin.id);
      else circles.set(key, { basis, memberIds: [kin.id] });
    }
  }
  return (site) => {
    const own = site.enabled ? 1 : 0;
    const near = BASES.map((basis) => circles.get(circleKey(basis, site))).filter((circle) => circle !== undefined);
    const enough = near.find(({ memberIds }) => memberIds.length - own >= ENOUGH_SISTERS);
    return enough ?? near.find(({ basis }) => basis === "profile") ?? { basis: "profile", memberIds: [] };
  };
}

/** Region and zone are free text: JSON keeps their boundaries apart. */
function circleKey(basis: SisterBasis, { profileId, region, zone }: Kin): string {
  if (basis === "profile") return JSON.stringify([profileId]);
  return JSON.stringify(basis === "region" ? [profileId, region] : [profileId, region, zone]);
}
