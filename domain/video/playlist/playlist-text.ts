import { VideoError } from "../video-cause.ts";

/** [J] A day of 10 s segments with a date and a time each is 700 kB; a live window is 1 kB. */
const DEFAULT_BYTES = 256 * 1024;
/** What no setting goes beyond. */
const PLAYLIST_CEILING_BYTES = 1024 * 1024;
export const MAX_LINES = 20_000;
export const MAX_LINE_LENGTH = 8192;

/**
 * Control characters but for tab and line ends, a CR that ends no line, and the separators that some readers take for line
 * ends: with them two readers would see different lines.
 */
const ODD_CHARACTER = /[^\P{Cc}\t\n\r]|\r(?!\n)|[\u2028\u2029]/u;

/** @param maxBytes undefined: 256 KiB */
export function byteCap(maxBytes: number | undefined): number {
  return Math.min(maxBytes ?? DEFAULT_BYTES, PLAYLIST_CEILING_BYTES);
}

/**
 * The text of a playlist, without byte order mark.
 *
 * @throws {VideoError} `playlist_too_large`; `playlist_invalid` for what is not UTF-8 or holds odd control characters
 */
export function playlistText(input: Uint8Array | string, maxBytes: number | undefined): string {
  if (input.length > byteCap(maxBytes)) {
    throw new VideoError("playlist_too_large", "the playlist has too many bytes");
  }
  const text = typeof input === "string" ? input.replace(/^\uFEFF/, "") : decode(input);
  if (ODD_CHARACTER.test(text)) throw new VideoError("playlist_invalid", "the playlist holds control characters");
  return text;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new VideoError("playlist_invalid", "the playlist is not UTF-8", { cause });
  }
}
