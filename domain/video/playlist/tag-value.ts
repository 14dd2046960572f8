import { VideoError } from "../video-cause.ts";
import { readInteger } from "./playlist-number.ts";
import type { PlaylistPass } from "./playlist-pass.ts";

/**
 * Handles one tag of the standard.
 *
 * @param value what stands after the colon, without blanks around; empty where there is none
 * @returns what stands after the colon when it goes out, `""` for a tag without a value, null for a tag that does not go out
 */
export type WriteTag = (pass: PlaylistPass, value: string, tag: string) => string | null;
export type Tags = { readonly [tag: string]: WriteTag };

export function invalid(message: string): never {
  throw new VideoError("playlist_invalid", message);
}

/** @throws {VideoError} `playlist_invalid` for what is no decimal integer, or too large to be exact */
export function whole(text: string): number {
  return readInteger(text) ?? invalid("a number is none, or too large");
}

/** A tag whose value is such a number, and needs no more than to be one. */
export const wholeNumberTag: WriteTag = (_, value) => String(whole(value));
