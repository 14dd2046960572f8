import { z } from "zod";
import type { SiteScope } from "../access/site-scope.ts";
import { type Site, SiteEntry } from "./site.ts";
import { SiteId } from "./site-id.ts";

const { name, region, zone, enabled, controller, camera, location, interval_s, miners_expected, rated_power_kw } =
  SiteEntry.shape;

/**
 * What is to be another way at a site; what is absent stays, null takes away. Addresses are write-only: who does not send
 * one keeps the present one.
 */
export const SitePatch = z
  .strictObject({
    name: name.optional(),
    region: region.unwrap().optional(),
    zone: zone.unwrap().optional(),
    enabled: enabled.unwrap().optional(),
    controller: controller.partial().optional(),
    camera: camera.unwrap().extend({ queries: camera.unwrap().shape.queries.unwrap() }).partial().nullable().optional(),
    location: location.unwrap().nullable().optional(),
    interval_s: interval_s.unwrap().nullable().optional(),
    miners_expected: miners_expected.unwrap().nullable().optional(),
    rated_power_kw: rated_power_kw.unwrap().nullable().optional(),
  })
  .meta({ id: "SitePatch", description: "Changes of a site: what is absent stays, null takes away" });
export type SitePatch = z.infer<typeof SitePatch>;

/** A site with all that may be seen of its settings: that an address is there, never which. */
export const SiteConfiguration = z
  .strictObject({
    id: SiteId,
    name: z.string(),
    region: z.string(),
    zone: z.string(),
    enabled: z.boolean(),
    controller: z.strictObject({ isSet: z.boolean(), profile: z.string() }),
    camera: z.strictObject({ isSet: z.boolean(), queries: z.boolean() }),
    location: z.strictObject({ lat: z.number(), lon: z.number() }).nullable(),
    interval_s: z.int().nullable(),
    miners_expected: z.int().nullable(),
    rated_power_kw: z.number().nullable(),
    version: z.int().describe("Grows with every change; 0 while the site is only in the sites file"),
    managedBy: z
      .string()
      .nullable()
      .describe("Name of the sites file that says what this site is; null = this API does"),
  })
  .meta({ id: "SiteConfiguration", description: "The settings of a site; addresses are write-only" });
export type SiteConfiguration = z.infer<typeof SiteConfiguration>;

export function configurationOf(site: Site, version: number, managedBy: string | null): SiteConfiguration {
  return {
    id: site.id,
    name: site.name,
    region: site.region,
    zone: site.zone,
    enabled: site.enabled,
    controller: { isSet: site.controllerUrl !== "", profile: site.profileId },
    camera: { isSet: site.cameraUrl !== null, queries: site.cameraQueries },
    location: site.location,
    interval_s: site.intervalS,
    miners_expected: site.minersExpected,
    rated_power_kw: site.ratedPowerKw,
    version,
    managedBy,
  };
}

export function applyPatch(site: Site, patch: SitePatch): Site {
  const or = <T>(next: T | undefined, before: T): T => (next === undefined ? before : next);
  const cameraUrl = patch.camera === null ? null : or(patch.camera?.url, site.cameraUrl);
  return {
    id: site.id,
    name: or(patch.name, site.name),
    region: or(patch.region, site.region),
    zone: or(patch.zone, site.zone),
    enabled: or(patch.enabled, site.enabled),
    controllerUrl: or(patch.controller?.url, site.controllerUrl),
    profileId: or(patch.controller?.profile, site.profileId),
    cameraUrl,
    cameraQueries: cameraUrl !== null && or(patch.camera?.queries, site.cameraQueries),
    location: or(patch.location, site.location),
    intervalS: or(patch.interval_s, site.intervalS),
    minersExpected: or(patch.miners_expected, site.minersExpected),
    ratedPowerKw: or(patch.rated_power_kw, site.ratedPowerKw),
  };
}

/** The site as a sites file says it: reading it again gives the same site. */
export function entryFromSite(site: Site): SiteEntry {
  return {
    id: site.id,
    name: site.name,
    region: site.region,
    zone: site.zone,
    enabled: site.enabled,
    controller: { url: site.controllerUrl, profile: site.profileId },
    ...(site.cameraUrl === null ? {} : { camera: { url: site.cameraUrl, queries: site.cameraQueries } }),
    ...(site.location === null ? {} : { location: site.location }),
    ...(site.intervalS === null ? {} : { interval_s: site.intervalS }),
    ...(site.minersExpected === null ? {} : { miners_expected: site.minersExpected }),
    ...(site.ratedPowerKw === null ? {} : { rated_power_kw: site.ratedPowerKw }),
  };
}

type Facts = Record<string, unknown>;

/**
 * What changed, for the audit trail: only the fields that differ, and of an address only that it changed.
 *
 * @param before null = the site is new
 */
export function describeSiteChange(before: Site | null, after: Site): { before: Facts | null; after: Facts } {
  const changed = (Object.keys(after) as (keyof Site)[]).filter((key) => !before || !isSame(before[key], after[key]));
  const facts = (site: Site, other: Site | null): Facts =>
    Object.fromEntries(changed.map((key) => [key, shownOf(key, site[key], other?.[key] ?? null)]));
  return { before: before && facts(before, after), after: facts(after, before) };
}

const PRIVATE: readonly string[] = ["controllerUrl", "cameraUrl"] satisfies (keyof Site)[];

function shownOf(key: keyof Site, value: unknown, other: unknown): unknown {
  if (!PRIVATE.includes(key) || value === null) return value;
  return other === null ? "(set)" : "(changed)";
}

/** Names of the fields that differ, as a person who reads a report knows them. */
export function changedFields(before: Site, after: Site): (keyof Site)[] {
  return (Object.keys(after) as (keyof Site)[]).filter((key) => !isSame(before[key], after[key]));
}

export function isSameSite(one: Site, other: Site): boolean {
  return changedFields(one, other).length === 0;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Whether somebody whose limit is `scope` may give a site that place. Their own site stays theirs by its id wherever it
 * stands, but it must not walk into a region or a zone that is somebody else's.
 */
export function mayPlace(scope: SiteScope | null, before: Site, after: Site): boolean {
  if (scope === null || (before.region === after.region && before.zone === after.zone)) return true;
  if (scope.regions.includes(after.region)) return true;
  return before.region === after.region && scope.zones.includes(after.zone);
}
