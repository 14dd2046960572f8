import { isPointName, POINTS } from "../../domain/points/catalogue.ts";
import type { SiteSummary } from "../../domain/sites/site-summary.ts";
import type { PointValue } from "../../domain/telemetry/snapshot.ts";
import { valueText } from "../components/point-text.ts";
import { formatAge, formatNumber, NO_VALUE } from "../composables/format.ts";
import { useText } from "../composables/use-text.ts";
import { type AlarmTextKey, al } from "./text.ts";

const { t, locale } = useText();

type Titled = { readonly texts: { readonly zh: string; readonly en: string } };
type Subject = { readonly siteId: string | null; readonly segmentId: string | null };
type Measured = {
  readonly point: string | null;
  readonly value: PointValue;
  readonly limit: number | null;
  readonly unit: string | null;
};

export function titleOf({ texts }: Titled): string {
  return locale.value === "en" ? texts.en : texts.zh;
}

export type SiteNames = ReadonlyMap<string, Pick<SiteSummary, "name" | "zone">>;

/** What an alarm is about, as people call it. */
export function subjectText({ siteId, segmentId }: Subject, names: SiteNames): string {
  if (siteId !== null) return names.get(siteId)?.name ?? siteId;
  return segmentId === null ? al("subject.fleet") : al("subject.segment", { name: segmentId });
}

/** `41.2 °C, limit 40 °C`; empty for a combination without a value. */
export function measuredText({ point, value, limit, unit }: Measured): string {
  if (value === null && limit === null) return "";
  const shown = numberText(point, value, unit);
  return limit === null ? shown : al("measured.limit", { value: shown, limit: numberText(point, limit, unit) });
}

/** With its unit; decimals as the catalogue has them, two at most for what is not in it. */
export function numberText(point: string | null, value: PointValue, unit: string | null): string {
  if (value === null) return NO_VALUE;
  const definition = point !== null && isPointName(point) ? POINTS[point] : null;
  if (typeof value !== "number")
    return definition ? valueText(point ?? "", definition, value, t, locale.value) : wordText(value);
  const decimals = definition?.decimals ?? (Number.isInteger(value) ? 0 : Math.abs(value) >= 100 ? 1 : 2);
  return `${formatNumber(value, decimals, locale.value)}${unit === null || unit === "" ? "" : ` ${unit}`}`;
}

function wordText(value: boolean | string): string {
  return typeof value === "string" ? value : t(value ? "value.yes" : "value.no");
}

const CAUSES = new Set(["curtailment", "maintenance", "site-stopped", "site-starting"]);

/** Why an alarm is hidden: by design, or by another alarm, whose rule stands for it where its title is not known. */
export function causeText(suppressedBy: string, ruleTitles: ReadonlyMap<string, string>): string {
  if (CAUSES.has(suppressedBy)) return al(`cause.${suppressedBy}` as AlarmTextKey);
  const ruleId = suppressedBy.slice(suppressedBy.indexOf(".") + 1);
  return ruleTitles.get(ruleId) ?? ruleId;
}

/** Seconds as the delays of a rule say them: 0 s, 90 s, 5 min, 2 h. */
export function delayText(seconds: number): string {
  return seconds === 0 ? t("age.s", { n: 0 }) : formatAge(seconds, t);
}

/** A share between 0 and 1. */
export function percentText(share: number | null, decimals = 1): string {
  return share === null ? NO_VALUE : `${formatNumber(share * 100, decimals, locale.value)} %`;
}
