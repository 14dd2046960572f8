import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { answerDate } from "./viewer-answers.ts";

/** By lower-case names. Handed over again, they need not be written anew: they do not change. */
export type AnswerHeaders = Readonly<Record<string, string | number>>;

/** A request and its answer, whichever HTTP it is. */
export interface Exchange {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly cookie: string | undefined;
  readonly range: string | undefined;
  readonly isOpen: boolean;
  head(status: number, headers: AnswerHeaders): void;
  /** @returns false when more should wait for `onDrain` */
  write(chunk: Buffer): boolean;
  end(chunk?: Buffer): void;
  /** Ends it so that the other side sees that something is missing. */
  destroy(): void;
  onDrain(listener: () => void): void;
  onClose(listener: () => void): void;
}

/** Sent with every answer; the cookie's pages are of the same origin, and nobody else may embed anything. */
export const OWN_HEADERS = [
  ...["x-content-type-options", "nosniff"],
  ...["referrer-policy", "no-referrer"],
  ...["cross-origin-resource-policy", "same-origin"],
  ...["content-security-policy", "default-src 'none'; sandbox"],
];

/** Of an answer over HTTP/2: names and values in turn, which node makes the least work of; status first, date last. */
type HeaderList = { readonly status: number; readonly list: string[] };
/** Who sends the same answer again hands over the same headers. */
const LISTS = new WeakMap<AnswerHeaders, HeaderList>();

/** Where a status and a date stand in it already, node adds nothing, so that the list can be handed over again. */
function listOf(status: number, headers: AnswerHeaders): string[] {
  const known = LISTS.get(headers);
  const { list } = known?.status === status ? known : listAnew(status, headers);
  list[list.length - 1] = answerDate();
  return list;
}

function listAnew(status: number, headers: AnswerHeaders): HeaderList {
  const own = Object.entries(headers).flat().map(String);
  const made = { status, list: [":status", String(status), ...OWN_HEADERS, ...own, "date", ""] };
  LISTS.set(headers, made);
  return made;
}

export function exchangeOfStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Exchange {
  // A stream that its client resets says so by an error, and closes after it.
  stream.on("error", ignore);
  return new StreamExchange(stream, headers);
}

function ignore(): void {
  // What is left of it is closed by node.
}

/** A class, as one is made for each request. */
class StreamExchange implements Exchange {
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#stream = stream;
    this.#headers = headers;
  }

  get method(): string {
    return this.#headers[":method"] ?? "";
  }

  get target(): string {
    return this.#headers[":path"] ?? "";
  }

  get cookie(): string | undefined {
    return this.#headers.cookie;
  }

  get range(): string | undefined {
    return this.#headers.range;
  }

  get isOpen(): boolean {
    return !this.#stream.destroyed && !this.#stream.closed && !this.#stream.writableEnded;
  }

  head(status: number, headers: AnswerHeaders): void {
    if (this.#stream.headersSent || this.#stream.destroyed) return;
    this.#stream.respond(listOf(status, headers));
  }

  write(chunk: Buffer): boolean {
    return this.#stream.write(chunk);
  }

  end(chunk?: Buffer): void {
    this.#stream.end(chunk);
  }

  destroy(): void {
    this.#stream.destroy();
  }

  onDrain(listener: () => void): void {
    this.#stream.once("drain", listener);
  }

  onClose(listener: () => void): void {
    this.#stream.once("close", listener);
  }
}
