/** ASCII signs have a wide twin so far behind them, which looks the same and is markup nowhere. */
const TO_WIDE = 0xfee0;
const MARKUP = /[*_`[\]<>#~|\\&]/g;
/** Lines that would become a rule, or make a heading of the line before. */
const RULES = /^[ \t]*(?:[-=+][ \t]*)+$/gm;

/**
 * Text for a robot's Markdown. Vendors say which marks they render, not how one is written plainly: backslashes are shown
 * by some. So marks become their wide twins, which are read the same.
 */
export function plainMarkdown(text: string): string {
  return text.replace(MARKUP, wide);
}

/** To be done on whole texts, before they are cut and escaped piece by piece. */
export function withoutRules(text: string): string {
  return text.replace(RULES, (line) => line.replace(/[-=+]/g, wide));
}

/** @param url as the URL standard writes it: only brackets are left that end a link in Markdown */
export function markdownLink({ label, url }: { readonly label: string; readonly url: string }): string {
  return `[${label}](${url.replace(/[()]/g, (bracket) => (bracket === "(" ? "%28" : "%29"))})`;
}

/** In plain texts of robots only `<@…>` acts: it calls people. */
export function withoutCalls(text: string): string {
  return text.replaceAll("<", wide);
}

function wide(sign: string): string {
  return String.fromCodePoint((sign.codePointAt(0) ?? 0) + TO_WIDE);
}
