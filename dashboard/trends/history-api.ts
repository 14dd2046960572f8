import type { PointName } from "../../domain/points/catalogue.ts";
import type { History, SisterHistory } from "../../domain/telemetry/history.ts";
import type { Step } from "../../domain/telemetry/history-level.ts";
import { callApi } from "../composables/use-session.ts";
import type { Span } from "./time-range.ts";

/** The server understood and refused: asking again the same way is no use. `message` is its own sentence. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** @throws {RefusedError} when the request is wrong @throws {Error} when the server is away or in trouble */
export async function fetchJson<T>(path: string, signal: AbortSignal): Promise<T | null> {
  const response = await callApi(path, { headers: { accept: "application/json" }, signal });
  if (response.status === 404) return null;
  if (response.ok) return (await response.json()) as T;
  if (response.status >= 500 || response.status === 429) throw new Error(`HTTP ${response.status}`);
  const problem = (await response.json().catch(() => ({}))) as { detail?: string; title?: string };
  throw new RefusedError(problem.detail ?? problem.title ?? `HTTP ${response.status}`);
}

/** @returns null when there is no such site */
export function fetchHistory(
  siteId: string,
  points: readonly PointName[],
  span: Span,
  step: Step,
  signal: AbortSignal,
): Promise<History | null> {
  const path = `/api/v1/sites/${encodeURIComponent(siteId)}/history?${queryOf(points, span, step)}`;
  return fetchJson<History>(path, signal);
}

/** Sisters are read from roll-ups. @returns null when there is no such site */
export function fetchSisters(
  siteId: string,
  points: readonly PointName[],
  span: Span,
  step: Step,
  signal: AbortSignal,
): Promise<SisterHistory | null> {
  const path = `/api/v1/sites/${encodeURIComponent(siteId)}/history/sisters?${queryOf(points, span, step === "raw" ? "auto" : step)}`;
  return fetchJson<SisterHistory>(path, signal);
}

/** What the server exports: the same view, in a file. */
export function exportPath(
  sites: readonly string[],
  points: readonly PointName[],
  span: Span,
  step: Step,
  format: "csv" | "xlsx" | "parquet",
): string {
  return `/api/v1/export?sites=${sites.join(",")}&${queryOf(points, span, step)}&format=${format}`;
}

function queryOf(points: readonly PointName[], { fromMs, toMs }: Span, step: Step): string {
  const from = new Date(fromMs).toISOString();
  const to = new Date(toMs).toISOString();
  return `points=${points.join(",")}&from=${from}&to=${to}&step=${step}`;
}
