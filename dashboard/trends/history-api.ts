import type { PointName } from "../../domain/points/catalogue.ts";
import type { Step } from "../../domain/telemetry/history-level.ts";
import { addressOf } from "../client/address.ts";
import type { AnswerOf, CallOptions, OptionalIfEmpty, PathOf } from "../client/contract.ts";
import { isAway, request } from "../composables/api-request.ts";
import type { Span } from "./time-range.ts";

/** The server understood and refused: asking again the same way is no use. `message` is its own sentence. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/**
 * @returns null when there is no such thing
 * @throws {RefusedError} when the request is wrong @throws {Error} when the server is away or in trouble
 */
export async function ask<P extends PathOf<"GET">>(
  path: P,
  ...options: OptionalIfEmpty<CallOptions<"GET", P>>
): Promise<AnswerOf<"GET", P> | null> {
  const answer = await request("GET", path, ...options);
  if (answer.ok) return answer.body;
  const { trouble } = answer;
  if (trouble.status === 404) return null;
  throw isAway(trouble) ? new Error(trouble.detail) : new RefusedError(trouble.detail);
}

/** @returns null when there is no such site */
export function fetchHistory(
  siteId: string,
  points: readonly PointName[],
  span: Span,
  step: Step,
  signal: AbortSignal,
): Promise<AnswerOf<"GET", "/api/v1/sites/{id}/history"> | null> {
  const query = { ...queryOf(points, span), step };
  return ask("/api/v1/sites/{id}/history", { path: { id: siteId }, query, signal });
}

/** Sisters are read from roll-ups. @returns null when there is no such site */
export function fetchSisters(
  siteId: string,
  points: readonly PointName[],
  span: Span,
  step: Step,
  signal: AbortSignal,
): Promise<AnswerOf<"GET", "/api/v1/sites/{id}/history/sisters"> | null> {
  const query = { ...queryOf(points, span), step: step === "raw" ? "auto" : step } as const;
  return ask("/api/v1/sites/{id}/history/sisters", { path: { id: siteId }, query, signal });
}

/** What the server exports: the same view, in a file. */
export function exportPath(
  sites: readonly string[],
  points: readonly PointName[],
  span: Span,
  step: Step,
  format: "csv" | "xlsx" | "parquet",
): string {
  const query = { sites: sites.join(","), ...queryOf(points, span), step, format };
  return addressOf("GET", "/api/v1/export", { query });
}

function queryOf(points: readonly PointName[], { fromMs, toMs }: Span) {
  return { points: points.join(","), from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}
