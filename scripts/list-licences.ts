import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A package that the platform is delivered with. `licence`: as its manifest says it, an SPDX expression. */
export type Licence = { readonly name: string; readonly version: string; readonly licence: string };

type Locked = {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
};
type Manifest = { readonly license?: unknown; readonly licenses?: unknown };

/** Needed for building only, yet built into the pages that browsers load. */
const BUILT_IN = ["echarts", "hls.js"];
/** Their manifests say nothing; their README files hold the text of the licence. */
const IN_README: Readonly<Record<string, string>> = { "cli-table@0.3.11": "MIT", "pause@0.0.1": "MIT" };
const FOLDER = "node_modules/";

/**
 * Every package of the lockfile that goes out with the platform: those of production, and what is built into the pages.
 * In order of name, each version once.
 *
 * @throws {Error} that names packages whose licence nobody says
 */
export function listLicences(root: string): Licence[] {
  const lock = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, Locked>;
  };
  const builtIn = withDependencies(BUILT_IN, lock.packages);
  const found = new Map<string, Licence>();
  for (const [place, locked] of Object.entries(lock.packages)) {
    if (!place.startsWith(FOLDER) || locked.link || locked.version === undefined) continue;
    const name = place.slice(place.lastIndexOf(FOLDER) + FOLDER.length);
    if (locked.dev && !builtIn.has(name)) continue;
    const id = `${name}@${locked.version}`;
    const licence = locked.license ?? IN_README[id] ?? licenceIn(path.join(root, place));
    found.set(id, { name, version: locked.version, licence });
  }
  const all = [...found.values()].sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
  const unknown = all.filter(({ licence }) => licence === "").map(({ name, version }) => `${name}@${version}`);
  if (unknown.length > 0) throw new Error(`no licence is said by ${unknown.join(", ")}`);
  return all;
}

export function writeLicences(root: string, file: string): void {
  writeFileSync(file, `${JSON.stringify(listLicences(root))}\n`);
}

function withDependencies(names: readonly string[], packages: Record<string, Locked>): ReadonlySet<string> {
  const all = new Set<string>();
  const visit = (name: string): void => {
    if (all.has(name)) return;
    all.add(name);
    for (const dependency of Object.keys(packages[FOLDER + name]?.dependencies ?? {})) visit(dependency);
  };
  for (const name of names) visit(name);
  return all;
}

/** Old manifests say it as an object, or as a list of them. */
function licenceIn(folder: string): string {
  const { license, licenses } = readManifest(folder);
  const said = [license ?? licenses ?? []].flat().map((one) => {
    if (typeof one === "string") return one;
    return typeof one === "object" && one !== null && "type" in one ? String(one.type) : "";
  });
  return said.filter((one) => one !== "").join(" OR ");
}

/** Packages for another kind of machine are in the lockfile, and not installed. */
function readManifest(folder: string): Manifest {
  try {
    return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;
  } catch {
    return {};
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
