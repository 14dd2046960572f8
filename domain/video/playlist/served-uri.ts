import { readUri } from "../target/read-uri.ts";
import { VideoError } from "../video-cause.ts";
import type { PlaylistContext, ResourceKind } from "./rewritten-playlist.ts";

/** One URI of a playlist: what it stands for upstream, what a browser asks for, and how that is written in this playlist. */
export type ServedUri = { readonly url: string; readonly servedAs: string; readonly text: string };

/** Names and slashes, no part empty or of dots: joined to a folder by text alone. */
function isRelativePath(uri: string): boolean {
  return /^[A-Za-z0-9._/-]+$/.test(uri) && !/(?:^|\/)\.{0,2}(?:\/|$)/.test(uri);
}

/**
 * Whether a path below a stream may be served as it is: plain characters, no empty part, none of dots, and none of our own
 * places (`r/…` for opaque ids, `rec/…` for recordings, `x/…` for what FFmpeg makes, the entry).
 */
function isPlainPath(path: string): boolean {
  return isRelativePath(path) && !/(?:^|\/)r(?:\/|$)|^(?:rec\/|x\/|index\.m3u8$)/.test(path);
}

/**
 * Maps the URIs of one playlist. What lies below the stream's base is served at its real path, unless that says something
 * suspicious (a file named after the camera's address); everything else by an opaque id at `r/…`. So the same URL has the
 * same address in every playlist of the stream, and players recognise it.
 *
 * The function that is returned throws a VideoError: `playlist_invalid` where a URI names nothing, `target_not_allowed` where
 * it is no address, and what `judge` says. `isSecret`: the URI was made of the camera's own query; it is never shown.
 */
export function createUriMap(
  context: PlaylistContext,
  suspicious: RegExp,
): (uri: string, kind: ResourceKind, isSecret: boolean) => ServedUri {
  const { upstreamUrl, baseUrl, servedPath, judge, opaqueIdOf } = context;
  const upstreamFolder = new URL(".", upstreamUrl).href;
  const folder = servedPath.slice(0, servedPath.lastIndexOf("/") + 1);
  const up = "../".repeat(folder.split("/").length - 1);
  // Byte ranges name one file over and over.
  const last: { [kind in ResourceKind]?: { readonly uri: string; readonly served: ServedUri } } = {};

  function textOf(servedAs: string): string {
    if (folder !== "" && servedAs.startsWith(folder)) return servedAs.slice(folder.length);
    return up + servedAs;
  }

  function resolve(uri: string, kind: ResourceKind): string {
    const hash = uri.indexOf("#");
    const asked = hash < 0 ? uri : uri.slice(0, hash);
    if (asked === "" || asked === "?") throw new VideoError("playlist_invalid", "a URI names nothing");
    const absolute = isRelativePath(asked) ? upstreamFolder + asked : asked;
    // A base is parsed anew with each URI that it is given for.
    const url = readUri(absolute, /^https?:\/\//.test(absolute) ? undefined : upstreamUrl);
    const cause = url === null ? "target_not_allowed" : judge(url, kind);
    if (url !== null && cause === null) return url.href;
    throw new VideoError(cause ?? "target_not_allowed", "a URI leads where it must not");
  }

  return (uri, kind, isSecret) => {
    const same = last[kind];
    if (same?.uri === uri && !isSecret) return same.served;
    const url = resolve(uri, kind);
    const below = !isSecret && url.startsWith(baseUrl) ? url.slice(baseUrl.length) : "";
    const servedAs = isPlainPath(below) && !suspicious.test(below) ? below : `r/${opaqueIdOf(url)}`;
    const served = { url, servedAs, text: textOf(servedAs) };
    if (!isSecret) last[kind] = { uri, served };
    return served;
  };
}
