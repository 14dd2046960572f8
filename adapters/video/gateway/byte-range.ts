import { VideoError } from "../../../domain/video/video-cause.ts";

/** Both counted. */
export type ByteSpan = { readonly first: number; readonly last: number };

/** One part with both its ends, as `first-last`: so parts are named in keys and tables. */
export function spanText({ first, last }: ByteSpan): string {
  return `${first}-${last}`;
}

/** @param text `first-last` */
export function spanFrom(text: string): ByteSpan {
  const [first = 0, last = 0] = text.split("-").map(Number);
  return { first, last };
}

/** The part that a request asks for; null without the header. @throws {VideoError} `range_invalid` for anything but one part with both its ends */
export function spanOfHeader(header: string | undefined): string | null {
  if (header === undefined) return null;
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header) ?? [];
  if (first === undefined || last === undefined) throw new VideoError("range_invalid", "one part with both its ends");
  return spanText({ first: Number(first), last: Number(last) });
}
