import { STATUS_CODES } from "node:http";
import type { HeadRefusal } from "../../../domain/http/request-head.ts";

/** Whole texts of HTTP/1.1 that depend on nothing but a status and the second. */
const LINES = new Map(
  Object.entries(STATUS_CODES).map(([status, reason]) => [Number(status), `HTTP/1.1 ${status} ${reason}\r\n`]),
);
let dateS = Number.NaN;
let date = "";

/** Of an answer's header `date`: the same text until the second is over. */
export function answerDate(): string {
  const nowS = Math.floor(Date.now() / 1000);
  if (nowS !== dateS) {
    dateS = nowS;
    date = new Date(nowS * 1000).toUTCString();
  }
  return date;
}

/** The first line of an answer, and its date. @param status one that IANA has registered */
export function statusLine(status: number): string {
  return `${LINES.get(status)}date: ${answerDate()}\r\n`;
}

/** What is answered to who does not speak HTTP/1.1, or too slowly: the connection ends with it. */
export function refusalText(status: HeadRefusal | 408): string {
  return `${statusLine(status)}connection: close\r\ncontent-length: 0\r\n\r\n`;
}
