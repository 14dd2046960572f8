import type { TrackName } from "./tracks.ts";

/** How a camera presents itself. */
export type Layout = {
  readonly summary: string;
  /** The tracks of its multivariant playlist; a single one is its own entry. */
  readonly tracks: readonly TrackName[];
  readonly isMultivariant: boolean;
  /** How playlists name what belongs to them. */
  readonly uris: "relative" | "rooted" | "absolute";
  /** Everything but the entry is served only with the token that the playlists carry in their URIs. */
  readonly needsToken: boolean;
  readonly sound: boolean;
  readonly iFrames: boolean;
};

const single = (track: TrackName, summary: string): Layout => ({
  summary,
  tracks: [track],
  isMultivariant: false,
  uris: "relative",
  needsToken: false,
  sound: false,
  iFrames: false,
});
const ladder = (summary: string, own: Partial<Layout> = {}): Layout => ({
  ...single("240p", summary),
  tracks: ["720p", "360p", "240p"],
  isMultivariant: true,
  ...own,
});

/** A new layout is one entry here. */
export const LAYOUTS = {
  media: single("240p", "a media playlist alone, 240p with the site's id"),
  "media-360p": single("360p", "a media playlist alone, 360p"),
  "media-720p": single("720p", "a media playlist alone, 720p"),
  master: ladder("a multivariant playlist with 720p, 360p and 240p"),
  absolute: ladder("the same, every URI absolute", { uris: "absolute" }),
  rooted: { ...single("240p", "every URI an absolute path"), uris: "rooted" },
  fmp4: single("fmp4", "fragmented MP4 with an init segment"),
  aes: single("aes", "AES-128, one key"),
  ranges: single("file", "byte ranges of one file"),
  audio: ladder("240p, the sound as a rendition of its own", { tracks: ["240p"], sound: true }),
  iframes: ladder("240p with an I-frame playlist of byte ranges", { tracks: ["240p"], iFrames: true }),
  "low-latency": ladder("LL-HLS: parts, blocking reload, rendition reports", { tracks: ["ll-240p", "ll-360p"] }),
  tokens: { ...ladder("every URI with a query, which the camera insists on"), needsToken: true },
} as const satisfies Record<string, Layout>;
export type LayoutName = keyof typeof LAYOUTS;

export function isLayoutName(text: string): text is LayoutName {
  return Object.hasOwn(LAYOUTS, text);
}
