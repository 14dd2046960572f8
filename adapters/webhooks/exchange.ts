import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Exchange, OutgoingFault, OutgoingRequest, SendRequest } from "../../domain/notification/outgoing.ts";
import type { AddressGuard, CheckedAddress } from "./address-guard.ts";

export type SendOptions = {
  readonly guard: AddressGuard;
  /** Over everything: name, connection, TLS, sending, answer. */
  readonly timeLimitMs?: number;
  /** Aborted when the process stops. */
  readonly signal?: AbortSignal;
};

const TIME_LIMIT_MS = 10_000;
/** What comes with the status is read so far, then the connection is closed. */
const MOST_ANSWER_BYTES = 65_536;
const MOST_HEADER_BYTES = 16_384;
const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/;
const UNWRITABLE_CODE = /^ERR_(INVALID|HTTP_INVALID|UNESCAPED)/;

/** What channels send by. @param timeLimitMs for tests */
export function createSendRequest(guard: AddressGuard, timeLimitMs = TIME_LIMIT_MS): SendRequest {
  return (request, signal) => exchangeOnce(request, { guard, timeLimitMs, signal });
}

/**
 * Sends a request once. Redirects are not followed, the answer is read within bounds, and the connection goes to the
 * address that was checked. Never throws.
 */
export async function exchangeOnce(request: OutgoingRequest, options: SendOptions): Promise<Exchange> {
  const timeout = AbortSignal.timeout(options.timeLimitMs ?? TIME_LIMIT_MS);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  const progress = { wasSent: false };
  const fault = (cause: OutgoingFault): Exchange => ({ kind: "fault", fault: cause, wasSent: progress.wasSent });
  try {
    const url = new URL(request.url);
    const checked = await unlessAborted(options.guard.check(url), signal);
    if (typeof checked === "string") return fault(checked);
    const response = await begin(url, checked, request, signal, progress);
    const { text, isWhole } = await read(response);
    return { kind: "answer", status: response.statusCode ?? 0, headers: plainHeaders(response.headers), text, isWhole };
  } catch (error) {
    if (timeout.aborted) return fault("timeout");
    return fault(options.signal?.aborted ? "stopped" : causeOf(error));
  }
}

function causeOf(error: unknown): OutgoingFault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (UNWRITABLE_CODE.test(code)) return "invalid-request";
  return TLS_CODE.test(code) ? "tls" : "connection";
}

/** @returns as soon as the status is there: whatever becomes of the rest of the answer, the receiver has decided */
function begin(
  url: URL,
  to: CheckedAddress,
  { method, headers, body }: OutgoingRequest,
  signal: AbortSignal,
  progress: { wasSent: boolean },
): Promise<IncomingMessage> {
  const { request } = url.protocol === "https:" ? https : http;
  const length = body === null ? {} : { "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const outgoing: ClientRequest = request(
      url,
      {
        method,
        // A connection of its own for each try: none is kept open, and none is shared between receivers.
        agent: false,
        lookup: (_hostname, { all }, callback) => (all ? callback(null, [to]) : callback(null, to.address, to.family)),
        maxHeaderSize: MOST_HEADER_BYTES,
        signal,
        headers: { ...headers, ...length, connection: "close" },
      },
      resolve,
    );
    outgoing.on("finish", () => {
      progress.wasSent = true;
    });
    outgoing.on("error", reject);
    outgoing.end(body ?? undefined);
  });
}

/** Lets a receiver finish a short answer; a long one, or one that stops, is not waited for. */
function read(response: IncomingMessage): Promise<{ text: string; isWhole: boolean }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (): void => {
      const text = Buffer.concat(chunks).toString();
      resolve({ text, isWhole: response.complete && bytes <= MOST_ANSWER_BYTES });
    };
    response.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_ANSWER_BYTES) response.destroy();
      else chunks.push(chunk);
    });
    response.on("error", end);
    response.on("close", end);
  });
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
