import { z } from "zod";
import { plainText } from "../plain-text.ts";
import { isSiteHost } from "./site-address.ts";
import { SiteId } from "./site-id.ts";

const NO_PLACE = "must not be a link-local, multicast or empty address";

/** Only plain HTTP(S) addresses without credentials, query or fragment: a path prefix is all that a profile builds on. */
const ControllerUrl = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine((text) => isBareUrl(text), "must have no user name, password, query or fragment")
  .refine((text) => isSiteHost(parse(text)?.hostname ?? ""), NO_PLACE);

const CameraUrl = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine((text) => isSiteHost(parse(text)?.hostname ?? ""), NO_PLACE);

/** One site of the inventory as people write it: snake_case keys, unknown keys are refused. */
export const SiteEntry = z.strictObject({
  id: SiteId,
  name: plainText(120).min(1),
  region: plainText(64).min(1).default("default"),
  zone: plainText(64).min(1).default("default"),
  enabled: z.boolean().default(true),
  controller: z.strictObject({
    url: ControllerUrl,
    profile: z.string().regex(/^[a-z0-9-]+$/),
  }),
  camera: z
    .strictObject({
      url: CameraUrl,
      queries: z
        .boolean()
        .default(false)
        .describe("Queries are sent to it although it shares host and port with a controller or another camera"),
    })
    .optional(),
  location: z.strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) }).optional(),
  interval_s: z.int().min(1).max(3600).optional(),
  miners_expected: z.int().min(0).max(1000).optional(),
  rated_power_kw: z.number().min(0).max(10_000).optional(),
});
export type SiteEntry = z.infer<typeof SiteEntry>;

/** The sites file: YAML or JSON. */
export const SitesFile = z.strictObject({ sites: z.array(SiteEntry).max(200_000) });
export type SitesFile = z.infer<typeof SitesFile>;

/** One site as the platform holds it. `controllerUrl` and `cameraUrl` are private: they never reach a browser, an error or a metric. */
export type Site = {
  readonly id: SiteId;
  readonly name: string;
  readonly region: string;
  readonly zone: string;
  readonly enabled: boolean;
  readonly controllerUrl: string;
  readonly profileId: string;
  readonly cameraUrl: string | null;
  /** Where it shares host and port with a controller a query could be an order: it is sent only if this is set. */
  readonly cameraQueries: boolean;
  readonly location: { readonly lat: number; readonly lon: number } | null;
  /** Own polling interval in seconds; null = the platform's default. */
  readonly intervalS: number | null;
  readonly minersExpected: number | null;
  readonly ratedPowerKw: number | null;
};

/** Whether there is a camera to be looked at: one of a site that is switched off is not. */
export function hasCamera<S extends Pick<Site, "cameraUrl" | "enabled">>(
  site: S,
): site is S & { readonly cameraUrl: string } {
  return site.enabled && site.cameraUrl !== null;
}

/** The entry of a sites file as the platform holds it. */
export function siteFromEntry(entry: SiteEntry): Site {
  return {
    id: entry.id,
    name: entry.name,
    region: entry.region,
    zone: entry.zone,
    enabled: entry.enabled,
    controllerUrl: entry.controller.url,
    profileId: entry.controller.profile,
    cameraUrl: entry.camera?.url ?? null,
    cameraQueries: entry.camera?.queries ?? false,
    location: entry.location ?? null,
    intervalS: entry.interval_s ?? null,
    minersExpected: entry.miners_expected ?? null,
    ratedPowerKw: entry.rated_power_kw ?? null,
  };
}

/** What is no address at all was told already: the other checks have nothing to add. */
function isBareUrl(text: string): boolean {
  const url = parse(text);
  return url === null || (url.username === "" && url.password === "" && url.search === "" && url.hash === "");
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
