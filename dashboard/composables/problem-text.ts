import { PROBLEM_TEXTS } from "../locales/problems.ts";
import type { Trouble } from "./api-request.ts";
import { createTexts, useText } from "./use-text.ts";

type Code = keyof typeof PROBLEM_TEXTS;

const codes = Object.keys(PROBLEM_TEXTS) as Code[];
const pick = (locale: "zh-CN" | "en"): Readonly<Record<string, string>> =>
  Object.fromEntries(codes.map((code) => [code, PROBLEM_TEXTS[code]?.[locale] ?? ""]));
const text = createTexts({ en: pick("en"), "zh-CN": pick("zh-CN") });

const { locale } = useText();

/** One sentence for people, in the chosen language; the server's own where we have none for its code. */
export function problemText(trouble: Trouble): string {
  const known = Object.hasOwn(PROBLEM_TEXTS, trouble.code) ? trouble.code : "other";
  return text(known, { detail: detailOf(trouble), s: trouble.retryAfterS ?? 30 });
}

/** Rules that are told in both languages stand for themselves; elsewhere the server's sentence also names the field. */
function detailOf({ detail, fields }: Trouble): string {
  const rules = fields.flatMap(({ allowed, allowedZh }) => {
    if (allowedZh === undefined) return [];
    return [locale.value === "en" ? allowed : allowedZh];
  });
  return rules.length === 0 ? detail : rules.join(locale.value === "en" ? "; " : "；");
}
