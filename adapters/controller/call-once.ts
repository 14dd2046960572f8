import type { FailureCause } from "../../domain/collection/failure-cause.ts";
import { HttpResponse } from "../../domain/collection/http-response.ts";
import type { CallResult } from "../../domain/commands/call-outcome.ts";
import type { CommandRequest } from "../../domain/commands/request-of.ts";
import { RESPONSE_LIMITS, refusalOf } from "./answer-limits.ts";
import { openSocket, type SocketCount, type SocketEvents, socketTargetOf } from "./controller-socket.ts";
import { causeOfError, type Progress } from "./error-cause.ts";
import { parseBody } from "./reply-body.ts";
import { requestText } from "./request-text.ts";

export type CallOptions = {
  /** Over everything: connect, head and body. */
  readonly timeoutMs: number;
  /** Asked when the connection stands, right before the first byte. */
  readonly mayStart: () => boolean;
};

/**
 * Makes one HTTP call that has an effect, exactly once: on a connection of its own, never again whatever happens, no
 * redirect, the limits of polling. The request is written when the connection stands and not before, so that it is known
 * whether a byte may have left. It never rejects.
 *
 * @param controllerUrl of the site; its path is the prefix
 */
export function callOnce(controllerUrl: string, request: CommandRequest, options: CallOptions): Promise<CallResult> {
  const { host, pathname } = new URL(controllerUrl);
  const path = pathname.replace(/\/+$/, "") + request.path;
  const whole = { name: "command", method: request.method, path, timeoutMs: options.timeoutMs, isRequired: true };
  const text = requestText(whole, host, false);
  return new Promise((resolve) => exchange(controllerUrl, text, options, resolve));
}

function exchange(
  controllerUrl: string,
  text: string,
  { timeoutMs, mayStart }: CallOptions,
  resolve: (result: CallResult) => void,
): void {
  const response = new HttpResponse(RESPONSE_LIMITS);
  const count: SocketCount = { open: 0 };
  const startedMs = performance.now();
  let mayHaveLeft = false;
  let isOver = false;

  function finish(result: CallResult): void {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    socket.destroy();
    resolve(result);
  }

  function fail(cause: FailureCause | "too_late", status: number | null = null): void {
    finish({ isAnswered: false, cause, status, mayHaveLeft });
  }

  function progress(): Progress {
    if (!mayHaveLeft) return "connecting";
    return response.isHeadRead ? "reading" : "waiting";
  }

  function judge(): void {
    const refusal = response.isHeadRead ? refusalOf(response.head) : null;
    if (refusal !== null) fail(refusal, response.head.status);
    else if (response.fault !== null) fail(response.fault);
    else if (response.isDone) read(Buffer.from(response.body));
  }

  function read(body: Buffer): void {
    const parsed = parseBody(body);
    if (parsed.ok) finish({ isAnswered: true, json: parsed.json, latencyMs: performance.now() - startedMs });
    else fail("bad_json", response.head.status);
  }

  function lost(): void {
    if (isOver) return;
    response.end();
    if (response.isHeadRead) judge();
    fail("reset");
  }

  const events: SocketEvents = {
    connected(open) {
      if (isOver) return;
      if (!mayStart()) return fail("too_late");
      mayHaveLeft = true;
      open.write(text, "latin1");
    },
    received(_socket, piece) {
      if (isOver) return;
      // An answer to what nobody has asked.
      if (!mayHaveLeft) return fail("not_http");
      response.push(piece);
      judge();
    },
    ended: lost,
    closed: lost,
    failed: (_socket, error) => fail(causeOfError(error, progress())),
  };
  // An answer that is already waiting in the socket is read first.
  const timer = setTimeout(() => setImmediate(() => fail(mayHaveLeft ? "timeout" : "connect_timeout")), timeoutMs);
  const socket = openSocket(socketTargetOf(controllerUrl), count, events);
}
