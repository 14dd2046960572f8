import type { FailureCause } from "./failure-cause.ts";
import { BodyBytes } from "./http-body.ts";
import {
  allowsKeepAlive,
  type HttpHead,
  isTrailerLine,
  mayBeStatusLine,
  newHttpHead,
  readHeaderLine,
  readStatusLine,
  textOf,
} from "./http-head.ts";
import { LineBuffer } from "./line-buffer.ts";

/** Bytes; lines of one head, trailers included. */
type ResponseLimits = { readonly headBytes: number; readonly headLines: number; readonly bodyBytes: number };
/** What becomes of a body as it comes. `head` is read by then. */
export interface ResponseBody {
  /** Whether so many more bytes may come: asked as soon as they are announced. */
  hasRoomFor(bytes: number): boolean;
  /** The piece may be overwritten after the call that has pushed it. */
  add(piece: Uint8Array, from: number, to: number): void;
  /** The call is about to return: the piece that was added last may not be kept as it is. */
  own(expectedBytes: number | null): void;
  clear(): void;
  readonly bytes: Uint8Array;
}
export type ResponseFault = Extract<FailureCause, "not_http" | "too_large" | "truncated">;

const LF = 10;
const CR = 13;
/** A size and its extensions, which nobody uses. */
const CHUNK_LINE_BYTES = 256;
/** Interim answers (1xx) are passed over, up to this many heads' worth of bytes. */
const INTERIM_HEADS = 4;
const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
/** RFC 9112 §7.1. */
const CHUNK_LINE = new RegExp(`^([0-9a-f]{1,16})(;${TOKEN}(=(${TOKEN}|"([^"\\\\]|\\\\.)*"))?)*$`, "i");

/** What is expected next. The order counts: up to `trailer` in lines, then bytes, then nothing more. */
const STATUS_LINE = 0;
const HEADER = 1;
const CHUNK_SIZE = 2;
const CHUNK_END = 3;
const TRAILER = 4;
const SIZED_BODY = 5;
const CHUNK = 6;
const BODY_UNTIL_CLOSE = 7;
const DONE = 8;
const FAILED = 9;

/**
 * Reads one HTTP/1 response from a peer that is not trusted, in whatever pieces it comes: the pieces never change the
 * result. Strict where leniency lets two readers disagree about where an answer ends: CRLF only, no folded lines, one
 * length or one `chunked`. It holds at most one head line and the body, and looks at each byte a fixed number of times.
 *
 * One object serves one connection: `reset`, then `push` and `end`, then `isDone` or `fault`.
 */
export class HttpResponse {
  readonly #limits: ResponseLimits;
  readonly #body: ResponseBody;
  readonly #line = new LineBuffer();
  #phase = STATUS_LINE;
  #head: HttpHead = newHttpHead();
  #headBytes = 0;
  #headLines = 0;
  #interimBytes = 0;
  /** Of the sized body or of the chunk. */
  #leftBytes = 0;
  #isHeadRead = false;
  #isSpent = false;
  #fault: ResponseFault | null = null;

  /** @param body who takes it; by default it is collected, up to `bodyBytes` */
  constructor(limits: ResponseLimits, body: ResponseBody = new BodyBytes(limits.bodyBytes)) {
    this.#limits = limits;
    this.#body = body;
  }

  /** Ready for the next response of the same connection, or the first of another. */
  reset(): void {
    this.#phase = STATUS_LINE;
    this.#head = newHttpHead();
    this.#body.clear();
    this.#line.clear();
    this.#headBytes = this.#headLines = this.#interimBytes = this.#leftBytes = 0;
    this.#isHeadRead = this.#isSpent = false;
    this.#fault = null;
  }

  /** True from the final answer's head on: `head` may be judged before the body is there. */
  get isHeadRead(): boolean {
    return this.#isHeadRead;
  }
  get head(): Readonly<HttpHead> {
    return this.#head;
  }
  get isDone(): boolean {
    return this.#phase === DONE;
  }
  get fault(): ResponseFault | null {
    return this.#fault;
  }
  /** Once done. It may be a view on the piece pushed last. */
  get body(): Uint8Array {
    return this.#body.bytes;
  }
  /** Once done: whether another request may be sent. Not after bytes that nobody asked for. */
  get isReusable(): boolean {
    return this.#phase === DONE && !this.#isSpent && allowsKeepAlive(this.#head);
  }

  /** The piece may be overwritten afterwards, unless the response is done: then `body` is to be copied first. */
  push(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length && this.#phase < DONE) {
      at = this.#phase <= TRAILER ? this.#takeLine(piece, at) : this.#takeBody(piece, at);
    }
    if (this.#phase < DONE) this.#body.own(this.#head.contentLength);
    else if (at < piece.length) this.#isSpent = true;
  }

  /** The controller closed the connection. */
  end(): void {
    if (this.#phase === BODY_UNTIL_CLOSE) {
      this.#phase = DONE;
      this.#isSpent = true;
    } else if (this.#phase < DONE) this.#fail(this.#isHeadRead ? "truncated" : "not_http");
  }

  #fail(fault: ResponseFault): void {
    this.#phase = FAILED;
    this.#fault = fault;
    this.#body.clear();
  }

  /** @returns where to go on */
  #takeLine(piece: Uint8Array, at: number): number {
    const lf = piece.indexOf(LF, at);
    const end = lf < 0 ? piece.length : lf + 1;
    if (!this.#hasRoomFor(end - at)) this.#fail("not_http");
    else if (lf < 0) this.#keepLine(piece, at);
    else if (this.#line.length === 0) this.#endLine(piece, at, lf);
    else {
      this.#line.add(piece, at, end);
      const { bytes, length } = this.#line;
      this.#line.clear();
      this.#endLine(bytes, 0, length - 1);
    }
    return end;
  }

  #keepLine(piece: Uint8Array, from: number): void {
    this.#line.add(piece, from, piece.length);
    // What is no HTTP at all often has no line end either: said at once, not when the time is over.
    const isOdd = this.#phase === STATUS_LINE && !mayBeStatusLine(this.#line.bytes, 0, this.#line.length);
    if (isOdd) this.#fail("not_http");
  }

  /** The lines of head and trailers share one limit; those between chunks have one each. */
  #hasRoomFor(bytes: number): boolean {
    if (this.#phase === CHUNK_SIZE || this.#phase === CHUNK_END) return this.#line.length + bytes <= CHUNK_LINE_BYTES;
    this.#headBytes += bytes;
    return this.#headBytes <= this.#limits.headBytes;
  }

  /** @param lf where the line's LF stands */
  #endLine(bytes: Uint8Array, from: number, lf: number): void {
    const to = lf - 1;
    if (to < from || bytes[to] !== CR) this.#fail("not_http");
    else if (this.#phase === CHUNK_SIZE) this.#readChunkSize(bytes, from, to);
    else if (this.#phase === CHUNK_END) this.#expect(CHUNK_SIZE, to === from);
    else if (this.#phase === STATUS_LINE) this.#expect(HEADER, readStatusLine(this.#head, bytes, from, to));
    else if (to > from) this.#readField(bytes, from, to);
    else if (this.#phase === HEADER) this.#endHead();
    else this.#phase = DONE;
  }

  #expect(phase: number, isAllowed: boolean): void {
    if (isAllowed) this.#phase = phase;
    else this.#fail("not_http");
  }

  #readField(bytes: Uint8Array, from: number, to: number): void {
    this.#headLines += 1;
    const isGood =
      this.#headLines <= this.#limits.headLines &&
      (this.#phase === HEADER ? readHeaderLine(this.#head, bytes, from, to) : isTrailerLine(bytes, from, to));
    if (!isGood) this.#fail("not_http");
  }

  #endHead(): void {
    const { status, isChunked, contentLength } = this.#head;
    if (status < 200) this.#passOverInterim(status);
    else if (isChunked && contentLength !== null) this.#fail("not_http");
    else {
      this.#isHeadRead = true;
      if (status === 204 || status === 304 || (contentLength === 0 && !isChunked)) this.#phase = DONE;
      else if (isChunked) this.#phase = CHUNK_SIZE;
      else if (contentLength === null) this.#phase = BODY_UNTIL_CLOSE;
      else this.#expectBytes(SIZED_BODY, contentLength);
    }
  }

  /** Nobody asked for a `100 Continue` or for another protocol: who sends one does not know what it answers. */
  #passOverInterim(status: number): void {
    this.#interimBytes += this.#headBytes;
    const isTooMuch = this.#interimBytes > INTERIM_HEADS * this.#limits.headBytes;
    this.#head = newHttpHead();
    this.#headBytes = this.#headLines = 0;
    this.#expect(STATUS_LINE, status > 101 && !isTooMuch);
  }

  #readChunkSize(bytes: Uint8Array, from: number, to: number): void {
    const digits = CHUNK_LINE.exec(textOf(bytes, from, to))?.[1];
    const size = Number.parseInt(digits ?? "", 16);
    if (size > 0) this.#expectBytes(CHUNK, size);
    else this.#expect(TRAILER, digits !== undefined);
  }

  #expectBytes(phase: number, bytes: number): void {
    this.#leftBytes = bytes;
    this.#phase = phase;
    if (!this.#body.hasRoomFor(bytes)) this.#fail("too_large");
  }

  /** @returns where to go on */
  #takeBody(piece: Uint8Array, at: number): number {
    if (this.#phase === BODY_UNTIL_CLOSE) {
      if (this.#body.hasRoomFor(piece.length - at)) this.#body.add(piece, at, piece.length);
      else this.#fail("too_large");
      return piece.length;
    }
    const end = Math.min(piece.length, at + this.#leftBytes);
    this.#body.add(piece, at, end);
    this.#leftBytes -= end - at;
    if (this.#leftBytes === 0) this.#phase = this.#phase === CHUNK ? CHUNK_END : DONE;
    return end;
  }
}
