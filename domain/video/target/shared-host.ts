import type { PlantSite } from "./plant-map.ts";

/**
 * Where a camera shares its host and port with a controller, a line in a playlist could be an order to the cooling: public
 * code commands such controllers by plain GETs (`/cooler?operation=close`). So only what can be nothing but media is asked
 * for there, and on a host that serves several cameras only what is this one's.
 */
export interface SharedHost {
  /** Of `camera.url`, up to and with the last slash. */
  readonly folder: string;
  /** Folders of other cameras on the same host that lie below this one's. */
  readonly othersFolders: readonly string[];
  /** Paths that profiles of controllers there read or command by; small letters. */
  readonly controllerPaths: readonly string[];
  /** Names of what those profiles send in queries; small letters. */
  readonly controllerParameters: readonly string[];
  /** The inventory allows queries. */
  readonly allowsQuery: boolean;
}

const MEDIA_SUFFIX = /\.(?:m3u8?|ts|m4[sva]|mp4|cmf[va]|aac|vtt|key)$/;
/** No `%`, so that what is decoded twice is the same; no `;`, which some servers cut names at. */
const PLAIN_PATH = /^[A-Za-z0-9._~/-]+$/;

/** Without what some servers read as something else: a second decoding, `+` for a blank. */
const PLAIN_NAME = /^[a-z0-9._~-]*$/;

/** Whether a path there may be asked for, besides `camera.url` itself. */
export function isOwnMedia(url: URL, host: SharedHost): boolean {
  const { folder, othersFolders, controllerPaths } = host;
  const path = decodedPath(url.pathname);
  if (path === null || isControllerPath(path, controllerPaths)) return false;
  if (!MEDIA_SUFFIX.test(path.toLowerCase()) || !isOwnQuery(url.search, host)) return false;
  return path.startsWith(folder) && !othersFolders.some((other) => path.startsWith(other));
}

/** None; or, where queries are allowed, one that no controller there is read or commanded by, whatever path it stands at. */
function isOwnQuery(search: string, { controllerParameters, allowsQuery }: SharedHost): boolean {
  if (search === "") return true;
  const query = decoded(search.slice(1));
  if (!allowsQuery || query === null) return false;
  // Some servers part at `;`, too.
  const names = query.split(/[?&;]/).map((part) => part.replace(/[=[].*$/s, "").toLowerCase());
  return names.every((name) => PLAIN_NAME.test(name) && !controllerParameters.includes(name));
}

/** Whether a controller's profile reads or commands by that path, or by one above it. */
export function isControllerPath(path: string, controllerPaths: readonly string[]): boolean {
  const asked = path.toLowerCase();
  return controllerPaths.some((own) => asked === own || asked.startsWith(own.endsWith("/") ? own : `${own}/`));
}

/** Decoded once; null where that leaves something that servers understand differently, dots that lead upwards included. */
export function decodedPath(pathname: string): string | null {
  const path = decoded(pathname);
  return path !== null && PLAIN_PATH.test(path) && !/\/(?:\.{1,2})?(?=\/)|\/\.{1,2}$/.test(path) ? path : null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** The paths of a site's profile, with the prefix of its controller's address and without. */
export function controllerPathsOf({ controllerUrl, profile }: PlantSite): string[] {
  if (profile === null) return [];
  const prefix = new URL(controllerUrl).pathname.replace(/\/$/, "");
  // An argument may stand in the path: what is before it is common to all.
  const paths = pathsOf(profile).map((path) => path.replace(/[?{].*$/, "").toLowerCase());
  return [...new Set(paths.flatMap((path) => [path, `${prefix.toLowerCase()}${path}`]))];
}

/** What the requests of a site's profile say in their queries: `operation` of `/cooler?operation=close`. */
export function controllerParametersOf({ profile }: PlantSite): string[] {
  const queries = profile === null ? [] : pathsOf(profile).map((path) => path.split("?")[1] ?? "");
  const names = queries.flatMap((query) => query.split("&").map((part) => part.replace(/=.*$/, "").toLowerCase()));
  return names.filter((name) => name !== "");
}

function pathsOf({ requests, commands }: NonNullable<PlantSite["profile"]>): string[] {
  return [...requests, ...Object.values(commands)].map(({ path }) => path);
}

/** The path up to and with its last slash. */
export function folderOf(url: URL): string {
  return url.pathname.slice(0, url.pathname.lastIndexOf("/") + 1);
}
