import type { Layout, LayoutName } from "./layouts.ts";
import type { TrackName } from "./tracks.ts";

/** The camera's own playlist, as the sites file names it. */
export const ENTRY_PATH = "/stream.m3u8";
/** Everything else, each layout in a folder of its own with an entry `index.m3u8`. */
export const FOLDER = "/stream/";
export const TOKEN = "5ca1ab1e";

/** Where a playlist stands, which decides how it names others. */
export type Place = {
  readonly layoutName: LayoutName;
  readonly layout: Layout;
  /** `entry`: at ENTRY_PATH; `root`: in the layout's folder; else in the folder of a track. */
  readonly at: "entry" | "root" | TrackName;
  /** Scheme, address and port that the client used. */
  readonly origin: string;
};

/** @param target path within the layout's folder, such as `240p/index.m3u8` */
export function uriOf({ layoutName, layout, at, origin }: Place, target: string): string {
  const query = layout.needsToken ? `?token=${TOKEN}` : "";
  const rooted = `${FOLDER}${layoutName}/${target}`;
  switch (layout.uris) {
    case "absolute":
      return `${origin}${rooted}${query}`;
    case "rooted":
      return `${rooted}${query}`;
    default:
      return `${relative(at, layoutName, target)}${query}`;
  }
}

function relative(at: Place["at"], layoutName: LayoutName, target: string): string {
  if (at === "entry") return `stream/${layoutName}/${target}`;
  if (at === "root") return target;
  return target.startsWith(`${at}/`) ? target.slice(at.length + 1) : `../${target}`;
}
