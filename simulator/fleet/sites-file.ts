import { PROFILE_OF } from "../dialects/dialect.ts";
import { MINERS, RATED_POWER_KW } from "../plant/parameters.ts";
import type { SiteSpec } from "./layout.ts";

/**
 * The sites file that matches the fleet, as YAML. Every text is quoted in the JSON manner, which YAML reads as it stands.
 *
 * @param urlOf address of a site's controller, without a path
 * @param cameraPath path of the camera's playlist at that address; null = no cameras
 */
export function sitesFileText(
  specs: readonly SiteSpec[],
  urlOf: (spec: SiteSpec) => string,
  intervalS: number | null,
  cameraPath: string | null,
): string {
  const entries = specs.map((spec) => entryText(spec, urlOf(spec), intervalS, cameraPath));
  return `# written by the simulator: a simulated fleet on this machine's loopback\nsites:\n${entries.join("")}`;
}

function entryText(spec: SiteSpec, url: string, intervalS: number | null, cameraPath: string | null): string {
  const lines = [
    `  - id: ${spec.id}`,
    `    name: ${JSON.stringify(spec.name)}`,
    `    region: ${spec.region}`,
    `    zone: ${spec.zone}`,
    `    controller: { url: ${JSON.stringify(url)}, profile: ${PROFILE_OF[spec.dialect]} }`,
    `    location: { lat: ${spec.lat}, lon: ${spec.lon} }`,
    `    miners_expected: ${MINERS}`,
    `    rated_power_kw: ${RATED_POWER_KW}`,
  ];
  if (cameraPath !== null) lines.push(`    camera: { url: ${JSON.stringify(url + cameraPath)} }`);
  if (intervalS !== null) lines.push(`    interval_s: ${intervalS}`);
  return `${lines.join("\n")}\n`;
}
