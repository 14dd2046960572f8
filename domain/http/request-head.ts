import { CLASS, TEXT, TOKEN } from "./byte-classes.ts";

/** What counts of the head of a request without a body. All else in it is checked, and forgotten. */
export type RequestHead = {
  readonly method: string;
  /** Path and query as they came: visible ASCII that begins with `/`. */
  readonly target: string;
  readonly isHttp10: boolean;
  /** Several are joined as one list, as Node's own server does. */
  readonly cookie: string | undefined;
  readonly range: string | undefined;
  /** The client wants no further answer on the connection. */
  readonly asksToClose: boolean;
  /** Where the bytes behind it begin. */
  readonly end: number;
};

/** Status of the refusal: not HTTP/1.1 as it is written here, or too much of it. */
export type HeadRefusal = 400 | 431;

/** Of one head, its empty line included; header lines of one head. Node's own limit, and what it keeps of them here. */
export const MOST_HEAD_BYTES = 16 * 1024;
const MOST_FIELDS = 100;

const SPACE = 32;
const TAB = 9;
const SLASH = 47;
const COLON = 58;
const HASH = 35;
const DELETE = 127;
const VERSION_CHARS = "HTTP/1.1".length;
/** A host and a port (RFC 3986 §3.2.2), of which nothing is used. It may be empty. */
const HOST = /^[\w.~!$&'()*+,;=%:[\]-]*$/;
/** Lengths of the names that count: no other name is worth a string. */
const LENGTHS = new Set(["host", "range", "cookie", "connection", "content-length", "transfer-encoding"].map(lengthOf));

/**
 * Reads the head of a request from a peer that is not trusted. Strict where leniency lets two readers disagree about where
 * a request ends (RFC 9112 §11.2): CRLF only, no folded lines, no blank before a colon, one `Host`, no body of any kind,
 * targets that begin with `/` only. Whatever it takes, Node's own server takes too, as the same.
 *
 * The result depends on the bytes so far and not on the pieces in which they came: whole lines are judged, and what was
 * refused stays refused whatever follows.
 *
 * @param text one character per byte
 * @param from where the head begins
 * @returns null = more bytes are needed
 */
export function readRequestHead(text: string, from: number): RequestHead | HeadRefusal | null {
  // What is no HTTP at all often has no line end either: said at once.
  if (from < text.length && !isOf(TOKEN, text, from)) return 400;
  const lf = lineEnd(text, from, from);
  if (lf <= 0) return lf === 0 ? null : 431;
  const draft = readRequestLine(text, from, lf - 1);
  return draft === null ? 400 : readFields(text, from, lf + 1, draft);
}

/** Filled line by line. */
type Draft = {
  readonly method: string;
  readonly target: string;
  readonly isHttp10: boolean;
  hasHost: boolean;
  hasLength: boolean;
  cookie: string | undefined;
  range: string | undefined;
  asksToClose: boolean;
};

/** @returns where the LF of the line stands; 0 = it has not come yet, -1 = it is beyond what a head may have */
function lineEnd(text: string, headFrom: number, at: number): number {
  const limit = headFrom + MOST_HEAD_BYTES;
  const lf = text.indexOf("\n", at);
  if (lf >= 0 && lf < limit) return lf;
  return text.length >= limit ? -1 : 0;
}

/** `GET /v/site-001/… HTTP/1.1`, with one space between each two. @param to where its CR should stand */
function readRequestLine(text: string, from: number, to: number): Draft | null {
  let methodEnd = from;
  while (isOf(TOKEN, text, methodEnd)) methodEnd += 1;
  const targetFrom = methodEnd + 1;
  if (text.charCodeAt(methodEnd) !== SPACE || text.charCodeAt(targetFrom) !== SLASH) return null;
  let targetEnd = targetFrom;
  while (isOfTarget(text.charCodeAt(targetEnd))) targetEnd += 1;
  const versionFrom = targetEnd + 1;
  const isWhole = text.charCodeAt(targetEnd) === SPACE && versionFrom + VERSION_CHARS === to && text[to] === "\r";
  const isHttp10 = text.startsWith("HTTP/1.0", versionFrom);
  if (!isWhole || !(isHttp10 || text.startsWith("HTTP/1.1", versionFrom))) return null;
  return {
    method: text.slice(from, methodEnd),
    target: text.slice(targetFrom, targetEnd),
    isHttp10,
    hasHost: false,
    hasLength: false,
    cookie: undefined,
    range: undefined,
    asksToClose: false,
  };
}

function readFields(text: string, headFrom: number, from: number, draft: Draft): RequestHead | HeadRefusal | null {
  let at = from;
  for (let fields = 0; ; fields += 1) {
    const lf = lineEnd(text, headFrom, at);
    if (lf <= 0) return lf === 0 ? null : 431;
    if (lf === at + 1 && text[at] === "\r") return headOf(draft, lf + 1);
    if (fields === MOST_FIELDS) return 431;
    if (!readField(draft, text, at, lf - 1)) return 400;
    at = lf + 1;
  }
}

function headOf(draft: Draft, end: number): RequestHead | HeadRefusal {
  const { method, target, isHttp10, hasHost, cookie, range, asksToClose } = draft;
  // HTTP/1.0 had none (RFC 9112 §3.2).
  if (!hasHost && !isHttp10) return 400;
  return { method, target, isHttp10, cookie, range, asksToClose, end };
}

/** A name, a colon, a value without control characters. @param to where the line's CR should stand @returns false = not allowed */
function readField(draft: Draft, text: string, from: number, to: number): boolean {
  let nameEnd = from;
  while (isOf(TOKEN, text, nameEnd)) nameEnd += 1;
  if (nameEnd === from || text.charCodeAt(nameEnd) !== COLON) return false;
  let valueEnd = nameEnd + 1;
  while (isOf(TEXT, text, valueEnd)) valueEnd += 1;
  if (valueEnd !== to || text[to] !== "\r") return false;
  if (!LENGTHS.has(nameEnd - from)) return true;
  return takeField(draft, text.slice(from, nameEnd).toLowerCase(), withoutBlanks(text, nameEnd + 1, to));
}

function takeField(draft: Draft, name: string, value: string): boolean {
  switch (name) {
    case "host": {
      const isFirst = !draft.hasHost;
      draft.hasHost = true;
      return isFirst && HOST.test(value);
    }
    case "content-length": {
      // A body has no meaning here, so that any is one request smuggled behind another.
      const isFirst = !draft.hasLength;
      draft.hasLength = true;
      return isFirst && value === "0";
    }
    case "transfer-encoding":
      return false;
    case "cookie":
      draft.cookie = draft.cookie === undefined ? value : `${draft.cookie}; ${value}`;
      return true;
    case "range":
      draft.range = draft.range === undefined ? value : `${draft.range}, ${value}`;
      return true;
    case "connection":
      draft.asksToClose ||= asksToClose(value);
      return true;
    default:
      return true;
  }
}

function asksToClose(connection: string): boolean {
  return connection.split(",").some((option) => option.trim().toLowerCase() === "close");
}

function withoutBlanks(text: string, from: number, to: number): string {
  let [first, end] = [from, to];
  while (first < end && isBlank(text.charCodeAt(first))) first += 1;
  while (end > first && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(first, end);
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** False behind the end of the text, where there is no byte. */
function isOf(kind: number, text: string, at: number): boolean {
  return ((CLASS[text.charCodeAt(at)] ?? 0) & kind) !== 0;
}

/** A fragment is not sent to servers. */
function isOfTarget(byte: number): boolean {
  return byte > SPACE && byte < DELETE && byte !== HASH;
}

function lengthOf(name: string): number {
  return name.length;
}
