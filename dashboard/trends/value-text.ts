import { POINTS, type PointName } from "../../domain/points/catalogue.ts";
import { formatNumber, NO_VALUE } from "../composables/format.ts";
import type { Translate } from "../composables/use-text.ts";

/** A number as its point is read; of yes/no the share of the time, where it is neither always nor never. */
export function pointValueText(
  point: PointName,
  value: number | null | undefined,
  t: Translate,
  locale: string,
): string {
  if (value === null || value === undefined) return NO_VALUE;
  const { type, decimals } = POINTS[point];
  if (type === "num") return formatNumber(value, decimals ?? 1, locale);
  if (value === 0 || value === 1) return t(value === 1 ? "value.yes" : "value.no");
  return `${formatNumber(value * 100, 0, locale)}%`;
}
