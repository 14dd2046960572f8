import type net from "node:net";
import type { FailureCause } from "../../domain/collection/failure-cause.ts";
import { HttpResponse } from "../../domain/collection/http-response.ts";
import type { ControllerLine, PollRequest, TryResult } from "../../domain/collection/poll-site.ts";
import { RESPONSE_LIMITS, refusalOf } from "./answer-limits.ts";
import {
  openSocket,
  type SocketCount,
  type SocketEvents,
  type SocketTarget,
  socketTargetOf,
} from "./controller-socket.ts";
import { causeOfError, type Progress } from "./error-cause.ts";
import { parseBody } from "./reply-body.ts";
import { requestText } from "./request-text.ts";

/** Times are rounded down to this, so that thousands of timers share a few of Node's timer lists. */
const TIMER_STEP_MS = 25;
/** Longer than the longest usual interval, or every round would open a new connection. */
const KEEP_ALIVE_MS = 150_000;
/** A connection is given up this long before the controller means to: a request must not cross its end. */
const KEEP_ALIVE_MARGIN_MS = 1000;

type Settle = (result: TryResult) => void;

/**
 * The connection to one controller: one socket, one request in flight, one timer per try over connect, head and body.
 * A try settles once. Whatever leaves doubt where the next answer would begin ends the socket: a failure, bytes that
 * nobody asked for, an answer that says `close`.
 */
export class HttpLine implements ControllerLine, SocketEvents {
  readonly #target: SocketTarget;
  readonly #authority: string;
  readonly #options: { readonly keepAlive: boolean };
  readonly #count: SocketCount;
  readonly #response = new HttpResponse(RESPONSE_LIMITS);
  #socket: net.Socket | null = null;
  #isConnected = false;
  /** Monotonic; an idle connection is not used after this. */
  #usableUntilMs = 0;
  #settle: Settle | null = null;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;
  /** The try began on a kept-alive connection, and no byte of its answer has come. */
  #mayBeStale = false;
  #startedMs = 0;
  #isClosing = false;

  constructor(controllerUrl: string, options: { readonly keepAlive: boolean }, count: SocketCount) {
    this.#target = socketTargetOf(controllerUrl);
    this.#authority = new URL(controllerUrl).host;
    this.#options = options;
    this.#count = count;
  }

  get isConnected(): boolean {
    return this.#isConnected && performance.now() < this.#usableUntilMs;
  }

  send(request: PollRequest, timeoutMs: number): Promise<TryResult> {
    return new Promise((resolve) => this.#begin(request, timeoutMs, resolve));
  }

  close(): void {
    this.#isClosing = true;
    if (this.#settle === null) this.#drop();
  }

  #begin(request: PollRequest, timeoutMs: number, settle: Settle): void {
    const text = requestText(request, this.#authority, this.#options.keepAlive);
    this.#startedMs = performance.now();
    if (this.#startedMs >= this.#usableUntilMs) this.#drop();
    this.#settle = settle;
    this.#tries += 1;
    const stepped = timeoutMs < 2 * TIMER_STEP_MS ? timeoutMs : Math.floor(timeoutMs / TIMER_STEP_MS) * TIMER_STEP_MS;
    this.#timer = setTimeout(expire, stepped, this);
    this.#usableUntilMs = Number.POSITIVE_INFINITY;
    this.#mayBeStale = this.#socket !== null;
    this.#socket ??= openSocket(this.#target, this.#count, this);
    this.#socket.write(text, "latin1");
  }

  /** The time is over. An answer that is already waiting in the socket is read first: a late loop is not the site's fault. */
  expire(): void {
    const expired = this.#tries;
    setImmediate(() => {
      if (this.#settle !== null && this.#tries === expired)
        this.#fail(this.#isConnected ? "timeout" : "connect_timeout");
    });
  }

  connected(socket: net.Socket): void {
    if (socket === this.#socket) this.#isConnected = true;
  }

  received(socket: net.Socket, bytes: Buffer): void {
    if (socket !== this.#socket) return;
    if (this.#settle === null) this.#drop();
    else {
      this.#mayBeStale = false;
      this.#response.push(bytes);
      this.#judge();
    }
  }

  ended(socket: net.Socket): void {
    this.#lost(socket);
  }

  failed(socket: net.Socket, error: Error): void {
    if (socket !== this.#socket) return;
    if (this.#settle === null) this.#drop();
    else this.#fail(causeOfError(error, this.#progress()));
  }

  closed(socket: net.Socket): void {
    this.#lost(socket);
  }

  #lost(socket: net.Socket): void {
    if (socket !== this.#socket) return;
    if (this.#settle === null) {
      this.#drop();
      return;
    }
    this.#response.end();
    if (this.#response.isHeadRead) this.#judge();
    else this.#fail("reset");
  }

  #progress(): Progress {
    if (!this.#isConnected) return "connecting";
    return this.#response.isHeadRead ? "reading" : "waiting";
  }

  #judge(): void {
    const response = this.#response;
    const refusal = response.isHeadRead ? refusalOf(response.head) : null;
    if (refusal !== null) this.#fail(refusal, response.head.status);
    else if (response.fault !== null) this.#fail(response.fault);
    else if (response.isDone) this.#succeed();
  }

  #succeed(): void {
    const { isReusable, head } = this.#response;
    const nowMs = performance.now();
    // What was read lies in a buffer that the next read of any controller overwrites. The text that is parsed is the copy
    // that is kept: another one outside the heap would have to be asked for and given back with each reply.
    const { buffer, byteOffset, byteLength } = this.#response.body;
    const parsed = parseBody(Buffer.from(buffer, byteOffset, byteLength));
    const keepMs = Math.min(KEEP_ALIVE_MS, (head.keepAliveS ?? Number.POSITIVE_INFINITY) * 1000 - KEEP_ALIVE_MARGIN_MS);
    this.#usableUntilMs = nowMs + keepMs;
    if (!isReusable || !this.#options.keepAlive || this.#isClosing) this.#drop();
    if (parsed.ok) this.#finish({ ok: true, json: parsed.json, text: parsed.text, latencyMs: nowMs - this.#startedMs });
    else this.#finish({ ok: false, cause: "bad_json", status: null });
  }

  #fail(cause: FailureCause, status: number | null = null): void {
    this.#drop();
    const isStale = this.#mayBeStale && cause === "reset";
    this.#finish(isStale ? { ok: false, cause, status, isStale } : { ok: false, cause, status });
  }

  #finish(result: TryResult): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#response.reset();
    const settle = this.#settle;
    this.#settle = null;
    settle?.(result);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#isConnected = false;
    socket?.destroy();
  }
}

function expire(line: HttpLine): void {
  line.expire();
}
