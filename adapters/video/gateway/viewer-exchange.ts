import type { RequestHead } from "../../../domain/http/request-head.ts";
import { ownText } from "../own-text.ts";
import { type AnswerHeaders, type Exchange, OWN_HEADERS } from "./exchange.ts";
import { answerDate, statusLine } from "./viewer-answers.ts";

/** What an exchange needs of the connection that it runs on. */
export interface ViewerLine {
  readonly isWritable: boolean;
  /** All of it leaves by one system call. @returns false when more should wait for room */
  send(head: Buffer, body: Buffer, tail: Buffer): boolean;
  /** The answer is whole. @param keeps whether the connection is used again */
  answered(keeps: boolean): void;
  /** @param byReset where the end of the connection would look like the end of the answer */
  breakOff(byReset: boolean): void;
}

/** How the viewer learns where the body ends. */
type Framing = "sized" | "chunked" | "until-close";

/** Beside the gateway's own headers, names and values as they are written. */
const OWN_TEXT = linesOf(OWN_HEADERS);
/** As `IDLE_S` of the server says: whoever keeps a connection closes it before we do. */
const KEEPS = "connection: keep-alive\r\nkeep-alive: timeout=65\r\n\r\n";
const CLOSES = "connection: close\r\n\r\n";
const CHUNKED = "transfer-encoding: chunked\r\n";
const LAST_CHUNK = "0\r\n\r\n";
const NOTHING: Buffer = Buffer.alloc(0);

/** A whole head, for as long as its date is true. */
type Head = { readonly date: string; readonly status: number; readonly ending: string; readonly bytes: Buffer };
/** Headers as they are written, the length of the body that they announce, and the head that went out with them last. */
type Written = { readonly text: string; readonly lengthBytes: number | null; last: Head | null };
/** Who sends the same answer again hands over the same headers. */
const WRITTEN = new WeakMap<object, Written>();

/** One request over HTTP/1.1 and its answer. A class, as one is made for each request. */
export class ViewerExchange implements Exchange {
  readonly #request: RequestHead;
  readonly #line: ViewerLine;
  /** Waits for the first bytes of the body; nothing = has gone out. Null = nobody has given one yet. */
  #head: Buffer | null = null;
  #framing: Framing = "sized";
  #keeps: boolean;
  /** Of a sized body. */
  #leftBytes = 0;
  #isOver = false;
  #onDrain: (() => void)[] | null = null;
  #onClose: (() => void)[] | null = null;

  constructor(request: RequestHead, line: ViewerLine) {
    this.#request = request;
    this.#line = line;
    // Behind anything but a GET a body may follow that nobody has announced.
    this.#keeps = !(request.isHttp10 || request.asksToClose) && request.method === "GET";
  }

  get method(): string {
    return this.#request.method;
  }

  get target(): string {
    return this.#request.target;
  }

  get cookie(): string | undefined {
    return this.#request.cookie;
  }

  get range(): string | undefined {
    return this.#request.range;
  }

  get isOpen(): boolean {
    return !this.#isOver && this.#line.isWritable;
  }

  head(status: number, headers: AnswerHeaders): void {
    if (this.#head !== null) return;
    const written = writtenOf(headers);
    if (written.lengthBytes !== null) this.#leftBytes = written.lengthBytes;
    else this.#frame();
    const ending = this.#keeps ? KEEPS : CLOSES;
    this.#head = headOf(written, status, this.#framing === "chunked" ? CHUNKED + ending : ending);
  }

  write(chunk: Buffer): boolean {
    // A chunk of nothing would end the body.
    if (!this.isOpen || this.#isBodiless || chunk.length === 0) return true;
    return this.#sendBody(chunk, "");
  }

  end(chunk?: Buffer): void {
    if (!this.isOpen) return;
    const last = this.#framing === "chunked" ? LAST_CHUNK : "";
    if (chunk !== undefined && chunk.length > 0 && !this.#isBodiless) this.#sendBody(chunk, last);
    else if (this.#head !== NOTHING || last !== "") this.#send(NOTHING, last);
    // What follows would be read as the end of this answer.
    if (this.#framing === "sized" && this.#leftBytes !== 0 && !this.#isBodiless) this.destroy();
    else {
      this.closed();
      this.#line.answered(this.#keeps);
    }
  }

  destroy(): void {
    if (!this.isOpen) return;
    this.#isOver = true;
    this.#line.breakOff(this.#framing === "until-close");
  }

  onDrain(listener: () => void): void {
    this.#onDrain ??= [];
    this.#onDrain.push(listener);
  }

  onClose(listener: () => void): void {
    this.#onClose ??= [];
    this.#onClose.push(listener);
  }

  /** There is room again. */
  drained(): void {
    const listeners = this.#onDrain;
    this.#onDrain = null;
    for (const listener of listeners ?? []) listener();
  }

  /** Nothing follows, be it whole or not. */
  closed(): void {
    this.#isOver = true;
    const listeners = this.#onClose;
    this.#onClose = null;
    for (const listener of listeners ?? []) listener();
  }

  /** Without a length: HTTP/1.0 knows no chunks. */
  #frame(): void {
    this.#framing = this.#request.isHttp10 ? "until-close" : "chunked";
  }

  /** An answer to HEAD has the head of what a GET would bring, and ends there. */
  get #isBodiless(): boolean {
    return this.#request.method === "HEAD";
  }

  /** More than was announced would be read as the next answer. */
  #sendBody(body: Buffer, last: string): boolean {
    if (this.#framing === "chunked") return this.#send(body, `\r\n${last}`, `${body.length.toString(16)}\r\n`);
    if (this.#framing === "sized") this.#leftBytes -= body.length;
    if (this.#leftBytes >= 0) return this.#send(body, "");
    this.destroy();
    return true;
  }

  #send(body: Buffer, tail: string, size = ""): boolean {
    const head = this.#head ?? NOTHING;
    this.#head = NOTHING;
    return this.#line.send(size === "" ? head : Buffer.concat([head, bytesOf(size)]), body, bytesOf(tail));
  }
}

function bytesOf(text: string): Buffer {
  return text === "" ? NOTHING : Buffer.from(text, "latin1");
}

/** @param ending the lines that depend on the request, and the empty one */
function headOf(written: Written, status: number, ending: string): Buffer {
  const { text, last } = written;
  if (last?.date === answerDate() && last.status === status && last.ending === ending) return last.bytes;
  const bytes = Buffer.from(statusLine(status) + text + ending, "latin1");
  written.last = { date: answerDate(), status, ending, bytes };
  return bytes;
}

function writtenOf(headers: AnswerHeaders): Written {
  const known = WRITTEN.get(headers);
  if (known) return known;
  const length = headers["content-length"];
  // As one piece: what was put together would be so again for each answer.
  const text = ownText(OWN_TEXT + linesOf(Object.entries(headers).flat().map(String)));
  const written: Written = { text, lengthBytes: length === undefined ? null : Number(length), last: null };
  WRITTEN.set(headers, written);
  return written;
}

function linesOf(pairs: readonly string[]): string {
  let text = "";
  for (let at = 0; at < pairs.length; at += 2) text += `${pairs[at]}: ${pairs[at + 1]}\r\n`;
  return text;
}
