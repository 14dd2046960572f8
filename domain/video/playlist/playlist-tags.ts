import { VideoError } from "../video-cause.ts";
import { MASTER_TAGS } from "./master-tags.ts";
import { MEDIA_TAGS } from "./media-tags.ts";
import type { PlaylistPass, PlaylistType } from "./playlist-pass.ts";
import { SHARED_TAGS } from "./shared-tags.ts";
import type { Tags, WriteTag } from "./tag-value.ts";

/** They say one thing about the whole playlist; readers differ in which of two they take. */
const ONCE = new Set(
  "VERSION TARGETDURATION MEDIA-SEQUENCE DISCONTINUITY-SEQUENCE PLAYLIST-TYPE PART-INF SERVER-CONTROL SKIP START ENDLIST"
    .split(" ")
    .map((name) => `EXT-X-${name}`),
);

type KnownTag = { readonly write: WriteTag; readonly type: PlaylistType | null; readonly isOnce: boolean };

const KNOWN: ReadonlyMap<string, KnownTag> = new Map(
  [tagsOf(SHARED_TAGS, null), tagsOf(MASTER_TAGS, "master"), tagsOf(MEDIA_TAGS, "media")].flat(),
);

function tagsOf(tags: Tags, type: PlaylistType | null): [string, KnownTag][] {
  return Object.entries(tags).map(([tag, write]) => [tag, { write, type, isOnce: ONCE.has(tag) }]);
}

/** In what a tag that nobody knows says: a path, a colon that is not in a time, an attribute with an address. */
const LIKE_A_URI = /\/|(?<!\d):|:(?!\d)|(?:uri|url|list)\s{0,9}=/i;

/**
 * One line that begins with `#EXT`, as it goes out.
 *
 * @param seen the tags so far that may stand only once
 * @throws {VideoError} `playlist_invalid`, `playlist_too_deep`, and what the tag's address is refused for
 */
export function rewriteTag(pass: PlaylistPass, line: string, seen: Set<string>): string {
  const colon = line.indexOf(":");
  const tag = line.slice(1, colon < 0 ? line.length : colon);
  const value = colon < 0 ? "" : line.slice(colon + 1).trim();
  const known = KNOWN.get(tag);
  if (!known) return unknownTag(pass, line, tag, value);
  if (known.type !== null) settleType(pass, known.type);
  if (known.isOnce) {
    if (seen.has(tag)) throw new VideoError("playlist_invalid", "a tag that may stand only once stands twice");
    seen.add(tag);
  }
  const written = known.write(pass, value, tag);
  if (written === null) return "#";
  return written === "" ? `#${tag}` : `#${tag}:${written}`;
}

function settleType(pass: PlaylistPass, type: PlaylistType): void {
  pass.type ??= type;
  if (pass.type !== type) throw new VideoError("playlist_invalid", "variants and segments stand in one playlist");
  if (type === "master" && pass.context.depth > 0) {
    throw new VideoError("playlist_too_deep", "a variant leads to another list of variants");
  }
}

function unknownTag(pass: PlaylistPass, line: string, tag: string, value: string): string {
  if (/^[A-Z0-9-]+$/.test(tag) && !LIKE_A_URI.test(value) && !pass.isSuspicious(value)) return line;
  pass.drop("unknown");
  return "#";
}
