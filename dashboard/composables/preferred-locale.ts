export type Locale = "zh-CN" | "en";

/** The saved choice, else the first language of the browser that we have, else English. */
export function preferredLocale(saved: string | null, languages: readonly string[]): Locale {
  if (saved === "zh-CN" || saved === "en") return saved;
  const first = languages.find((language) => /^(zh|en)\b/i.test(language));
  return first && /^zh/i.test(first) ? "zh-CN" : "en";
}
