import { type Clock, pause } from "./clock.ts";
import type { FailureCause } from "./failure-cause.ts";
import { judgeFailure } from "./loop-lag.ts";
import { isRetryable, LEAST_LEFT_MS, retryDelayMs, retryMs } from "./try-policy.ts";

/** One request of a profile, ready to be sent to one controller. */
export type PollRequest = {
  readonly name: string;
  readonly method: string;
  /** Absolute path with query, the site's own prefix included. */
  readonly path: string;
  /** What the profile gives the controller, milliseconds. */
  readonly timeoutMs: number;
  /** When an optional request fails, the poll still counts. */
  readonly isRequired: boolean;
};

/** What one try gave. `text`: the body as it came. `latencyMs`: first byte sent to last byte read, a new connection included. */
export type TryResult =
  | { readonly ok: true; readonly json: unknown; readonly text: string; readonly latencyMs: number }
  | Failure;

type Failure = {
  readonly ok: false;
  readonly cause: FailureCause;
  readonly status: number | null;
  /** The controller had closed the kept-alive connection before it saw the request: that says nothing of the controller. */
  readonly isStale?: true;
};

/** The connection to one controller: one request at a time. */
export interface ControllerLine {
  /** True while a kept-alive connection is there, so that the next request opens none. */
  readonly isConnected: boolean;
  /**
   * Settles at most `timeoutMs` (a whole number ≥ 1) after the call. No controller can make it reject: only a request that
   * may not be sent does, before a byte of it is.
   */
  send(request: PollRequest, timeoutMs: number): Promise<TryResult>;
  /** Ends the connection, after the request under way if there is one. */
  close(): void;
}

/** How one poll is to be made. */
export type PollPlan = {
  readonly requests: readonly PollRequest[];
  /** Monotonic; nothing of the poll runs past it. */
  readonly deadlineMs: number;
  /** Time of the first try of a request. */
  firstTryMs(request: PollRequest): number;
  readonly maxRetries: number;
};

/** What a poll needs from outside. */
export type PollPorts = {
  readonly clock: Clock;
  readonly line: ControllerLine;
  /** Asks for a new connection: milliseconds to wait, null when `patienceMs` is too short. */
  takeConnection(patienceMs: number): number | null;
  /** The profile's own conditions on a parsed body. */
  judge(requestName: string, json: unknown): FailureCause | null;
  worstLagSinceMs(sinceMs: number): number;
  onLatency(latencyMs: number): void;
};

export type PollOutcome =
  | {
      readonly ok: true;
      /** The bodies as they came, by the name of the request. */
      readonly texts: ReadonlyMap<string, string>;
      readonly replies: Record<string, unknown>;
      readonly failedRequests: Record<string, FailureCause>;
      readonly attempts: number;
      readonly latencyMs: number;
    }
  | { readonly ok: false; readonly cause: FailureCause; readonly isRetryable: boolean; readonly attempts: number };

/**
 * Polls one site: its requests in order, one in flight, with retries from what is left of the time. The first required
 * request that fails ends the poll.
 */
export async function pollSite(plan: PollPlan, ports: PollPorts): Promise<PollOutcome> {
  const texts = new Map<string, string>();
  const replies: Record<string, unknown> = {};
  const failedRequests: Record<string, FailureCause> = {};
  const tries = { retries: 0 };
  let latencyMs = 0;
  for (const request of plan.requests) {
    const result = await sendWithRetries(request, plan, ports, tries);
    if (result.ok) {
      texts.set(request.name, result.text);
      replies[request.name] = result.json;
      latencyMs += result.latencyMs;
    } else if (request.isRequired) {
      const { cause, status } = result;
      return { ok: false, cause, isRetryable: isRetryable(cause, status), attempts: 1 + tries.retries };
    } else {
      failedRequests[request.name] = result.cause;
    }
  }
  latencyMs = Math.round(latencyMs * 10) / 10;
  return { ok: true, texts, replies, failedRequests, attempts: 1 + tries.retries, latencyMs };
}

async function sendWithRetries(
  request: PollRequest,
  plan: PollPlan,
  ports: PollPorts,
  tries: { retries: number },
): Promise<TryResult> {
  const firstMs = plan.firstTryMs(request);
  let result = await sendOnce(request, firstMs, plan.deadlineMs, ports);
  for (let retry = 1; !result.ok && mayRetry(request, result, tries.retries, plan.maxRetries); retry += 1) {
    const delayMs = retryDelayMs(retry, ports.clock.random());
    if (plan.deadlineMs - ports.clock.monotonicMs() - delayMs < LEAST_LEFT_MS) return result;
    await pause(ports.clock, delayMs);
    tries.retries += 1;
    const timeMs = retryMs(firstMs, request.timeoutMs, retry);
    const next = await sendOnce(request, timeMs, plan.deadlineMs, ports);
    // A retry that was not even sent says nothing new: the cause stays that of the last real try.
    if (next.ok || next.wasSent) result = next;
    else return result;
  }
  return result;
}

/** A kept-alive connection that turned out to be closed is worth one more try, whatever the plan allows. */
function mayRetry(request: PollRequest, failure: Failure, used: number, maxRetries: number): boolean {
  const { cause, status, isStale } = failure;
  if (used >= maxRetries) return isStale === true && used === 0;
  return request.isRequired ? isRetryable(cause, status) : cause === "reset";
}

type SentResult = Extract<TryResult, { ok: true }> | (Failure & { readonly wasSent: boolean });

async function sendOnce(
  request: PollRequest,
  timeMs: number,
  deadlineMs: number,
  ports: PollPorts,
): Promise<SentResult> {
  const { clock, line } = ports;
  if (!line.isConnected) {
    const waitMs = ports.takeConnection(deadlineMs - clock.monotonicMs() - LEAST_LEFT_MS);
    if (waitMs === null) return { ok: false, cause: "overloaded", status: null, wasSent: false };
    if (waitMs > 0) await pause(clock, waitMs);
  }
  // The time starts here, when the request really leaves, not when it was queued.
  const sentMs = clock.monotonicMs();
  const leftMs = deadlineMs - sentMs;
  if (leftMs < LEAST_LEFT_MS) return { ok: false, cause: "overloaded", status: null, wasSent: false };
  const result = await line.send(request, Math.max(1, Math.round(Math.min(timeMs, leftMs))));
  if (!result.ok) {
    const cause = judgeFailure(result.cause, ports.worstLagSinceMs(sentMs));
    return { ...result, cause, wasSent: true };
  }
  ports.onLatency(result.latencyMs);
  const cause = ports.judge(request.name, result.json);
  return cause === null ? result : { ok: false, cause, status: null, wasSent: true };
}
