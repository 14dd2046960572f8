import { parse, setOptions } from "hls-parser";
import { Parser } from "m3u8-parser";
import type { PlaylistContext, RewrittenPlaylist } from "../../../../domain/video/playlist/rewritten-playlist.ts";
import { askedFor } from "./check-ours.ts";

// Else it writes what it finds wrong to the console.
setOptions({ silent: true } as Parameters<typeof setOptions>[0]);

/** Readers of playlists that know nothing of ours, and little of each other. */
export const ORACLES: { readonly name: string; readonly read: (text: string) => unknown }[] = [
  { name: "hls-parser", read: (text) => parse(text) },
  {
    name: "m3u8-parser",
    read: (text) => {
      const parser = new Parser();
      parser.push(text);
      parser.end();
      return parser.manifest;
    },
  },
];

/** Titles are taken out like comments, definitions are filled in; `source` is the text once more. */
const NOT_KEPT = new Set(["title", "definitions", "source"]);

/** What a reader understood, with its addresses as `resolve` gives them; one is empty while only parts of a segment are there. */
export function meaningOf(read: unknown, resolve: (uri: string) => string): unknown {
  if (Array.isArray(read)) return read.map((item) => meaningOf(item, resolve));
  if (read === null || typeof read !== "object" || read instanceof Date || ArrayBuffer.isView(read)) return read;
  const kept = Object.entries(read).filter(([key, value]) => !NOT_KEPT.has(key) && value !== undefined);
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      /^uri$/i.test(key) && typeof value === "string" && value !== "" ? resolve(value) : meaningOf(value, resolve),
    ]),
  );
}

export function upstreamOf({ upstreamUrl }: PlaylistContext): (uri: string) => string {
  return (uri) => new URL(uri, upstreamUrl).href.replace(/#.*$/, "");
}

/** Where an address of ours leads upstream, if it was named. */
export function upstreamOfServed(
  { resources }: RewrittenPlaylist,
  { servedPath }: PlaylistContext,
): (uri: string) => string {
  const urls = new Map(resources.map(({ servedAs, url }) => [servedAs, url]));
  return (uri) => urls.get(askedFor(uri, servedPath)) ?? `not named: ${uri}`;
}
