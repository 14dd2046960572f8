import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";

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

/** Names and values in turn: what node makes the least work of. */
function withOwn(first: readonly string[], headers: Readonly<Record<string, string | number>>): string[] {
  const list = [...first];
  for (const name in headers) list.push(name, String(headers[name]));
  return list;
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

  head(status: number, headers: Readonly<Record<string, string | number>>): void {
    if (this.#stream.headersSent || this.#stream.destroyed) return;
    this.#stream.respond(withOwn([":status", String(status), ...OWN_HEADERS], headers));
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
