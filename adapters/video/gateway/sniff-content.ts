import { VideoError } from "../../../domain/video/video-cause.ts";

/** Boxes that a fragment or an initialisation section begins with (ISO/IEC 14496-12, RFC 8216 §3.3). */
const BOXES: ReadonlySet<string> = new Set([
  "ftyp",
  "styp",
  "moof",
  "moov",
  "sidx",
  "emsg",
  "prft",
  "mdat",
  "free",
  "skip",
]);
/** A page of HTML, an error in JSON: what a camera says when it has no picture. */
const PRINTABLE = /^[\t\n\r\x20-\x7e]*$/;

/**
 * What kind of media begins with these bytes: what the camera says of it does not count.
 *
 * @param isEncrypted by AES-128, which hides what it is: only text is refused then
 * @returns the content type to send
 * @throws {VideoError} `bad_content`
 */
export function sniffMedia(first: Buffer, isEncrypted: boolean): string {
  if (first.length === 0) throw new VideoError("bad_content", "an empty segment");
  if (first[0] === 0x47 && (first.length <= 188 || first[188] === 0x47)) return "video/mp2t";
  if (first.length >= 8 && BOXES.has(first.toString("latin1", 4, 8))) return "video/mp4";
  const head = first.toString("latin1", 0, 16);
  if (/^(\xef\xbb\xbf)?WEBVTT/.test(head)) return "text/vtt";
  if (isEncrypted) {
    if (PRINTABLE.test(head)) throw new VideoError("bad_content", "text in place of an encrypted segment");
    return "application/octet-stream";
  }
  // Packed audio: ADTS, and the ID3 tag that RFC 8216 §3.4 wants before it.
  if (head.startsWith("ID3") || (first[0] === 0xff && ((first[1] ?? 0) & 0xf0) === 0xf0)) return "audio/aac";
  throw new VideoError("bad_content", "is neither a transport stream nor a fragment of MP4");
}

/** @throws {VideoError} `bad_content` for anything but the 16 bytes of an AES-128 key */
export function checkKey(bytes: Buffer): string {
  if (bytes.length !== 16) throw new VideoError("bad_content", `a key of ${bytes.length} bytes, 16 are right`);
  return "application/octet-stream";
}
