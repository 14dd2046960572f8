import { lookup } from "node:dns/promises";
import net from "node:net";
import type { FailureCause } from "../../domain/collection/failure-cause.ts";
import type { ControllerLine, PollRequest } from "../../domain/collection/poll-site.ts";
import { AppError } from "../../domain/errors.ts";
import type { CompiledProfile } from "../../domain/profiles/compile-profile.ts";
import type { Asked } from "../../domain/profiles/fit-profiles.ts";
import { isSiteHost } from "../../domain/sites/site-address.ts";
import { createHttpClient } from "./http-client.ts";

/** All requests of all profiles together, a controller that hangs included [J]. */
const BUDGET_MS = 12_000;
const MAX_TRY_MS = 3_000;
const RESOLVE_WITHIN_MS = 3_000;
/** There is nobody at the address: what else might be asked there needs no answer. */
const NOBODY: readonly FailureCause[] = ["refused", "unreachable", "dns", "connect_timeout"];

/** What a controller answered to one round of questions. */
export type ConnectionResult = {
  readonly isReachable: boolean;
  /** Why nothing can be said of it; null when at least one request was answered well. */
  readonly cause: FailureCause | null;
  /** Of the first good answer, a new connection included. */
  readonly latencyMs: number | null;
  asked(method: string, path: string): Asked | undefined;
};

/**
 * Asks a controller once what these profiles ask: each path one time, one after another, through the collector's own HTTP
 * line with its limits. Nothing is stored, and no site's connection is used.
 *
 * @throws {AppError} `request.invalid` when the name leads to an address that no site may have
 */
export async function testConnection(
  controllerUrl: string,
  profiles: readonly CompiledProfile[],
): Promise<ConnectionResult> {
  const { hostname, pathname } = new URL(controllerUrl);
  const outcomes = new Map<string, Asked>();
  const asked = (method: string, path: string) => outcomes.get(`${method} ${path}`);
  if (!(await canBeFound(hostname))) return { isReachable: false, cause: "dns", latencyMs: null, asked };
  const line = createHttpClient().lineTo(controllerUrl);
  const deadlineMs = performance.now() + BUDGET_MS;
  let first: { cause: FailureCause } | undefined;
  let latencyMs: number | null = null;
  try {
    for (const request of requestsOf(profiles, pathname.replace(/\/+$/, ""))) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs < 100) break;
      const { outcome, tookMs } = await askOnce(line, request.poll, leftMs);
      outcomes.set(request.key, outcome);
      latencyMs ??= tookMs;
      if ("cause" in outcome) first ??= outcome;
      if ("cause" in outcome && NOBODY.includes(outcome.cause)) break;
    }
  } finally {
    line.close();
  }
  const isReachable = latencyMs !== null || (first !== undefined && !NOBODY.includes(first.cause));
  return { isReachable, cause: latencyMs === null ? (first?.cause ?? "timeout") : null, latencyMs, asked };
}

type Question = { readonly key: string; readonly poll: PollRequest };

/** Each path once, however many profiles ask for it. */
function requestsOf(profiles: readonly CompiledProfile[], prefix: string): Question[] {
  const questions = new Map<string, Question>();
  for (const { profile } of profiles) {
    for (const { name, method, path, timeout_ms } of profile.requests) {
      const key = `${method} ${path}`;
      const known = questions.get(key)?.poll.timeoutMs ?? 0;
      const timeoutMs = Math.max(known, Math.min(timeout_ms, MAX_TRY_MS));
      questions.set(key, { key, poll: { name, method, path: prefix + path, timeoutMs, isRequired: true } });
    }
  }
  return [...questions.values()];
}

async function askOnce(
  line: ControllerLine,
  request: PollRequest,
  leftMs: number,
): Promise<{ outcome: Asked; tookMs: number | null }> {
  const result = await line.send(request, Math.max(1, Math.floor(Math.min(request.timeoutMs, leftMs))));
  if (!result.ok) return { outcome: { cause: result.cause }, tookMs: null };
  return { outcome: { json: result.json }, tookMs: Math.round(result.latencyMs * 10) / 10 };
}

/** @throws {AppError} `request.invalid` */
async function canBeFound(hostname: string): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const addresses = net.isIP(host) === 0 ? await resolve(host) : [host];
  if (!addresses.every((address) => isSiteHost(address))) {
    throw new AppError("request.invalid", "this name leads to an address that no site may have");
  }
  return addresses.length > 0;
}

async function resolve(name: string): Promise<string[]> {
  const timeout = Promise.withResolvers<never[]>();
  const timer = setTimeout(() => timeout.resolve([]), RESOLVE_WITHIN_MS);
  const found = lookup(name, { all: true }).then(
    (all) => all.map(({ address }) => address),
    () => [],
  );
  return Promise.race([found, timeout.promise]).finally(() => clearTimeout(timer));
}
