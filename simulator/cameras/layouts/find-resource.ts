import type { CameraContent } from "../content/camera-content.ts";
import type { Loop } from "../content/load-loop.ts";
import { isLayoutName, LAYOUTS, type LayoutName } from "./layouts.ts";
import { isServed, type LiveWindow, partEndMs, windowAt } from "./live-window.ts";
import { iFramePlaylist, mediaPlaylist, segmentOf } from "./media-playlist.ts";
import { multivariantPlaylist } from "./multivariant-playlist.ts";
import { ENTRY_PATH, FOLDER, type Place, TOKEN } from "./place.ts";
import { ENCRYPTION, fileOf, isTrackName, TRACKS, type Track, type TrackName } from "./tracks.ts";

/** What a request asks for. Parts of segments are segments here. */
export type ResourceKind = "entry" | "playlist" | "segment" | "init" | "key" | "unknown";

export type Resource = {
  readonly kind: ResourceKind;
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
};

/** The answer is known only then, ms since the Unix epoch: a blocking request is held, and asked again. */
export type NotYet = { readonly untilMs: number };

export type ResourceQuestion = {
  readonly siteId: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly origin: string;
  /** What the camera shows at ENTRY_PATH. */
  readonly layout: LayoutName;
  readonly content: CameraContent;
  readonly nowMs: number;
  /** The moment at which the playlists stand still; null = they move. */
  readonly frozenMs: number | null;
};

const LAYOUT_ENTRY = /^\/stream\/[^/]+\/index\.m3u8$/;
const PLAYLIST = "application/vnd.apple.mpegurl";
const MEDIA_TYPE: Readonly<Record<Track["extension"], string>> = { ts: "video/mp2t", m4s: "video/iso.segment" };

/** What a healthy camera answers. */
export function findResource(question: ResourceQuestion): Resource | NotYet {
  const { path, layout } = question;
  if (path === ENTRY_PATH) return entryOf(question, placeOf(question, layout, "entry"));
  const [layoutName = "", first = "", second, ...rest] = path.slice(FOLDER.length).split("/");
  if (!path.startsWith(FOLDER) || !isLayoutName(layoutName) || rest.length > 0) return missing("unknown");
  if (second === undefined) {
    return first === "index.m3u8" ? entryOf(question, placeOf(question, layoutName, "root")) : missing("unknown");
  }
  if (!isTrackName(first)) return missing("unknown");
  const { needsToken } = LAYOUTS[layoutName];
  const found = inTrack(question, placeOf(question, layoutName, first), first, second);
  const isRefused = needsToken && question.query.get("token") !== TOKEN;
  return isRefused && "kind" in found ? { ...missing(found.kind), status: 403 } : found;
}

function missing(kind: ResourceKind): Resource {
  return { kind, status: 404, type: "text/plain", body: Buffer.from("not found") };
}

function placeOf({ origin }: ResourceQuestion, layoutName: LayoutName, at: Place["at"]): Place {
  return { layoutName, layout: LAYOUTS[layoutName], at, origin };
}

function playlist(kind: "entry" | "playlist", text: string | null): Resource {
  return text === null ? missing(kind) : { kind, status: 200, type: PLAYLIST, body: Buffer.from(text) };
}

/** Playlists stand still with a frozen camera; its newest segments are still there. */
function windowOf({ nowMs, frozenMs }: ResourceQuestion): LiveWindow {
  return windowAt(frozenMs ?? nowMs);
}

function entryOf(question: ResourceQuestion, place: Place): Resource {
  const { content, siteId } = question;
  const { tracks, isMultivariant } = place.layout;
  if (isMultivariant) return playlist("entry", multivariantPlaylist(place, content, siteId));
  const [name] = tracks;
  const loop = name === undefined ? null : TRACKS[name].loop(content, siteId);
  if (name === undefined || loop === null) return missing("entry");
  return playlist("entry", mediaPlaylist({ place, name, loop, window: windowOf(question) }));
}

function inTrack(question: ResourceQuestion, place: Place, name: TrackName, file: string): Resource | NotYet {
  const { content, siteId } = question;
  const track: Track = TRACKS[name];
  const loop = track.loop(content, siteId);
  const kind = kindOf(file);
  if (loop === null) return missing(kind);
  if (kind === "playlist") return playlistOf(question, place, name, loop, file);
  if (file === "init.mp4" && loop.init !== null) return { kind, status: 200, type: "video/mp4", body: loop.init };
  if (file === "crypt.key" && track.isEncrypted)
    return { kind, status: 200, type: "application/octet-stream", body: ENCRYPTION.key };
  const match = /^(\d{1,12})(?:\.(\d))?\.(ts|m4s)$/.exec(file);
  if (match === null || match[3] !== track.extension) return missing(kind);
  const number = Number(match[1]);
  const bytes = match[2] === undefined ? whole(question, track, loop, number) : part(question, loop, number, match[2]);
  if (bytes === null) return missing(kind);
  return "untilMs" in bytes ? bytes : { kind, status: 200, type: MEDIA_TYPE[track.extension], body: bytes };
}

/** What a path looks like. Anything that is no layout's entry is a playlist like others. */
export function kindOfPath(path: string): ResourceKind {
  return path === ENTRY_PATH || LAYOUT_ENTRY.test(path) ? "entry" : kindOf(path);
}

function kindOf(file: string): ResourceKind {
  if (file.endsWith(".m3u8")) return "playlist";
  if (file.endsWith(".mp4")) return "init";
  if (file.endsWith(".key")) return "key";
  return file.endsWith(".ts") || file.endsWith(".m4s") ? "segment" : "unknown";
}

function playlistOf(
  question: ResourceQuestion,
  place: Place,
  name: TrackName,
  loop: Loop,
  file: string,
): Resource | NotYet {
  const window = windowOf(question);
  if (file === "iframes.m3u8" && place.layout.iFrames)
    return playlist("playlist", iFramePlaylist({ place, name, loop, window }));
  if (file !== "index.m3u8") return missing("playlist");
  const wait = TRACKS[name].delivery === "parts" ? blockedUntil(question, loop) : null;
  if (wait === "refused") return { ...missing("playlist"), status: 400 };
  if (wait !== null && wait > question.nowMs) return { untilMs: wait };
  return playlist("playlist", mediaPlaylist({ place, name, loop, window }));
}

/** When the playlist has what `_HLS_msn` and `_HLS_part` ask for; null = nothing asked for. */
function blockedUntil({ query, nowMs }: ResourceQuestion, loop: Loop): number | "refused" | null {
  const asked = query.get("_HLS_msn");
  if (asked === null) return query.has("_HLS_part") ? "refused" : null;
  const perSegment = loop.segments[0]?.parts.length ?? 1;
  const segment = Number(asked);
  const askedPart = query.get("_HLS_part");
  const number = askedPart === null ? perSegment - 1 : Number(askedPart);
  // RFC 8216bis: more than two segments ahead is an error
  if (!Number.isSafeInteger(segment) || !Number.isSafeInteger(number)) return "refused";
  if (segment > windowAt(nowMs).current + 2) return "refused";
  return partEndMs(segment, number, perSegment);
}

function whole(question: ResourceQuestion, track: Track, loop: Loop, number: number): Buffer | null {
  const served = [windowAt(question.nowMs), windowOf(question)];
  if (track.delivery !== "ranges") {
    return served.some((window) => isServed(window, number)) ? segmentOf(loop, number).bytes : null;
  }
  // a file is there as soon as its first segment is; like a camera that writes it as a whole, it has all of them
  const firstOfFile = number * loop.segments.length;
  const lastOfFile = firstOfFile + loop.segments.length - 1;
  const isThere = served.some(
    (window) => window.last >= firstOfFile && isServed(window, Math.min(lastOfFile, window.last)),
  );
  return isThere ? fileOf(loop) : null;
}

/** A part is held until it exists when it is the next one; the hint of the playlist is such a request. */
function part(question: ResourceQuestion, loop: Loop, number: number, text: string): Buffer | NotYet | null {
  const { parts } = segmentOf(loop, number);
  const bytes = parts[Number(text)];
  const window = windowAt(question.nowMs);
  if (bytes === undefined || number < window.first) return null;
  const endMs = partEndMs(number, Number(text), parts.length);
  if (endMs <= question.nowMs) return bytes;
  return partEndMs(number, Number(text) - 1, parts.length) <= question.nowMs ? { untilMs: endMs } : null;
}
