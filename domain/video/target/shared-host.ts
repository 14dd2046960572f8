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
  /** The inventory allows queries. */
  readonly allowsQuery: boolean;
}

const MEDIA_SUFFIX = /\.(?:m3u8?|ts|m4[sva]|mp4|cmf[va]|aac|vtt|key)$/;
/** No `%`, so that what is decoded twice is the same; no `;`, which some servers cut names at. */
const PLAIN_PATH = /^[A-Za-z0-9._~/-]+$/;

/** Whether a path there may be asked for, besides `camera.url` itself. */
export function isOwnMedia(url: URL, { folder, othersFolders, controllerPaths, allowsQuery }: SharedHost): boolean {
  const path = decodedPath(url.pathname);
  if (path === null || isControllerPath(path, controllerPaths)) return false;
  if (!MEDIA_SUFFIX.test(path.toLowerCase()) || (url.search !== "" && !allowsQuery)) return false;
  return path.startsWith(folder) && !othersFolders.some((other) => path.startsWith(other));
}

/** Whether a controller's profile reads or commands by that path, or by one above it. */
export function isControllerPath(path: string, controllerPaths: readonly string[]): boolean {
  const asked = path.toLowerCase();
  return controllerPaths.some((own) => asked === own || asked.startsWith(own.endsWith("/") ? own : `${own}/`));
}

/** Decoded once; null where that leaves something that servers understand differently, dots that lead upwards included. */
export function decodedPath(pathname: string): string | null {
  try {
    const path = decodeURIComponent(pathname);
    return PLAIN_PATH.test(path) && !/\/(?:\.{1,2})?(?=\/)|\/\.{1,2}$/.test(path) ? path : null;
  } catch {
    return null;
  }
}

/** The paths of a site's profile, with the prefix of its controller's address and without. */
export function controllerPathsOf({ controllerUrl, profile }: PlantSite): string[] {
  if (profile === null) return [];
  const prefix = new URL(controllerUrl).pathname.replace(/\/$/, "");
  const requests = [...profile.requests, ...Object.values(profile.commands)];
  // An argument may stand in the path: what is before it is common to all.
  const paths = requests.map(({ path }) => path.replace(/[?{].*$/, "").toLowerCase());
  return [...new Set(paths.flatMap((path) => [path, `${prefix.toLowerCase()}${path}`]))];
}

/** The path up to and with its last slash. */
export function folderOf(url: URL): string {
  return url.pathname.slice(0, url.pathname.lastIndexOf("/") + 1);
}
