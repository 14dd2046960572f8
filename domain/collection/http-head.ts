import { CLASS, TOKEN } from "../http/byte-classes.ts";

const TAB = 9;
const SPACE = 32;
const COLON = 58;
/** The bit that tells small letters from capitals. */
const SMALL = 0x20;
const VERSION = bytesOf("HTTP/1.");
/** Length of `HTTP/1.1 200`. */
const SHORTEST_STATUS_LINE = 12;
/** The names that count, in lower case. No other name is worth a string, and these need none to be known. */
const FIELDS = (
  ["content-length", "transfer-encoding", "content-encoding", "content-range", "connection", "keep-alive"] as const
).map((name) => ({ name, bytes: bytesOf(name) }));

/** What counts of a response's head. All else in it is checked, and forgotten. */
export type HttpHead = {
  status: number;
  isHttp10: boolean;
  /** Bytes; null = not said. More than 2^53 is inexact, which only makes it too large all the same. */
  contentLength: number | null;
  isChunked: boolean;
  /** All values of `Content-Encoding`, joined as one list; "" = not said. */
  contentEncoding: string;
  /** All values of `Content-Range`, joined as one list: two of them are no range; "" = not said. */
  contentRange: string;
  /** All values of `Connection`, joined as one list, in lower case. */
  connection: string;
  /** How long the controller keeps an idle connection, seconds; null = not said. */
  keepAliveS: number | null;
};

export function newHttpHead(): HttpHead {
  return {
    status: 0,
    isHttp10: false,
    contentLength: null,
    isChunked: false,
    contentEncoding: "",
    contentRange: "",
    connection: "",
    keepAliveS: null,
  };
}

/** Whether the bytes, as far as they go, are the beginning of an HTTP/1 response. */
export function mayBeStatusLine(bytes: Uint8Array, from: number, to: number): boolean {
  const known = Math.min(VERSION.length, to - from);
  for (let i = 0; i < known; i += 1) if (bytes[from + i] !== VERSION[i]) return false;
  return true;
}

/**
 * Reads a status line without its CRLF: HTTP/1.0 or 1.1, one space, three digits, and a reason or none.
 *
 * @returns false when it is none
 */
export function readStatusLine(head: HttpHead, bytes: Uint8Array, from: number, to: number): boolean {
  const afterStatus = from + SHORTEST_STATUS_LINE;
  if (to < afterStatus || !mayBeStatusLine(bytes, from, to)) return false;
  const minor = digitAt(bytes, from + 7);
  const status = 100 * digitAt(bytes, from + 9) + 10 * digitAt(bytes, from + 10) + digitAt(bytes, from + 11);
  if (!(minor <= 1) || bytes[from + 8] !== SPACE || !(status >= 100)) return false;
  if (to > afterStatus && bytes[afterStatus] !== SPACE) return false;
  head.status = status;
  head.isHttp10 = minor === 0;
  return isText(bytes, afterStatus, to);
}

/**
 * Reads a header line without its CRLF (RFC 9112 §5): a name, a colon, a value without control characters. A folded line
 * has no name and is refused; so is a second length or coding, which is how one answer is smuggled behind another.
 *
 * @returns false when the line is not allowed
 */
export function readHeaderLine(head: HttpHead, bytes: Uint8Array, from: number, to: number): boolean {
  let nameEnd = from;
  while (nameEnd < to && ((CLASS[bytes[nameEnd] ?? 0] ?? 0) & TOKEN) !== 0) nameEnd += 1;
  if (nameEnd === from || nameEnd === to || bytes[nameEnd] !== COLON) return false;
  if (!isText(bytes, nameEnd + 1, to)) return false;
  for (const field of FIELDS) {
    if (isNamed(bytes, from, nameEnd, field.bytes)) return readField(head, field.name, bytes, nameEnd + 1, to);
  }
  return true;
}

function isNamed(bytes: Uint8Array, from: number, to: number, name: readonly number[]): boolean {
  if (to - from !== name.length) return false;
  // The bytes are those of a token: among them this makes letters small, and nothing else a letter or a hyphen.
  for (let i = 0; i < name.length; i += 1) if (((bytes[from + i] ?? 0) | SMALL) !== name[i]) return false;
  return true;
}

/** A trailer is checked like a header; what would change the framing has no place there (RFC 9110 §6.5.1). */
export function isTrailerLine(bytes: Uint8Array, from: number, to: number): boolean {
  const head = newHttpHead();
  return readHeaderLine(head, bytes, from, to) && head.contentLength === null && !head.isChunked;
}

type FieldName = (typeof FIELDS)[number]["name"];

function readField(head: HttpHead, name: FieldName, bytes: Uint8Array, from: number, to: number): boolean {
  if (name === "content-length") return readLength(head, bytes, from, to);
  const value = textOf(bytes, from, to).trim();
  switch (name) {
    case "transfer-encoding":
      if (head.isChunked || value.toLowerCase() !== "chunked") return false;
      head.isChunked = true;
      return true;
    case "content-encoding":
      head.contentEncoding = joined(head.contentEncoding, value);
      return true;
    case "content-range":
      head.contentRange = joined(head.contentRange, value);
      return true;
    case "connection":
      head.connection = joined(head.connection, value.toLowerCase());
      return true;
    case "keep-alive":
      head.keepAliveS = Number(/timeout *= *(\d{1,9})/i.exec(value)?.[1] ?? Number.NaN) || null;
      return true;
  }
}

/** Digits, with blanks around them and none within. */
function readLength(head: HttpHead, bytes: Uint8Array, from: number, to: number): boolean {
  let first = from;
  let end = to;
  while (first < end && isBlank(bytes[first])) first += 1;
  while (end > first && isBlank(bytes[end - 1])) end -= 1;
  if (head.contentLength !== null || first === end) return false;
  let length = 0;
  for (let i = first; i < end; i += 1) length = 10 * length + digitAt(bytes, i);
  head.contentLength = length;
  return !Number.isNaN(length);
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

/** Whether the connection may be used again (RFC 9112 §9.3). */
export function allowsKeepAlive({ connection, isHttp10, isChunked }: HttpHead): boolean {
  if (connection === "") return !isHttp10;
  const options = connection.split(",").map((option) => option.trim());
  if (options.includes("close")) return false;
  // A coding in HTTP/1.0 is faulty framing: read, but not trusted further (RFC 9112 §6.1).
  return !isHttp10 || (options.includes("keep-alive") && !isChunked);
}

function joined(list: string, value: string): string {
  return list === "" ? value : `${list}, ${value}`;
}

function isText(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) if (CLASS[bytes[i] ?? 0] === 0) return false;
  return true;
}

/** NaN for what is no digit, so that every comparison with it fails. */
function digitAt(bytes: Uint8Array, at: number): number {
  const digit = (bytes[at] ?? 0) - 48;
  return digit >= 0 && digit <= 9 ? digit : Number.NaN;
}

function bytesOf(text: string): number[] {
  return [...text].map((char) => char.charCodeAt(0));
}

/** One character per byte. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i += 1) text += String.fromCharCode(bytes[i] ?? 0);
  return text;
}
