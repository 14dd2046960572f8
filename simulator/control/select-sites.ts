import { isRecord, readNumber, refuse } from "../faults/fault-arguments.ts";
import type { SimulatedSite } from "../fleet/simulated-site.ts";
import { mixSeeds } from "../plant/random.ts";

/** A site id nobody has; the control endpoint answers 404. */
export class UnknownSiteError extends Error {
  override readonly name = "UnknownSiteError";
}

const ALLOWED = '"all", a list of site ids, {"zone": …}, {"region": …} or {"share": 0…1, "seed": …}';

/** The sites that a request means. @throws {InputError} or {UnknownSiteError} */
export function selectSites(sites: readonly SimulatedSite[], selector: unknown): readonly SimulatedSite[] {
  if (selector === "all") return sites;
  if (Array.isArray(selector)) return selectById(sites, selector);
  if (!isRecord(selector)) refuse("sites", selector, ALLOWED);
  const keys = Object.keys(selector);
  if ("share" in selector && keys.every((key) => key === "share" || key === "seed"))
    return selectShare(sites, selector);
  const [key] = keys;
  if (keys.length === 1 && (key === "zone" || key === "region")) return selectPlace(sites, key, selector[key]);
  return refuse("sites", selector, ALLOWED);
}

function selectById(sites: readonly SimulatedSite[], ids: readonly unknown[]): SimulatedSite[] {
  if (ids.length === 0) refuse("sites", ids, "at least one site id");
  const byId = new Map(sites.map((site) => [site.spec.id, site]));
  return [...new Set(ids)].map((id) => {
    const site = byId.get(String(id));
    if (site === undefined) throw new UnknownSiteError(`sites: no site ${JSON.stringify(String(id).slice(0, 80))}`);
    return site;
  });
}

function selectPlace(sites: readonly SimulatedSite[], key: "zone" | "region", name: unknown): SimulatedSite[] {
  const found = sites.filter((site) => site.spec[key] === name);
  if (found.length > 0) return found;
  const known = [...new Set(sites.map((site) => site.spec[key]))];
  return refuse(`sites.${key}`, name, known.slice(0, 20).join(", "));
}

/** A random part of the fleet; the same seed and share give the same sites. */
function selectShare(sites: readonly SimulatedSite[], selector: Record<string, unknown>): SimulatedSite[] {
  const share = readNumber("sites.share", selector["share"], 0, 1);
  const seed = readNumber("sites.seed", selector["seed"] ?? 1, 0, 4_294_967_295);
  const inRandomOrder = sites
    .map((site) => ({ site, order: mixSeeds(seed, site.spec.index + 1, 77) }))
    .sort((one, other) => one.order - other.order);
  return inRandomOrder.slice(0, Math.round(share * sites.length)).map(({ site }) => site);
}
