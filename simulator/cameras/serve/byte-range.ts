import { type CameraReply, goodReply } from "./camera-reply.ts";

const NAMES_A_RANGE = /\r\nrange:[ \t]*bytes=(\d*)-(\d*)[ \t]*(?:\r\n|$)/i;

/** The part of a good body that the request's head asks for (RFC 9110 §14), or the whole of it. */
export function inRange(head: string, type: string, body: Buffer): CameraReply {
  const match = NAMES_A_RANGE.exec(head);
  if (match === null || (match[1] === "" && match[2] === ""))
    return goodReply(200, type, body, ["Accept-Ranges: bytes"]);
  const [, from = "", to = ""] = match;
  const start = from === "" ? Math.max(0, body.length - Number(to)) : Number(from);
  const end = from === "" || to === "" ? body.length - 1 : Math.min(Number(to), body.length - 1);
  if (start > end) return goodReply(416, "text/plain", Buffer.alloc(0), [`Content-Range: bytes */${body.length}`]);
  return partial(type, body, start, end);
}

/** @param start and @param end both included */
export function partial(type: string, body: Buffer, start: number, end: number): CameraReply {
  const named = `Content-Range: bytes ${start}-${end}/${body.length}`;
  return goodReply(206, type, body.subarray(start, end + 1), [named]);
}
