import { readUri } from "../target/read-uri.ts";
import { VideoError } from "../video-cause.ts";
import type { PlaylistContext, ResourceKind } from "./rewritten-playlist.ts";

/** One URI of a playlist: what it stands for upstream, what a browser asks for, and how that is written in this playlist. */
export type ServedUri = { readonly url: string; readonly servedAs: string; readonly text: string };

type Known = { readonly kind: ResourceKind; readonly served: ServedUri };

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
 * It remembers those of the pass before, and no others: a live window shares all but one or two with the one after it.
 */
export class ServedUris {
  readonly #context: PlaylistContext;
  readonly #suspicious: RegExp;
  readonly #upstreamFolder: string;
  /** Of the playlist's own address: the folder, and the way from there to the stream's base. */
  readonly #folder: string;
  readonly #up: string;
  #before = new Map<string, Known>();
  /** By texts of this pass: a part of a text keeps the whole of it in memory. */
  #now = new Map<string, Known>();

  constructor(context: PlaylistContext, suspicious: RegExp) {
    this.#context = context;
    this.#suspicious = suspicious;
    this.#upstreamFolder = new URL(".", context.upstreamUrl).href;
    this.#folder = context.servedPath.slice(0, context.servedPath.lastIndexOf("/") + 1);
    this.#up = "../".repeat(this.#folder.split("/").length - 1);
  }

  /** A pass begins. */
  begin(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }

  /**
   * @param isSecret the URI was made of the camera's own query; it is never shown
   * @throws {VideoError} `playlist_invalid` where it names nothing, `target_not_allowed` where it is no address, and what
   *   `judge` says
   */
  of(uri: string, kind: ResourceKind, isSecret: boolean): ServedUri {
    if (isSecret) return this.#serve(uri, kind, true);
    // Byte ranges name one file over and over.
    const again = this.#now.get(uri);
    if (again?.kind === kind) return again.served;
    const before = this.#before.get(uri);
    const known = before?.kind === kind ? before : { kind, served: this.#serve(uri, kind, false) };
    this.#now.set(uri, known);
    return known.served;
  }

  #serve(uri: string, kind: ResourceKind, isSecret: boolean): ServedUri {
    const { baseUrl, opaqueIdOf } = this.#context;
    const url = this.#resolve(uri, kind);
    const below = !isSecret && url.startsWith(baseUrl) ? url.slice(baseUrl.length) : "";
    const servedAs = isPlainPath(below) && !this.#suspicious.test(below) ? below : `r/${opaqueIdOf(url)}`;
    return { url, servedAs, text: this.#textOf(servedAs) };
  }

  #resolve(uri: string, kind: ResourceKind): string {
    const hash = uri.indexOf("#");
    const asked = hash < 0 ? uri : uri.slice(0, hash);
    if (asked === "" || asked === "?") throw new VideoError("playlist_invalid", "a URI names nothing");
    const absolute = isRelativePath(asked) ? this.#upstreamFolder + asked : asked;
    // A base is parsed anew with each URI that it is given for.
    const url = readUri(absolute, /^https?:\/\//.test(absolute) ? undefined : this.#context.upstreamUrl);
    const cause = url === null ? "target_not_allowed" : this.#context.judge(url, kind);
    if (url !== null && cause === null) return url.href;
    throw new VideoError(cause ?? "target_not_allowed", "a URI leads where it must not");
  }

  #textOf(servedAs: string): string {
    if (this.#folder !== "" && servedAs.startsWith(this.#folder)) return servedAs.slice(this.#folder.length);
    return this.#up + servedAs;
  }
}
