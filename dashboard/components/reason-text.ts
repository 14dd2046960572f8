import type { TileReason } from "../../domain/live/fleet-summary.ts";
import { faultDefinition } from "../../domain/points/fault-labels.ts";
import type { Locale, Translate } from "../composables/use-text.ts";
import type { TextKey } from "../locales/en.ts";

/** Why a tile is marked, in the reader's words. */
export function reasonText({ kind, name }: TileReason, t: Translate, locale: Locale): string {
  if (kind === "fault") return faultDefinition(name).short[locale];
  if (kind === "limit") return t(`limit.${name}` as TextKey);
  if (kind === "health") return t(`health.${name}` as TextKey);
  return t("reason.no-supply-temp", { why: t(`quality.${name}` as TextKey) });
}
