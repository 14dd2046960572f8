import type { Dispatcher } from "undici";
import type { FailureCause } from "../../domain/collection/failure-cause.ts";
import type { TryResult } from "../../domain/collection/poll-site.ts";
import { causeOfError, type Progress } from "./error-cause.ts";
import { parseBody } from "./reply-body.ts";

/** A controller's reply has 2–40 KB; what is larger is no reply (issue 2). */
export const MAX_BODY_BYTES = 1024 * 1024;
/** Times are rounded up to this, so that thousands of timers share a few of Node's timer lists. */
const TIMER_STEP_MS = 25;
const REFUSED = new Error("reply refused");
const EMPTY = Buffer.alloc(0);

/**
 * One request and its answer, as a handler of `undici`'s dispatch. It has one timer of its own for everything (connect,
 * header, body), because `undici`'s timers are up to 0.5 s late and do not see a slow drip. It settles exactly once; what
 * comes afterwards is ignored.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #settle: (result: TryResult) => void;
  readonly #onTimeout: () => void;
  readonly #startedMs: number;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | null = null;
  #progress: Progress = "connecting";
  #first: Buffer = EMPTY;
  #more: Buffer[] | null = null;
  #bytes = 0;
  #isSettled = false;

  /**
   * @param settle called once
   * @param onTimeout called when the time is over before a connection existed: the attempt is to be ended
   */
  constructor(timeoutMs: number, settle: (result: TryResult) => void, onTimeout: () => void) {
    this.#settle = settle;
    this.#onTimeout = onTimeout;
    this.#startedMs = performance.now();
    const stepped = timeoutMs < 2 * TIMER_STEP_MS ? timeoutMs : Math.floor(timeoutMs / TIMER_STEP_MS) * TIMER_STEP_MS;
    this.#timer = setTimeout(onTime, stepped, this);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#progress = "waiting";
    if (this.#isSettled) controller.abort(REFUSED);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200 || this.#isSettled) return;
    this.#progress = "reading";
    const cause = refusalOf(status, headers);
    if (cause === null) return;
    this.#fail(cause, status);
    controller.abort(REFUSED);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#first === EMPTY) this.#first = chunk;
    else if (this.#more === null) this.#more = [this.#first, chunk];
    else this.#more.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#isSettled) return;
    const latencyMs = performance.now() - this.#startedMs;
    const body = this.#more === null ? this.#first : Buffer.concat(this.#more, this.#bytes);
    const parsed = parseBody(body);
    if (parsed.ok) this.#finish({ ok: true, json: parsed.json, body, latencyMs });
    else this.#fail("bad_json", null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(causeOfError(error, this.#progress), null);
  }

  /** The time is over. An answer that is already waiting in the socket is read first: a late loop is not the site's fault. */
  expire(): void {
    setImmediate(() => {
      if (this.#isSettled) return;
      const isConnecting = this.#progress === "connecting";
      this.#fail(isConnecting ? "connect_timeout" : "timeout", null);
      if (isConnecting) this.#onTimeout();
      else this.#controller?.abort(REFUSED);
    });
  }

  #fail(cause: FailureCause, status: number | null): void {
    this.#finish({ ok: false, cause, status });
  }

  #finish(result: TryResult): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#first = EMPTY;
    this.#more = null;
    this.#settle(result);
  }
}

function onTime(exchange: Exchange): void {
  exchange.expire();
}

/** Why an answer is refused by its head alone; null when it may be read. */
function refusalOf(status: number, headers: Record<string, string | string[] | undefined>): FailureCause | null {
  if (status >= 300 && status < 400) return "redirect";
  if (status !== 200) return "http_status";
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && String(encoding).trim().toLowerCase() !== "identity") return "encoded";
  return Number(headers["content-length"] ?? 0) > MAX_BODY_BYTES ? "too_large" : null;
}
