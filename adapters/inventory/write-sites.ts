import { stringify } from "yaml";
import type { Site } from "../../domain/sites/site.ts";
import { entryFromSite } from "../../domain/sites/site-change.ts";

export const SITES_FORMATS = ["yaml", "json"] as const;
export type SitesFormat = (typeof SITES_FORMATS)[number];

export const SITES_TYPES: Readonly<Record<SitesFormat, string>> = {
  yaml: "application/yaml; charset=utf-8",
  json: "application/json; charset=utf-8",
};

/** Sites per piece: a large fleet is written while it is sent, and the loop goes on between two pieces. */
const PIECE = 200;

/** An inventory as a sites file, addresses included. What is read back from it is the same inventory. */
export async function* writeSites(sites: readonly Site[], format: SitesFormat): AsyncGenerator<string> {
  const write = format === "yaml" ? yamlOf : jsonOf;
  if (sites.length === 0) {
    yield format === "yaml" ? "sites: []\n" : '{"sites":[]}\n';
    return;
  }
  yield format === "yaml" ? "sites:\n" : '{"sites":[\n';
  for (let first = 0; first < sites.length; first += PIECE) {
    const piece = sites.slice(first, first + PIECE).map(write);
    const isLast = first + PIECE >= sites.length;
    yield format === "yaml" ? piece.join("") : `${piece.join(",\n")}${isLast ? "\n" : ",\n"}`;
    await new Promise(setImmediate);
  }
  if (format === "json") yield "]}\n";
}

function yamlOf(site: Site): string {
  const text = stringify([entryFromSite(site)], {
    lineWidth: 0,
    defaultStringType: "PLAIN",
    aliasDuplicateObjects: false,
  });
  // By line feeds alone: to a pattern, some characters that a name may hold are line ends as well.
  const lines = text.split("\n").map((line) => (line === "" ? "" : `  ${line}`));
  return lines.join("\n");
}

function jsonOf(site: Site): string {
  return JSON.stringify(entryFromSite(site));
}
