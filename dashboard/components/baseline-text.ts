import { BASELINES, type BaselineFinding } from "../../domain/alarms/baseline.ts";
import type { BaselineName } from "../../domain/alarms/site-facts.ts";
import { formatNumber } from "../composables/format.ts";
import { createTexts, type Locale } from "../composables/use-text.ts";
import { baselinesEn } from "../locales/baselines-en.ts";
import { baselinesZhCN } from "../locales/baselines-zh-CN.ts";

/** The words about baselines. */
export const bl = createTexts({ en: baselinesEn, "zh-CN": baselinesZhCN });

/** A figure of a baseline with its unit; null gives a dash. */
export function baselineText(quantity: BaselineName, value: number | null, locale: Locale): string {
  const { decimals, unit } = BASELINES[quantity];
  return `${formatNumber(value, decimals, locale)} ${value === null ? "" : unit}`.trim();
}

/** What a finding rests on, or why there is none. */
export function findingText(finding: BaselineFinding, locale: Locale): string {
  const { quantity, samples, leastSamples, spread, mostSpread, lack } = finding;
  const figure = (value: number | null) => baselineText(quantity, value, locale);
  switch (lack) {
    case "too-few":
      return bl("too-few", { n: samples, least: leastSamples });
    case "too-scattered":
      return bl("too-scattered", { spread: figure(spread), most: figure(mostSpread) });
    case "implausible":
      return bl("implausible");
    case null:
      return bl("spread", { n: samples, spread: figure(spread) });
  }
}
