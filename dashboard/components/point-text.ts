import type { PointDefinition } from "../../domain/points/point.ts";
import { isDoubtful, type QualityMark } from "../../domain/telemetry/quality.ts";
import type { PointValue } from "../../domain/telemetry/snapshot.ts";
import { formatNumber, NO_VALUE } from "../composables/format.ts";
import type { Translate } from "../composables/use-text.ts";
import type { TextKey } from "../locales/en.ts";

const WORDS = new Set(["auto", "manual", "open", "closed", "moving", "unknown"]);

/** A reading in words and figures, without its unit. What a controller says stays its own text. */
export function valueText(
  name: string,
  definition: PointDefinition,
  value: PointValue | undefined,
  t: Translate,
  locale: string,
): string {
  if (value === null || value === undefined) return NO_VALUE;
  if (typeof value === "number") return formatNumber(value, definition.decimals ?? 1, locale);
  if (typeof value === "boolean")
    return name.endsWith("_running") ? runningText(value, t) : t(value ? "value.yes" : "value.no");
  return WORDS.has(value) ? t(`value.${value}` as TextKey) : value;
}

export function runningText(isRunning: PointValue | undefined, t: Translate): string {
  if (typeof isRunning !== "boolean") return t("value.unknown");
  return t(isRunning ? "value.running" : "value.stopped");
}

/** What is to be said about how far a reading can be trusted; empty when it is simply good. */
export function qualityText(value: PointValue | undefined, mark: QualityMark | undefined, t: Translate): string {
  if (mark) return t(`quality.${mark}`);
  return value === null || value === undefined ? t("site.no-value") : "";
}

/** The usual band in words; empty for a point that has none. */
export function bandText({ band, decimals }: PointDefinition, t: Translate, locale: string): string {
  if (!band) return "";
  const [from, to] = band;
  const digits = Math.min(decimals ?? 1, 1);
  const text = (value: number): string => formatNumber(value, Number.isInteger(value) ? 0 : digits, locale);
  if (from !== null && to !== null) return t("site.band-range", { from: text(from), to: text(to) });
  if (from !== null) return t("site.band-above", { from: text(from) });
  return to === null ? "" : t("site.band-below", { to: text(to) });
}

/** A good reading outside its usual band, or a state that is not the usual one. Doubtful readings say nothing. */
export function isUnusual(
  definition: PointDefinition,
  value: PointValue | undefined,
  mark: QualityMark | undefined,
): boolean {
  if (value === null || value === undefined || isDoubtful(mark)) return false;
  if (typeof value !== "number") return definition.normal !== undefined && value !== definition.normal;
  const [from, to] = definition.band ?? [null, null];
  return (from !== null && value < from) || (to !== null && value > to);
}
