import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { TryOutcome } from "../../domain/webhooks/webhook.ts";
import type { AddressGuard, CheckedAddress } from "./address-guard.ts";

/** How one try went. `status`: of the answer, when one came. */
export type Sent = { readonly outcome: TryOutcome; readonly status: number | null; readonly durationMs: number };

export type Message = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type SendOptions = {
  readonly guard: AddressGuard;
  /** Over everything: name, connection, TLS, sending, answer. */
  readonly timeLimitMs?: number;
  /** Aborted when the process stops. */
  readonly signal?: AbortSignal;
};

const TIME_LIMIT_MS = 10_000;
/** Only the status counts. What comes with it is read so far, then the connection is closed. */
const MOST_ANSWER_BYTES = 65_536;
const MOST_HEADER_BYTES = 16_384;
const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/;

/**
 * Sends a message once. Redirects are not followed, the answer is not kept, and the connection goes to the address that was
 * checked. Never throws.
 */
export async function sendOnce(message: Message, options: SendOptions): Promise<Sent> {
  const startedMs = performance.now();
  const timeout = AbortSignal.timeout(options.timeLimitMs ?? TIME_LIMIT_MS);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  const sent = (outcome: TryOutcome, status: number | null = null): Sent => {
    return { outcome, status, durationMs: Math.round(performance.now() - startedMs) };
  };
  try {
    const url = new URL(message.url);
    const checked = await unlessAborted(options.guard.check(url), signal);
    if (typeof checked === "string") return sent(checked);
    const status = await post(url, checked, message, signal);
    return sent(outcomeOf(status), status);
  } catch (error) {
    return sent(timeout.aborted ? "timeout" : causeOf(error));
  }
}

function outcomeOf(status: number): TryOutcome {
  if (status >= 200 && status < 300) return "delivered";
  return status >= 300 && status < 400 ? "redirect" : "bad-status";
}

function causeOf(error: unknown): TryOutcome {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return TLS_CODE.test(code) ? "tls" : "connection";
}

/** @returns the status; with it the event is delivered or refused, whatever becomes of the rest of the answer */
async function post(url: URL, to: CheckedAddress, { headers, body }: Message, signal: AbortSignal): Promise<number> {
  const { request } = url.protocol === "https:" ? https : http;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: "POST",
        // A connection of its own for each try: none is kept open, and none is shared between receivers.
        agent: false,
        lookup: (_hostname, { all }, callback) => (all ? callback(null, [to]) : callback(null, to.address, to.family)),
        maxHeaderSize: MOST_HEADER_BYTES,
        signal,
        headers: { ...headers, "content-length": Buffer.byteLength(body), connection: "close" },
      },
      resolve,
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
  await discard(response);
  return response.statusCode ?? 0;
}

/** Lets a receiver finish a short answer; a long one, or one that stops, is not waited for. */
function discard(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_ANSWER_BYTES) response.destroy();
    });
    response.on("error", () => resolve());
    response.on("close", () => resolve());
  });
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
