// biome-ignore-all lint/complexity/noExcessiveCognitiveComplexity: the rules of a document, one after the other
const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"' };
const TAGS = ["b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"];
const TOKEN = /<(\/?)([a-z-]+)[^<>]*>|&(?:#(\d+)|([a-z]+));|[^<>&]|([<>&])/gsu;

/** What is shown of a text in Telegram's "HTML style"; null where Telegram refuses it. */
export function telegramText(html: string): string | null {
  const open: string[] = [];
  let shown = "";
  for (const [token, close, tag, number, name, stray] of html.matchAll(TOKEN)) {
    if (stray !== undefined) return null;
    if (tag !== undefined) {
      if (!TAGS.includes(tag)) return null;
      if (close === "") open.push(tag);
      else if (open.pop() !== tag) return null;
    } else if (number !== undefined) shown += String.fromCodePoint(Number(number));
    else if (name !== undefined) {
      const sign = NAMED[name];
      if (sign === undefined) return null;
      shown += sign;
    } else shown += token;
  }
  return open.length === 0 ? shown : null;
}
