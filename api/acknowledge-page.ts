import { escapeHtml } from "../domain/escape-html.ts";
import type { Locale } from "../domain/notification/channel.ts";

/** How the page behind an acknowledge link stands. */
export type LinkState = "open" | "done" | "used" | "over" | "unknown";

const WORDS = {
  "zh-CN": {
    title: "确认报警",
    open: "确认表示您已知晓并负责处理，不会操作设备。",
    button: "确认",
    done: (count: number) => (count === 0 ? "这些报警已无需确认。" : `已确认 ${count} 条报警。`),
    used: "此链接已使用过。",
    over: "此链接已过期。请在平台中确认，或等待下一次通知。",
    unknown: "此链接无效。",
    platform: "打开平台",
    as: "确认人",
  },
  en: {
    title: "Acknowledge alarms",
    open: "To acknowledge means that you know and see to it. Nothing is switched.",
    button: "Acknowledge",
    done: (count: number) =>
      count === 0 ? "These alarms need no acknowledgement any more." : `Acknowledged: ${count}.`,
    used: "This link has been used already.",
    over: "This link has run out. Acknowledge on the platform, or wait for the next message.",
    unknown: "This link is not valid.",
    platform: "Open the platform",
    as: "Acknowledged by",
  },
} as const;

export type AcknowledgePage = {
  readonly state: LinkState;
  /** Null where nothing is known of the reader: both languages are shown. */
  readonly language: Locale | null;
  /** Title of the message. */
  readonly title: string;
  readonly recipientName: string;
  /** Of the platform. */
  readonly url: string;
  readonly count: number;
};

/**
 * What a link in a message opens: it shows what it is about and asks. Only the button acknowledges, because programs that
 * look for harm in messages open every link in them.
 */
export function renderAcknowledgePage({ state, language, title, recipientName, url, count }: AcknowledgePage): string {
  const languages: readonly Locale[] = language === null ? ["zh-CN", "en"] : [language];
  const sentence = (one: Locale) => (state === "done" ? WORDS[one].done(count) : WORDS[one][state]);
  const shown = languages.map((one) => `<p lang="${one}">${escapeHtml(sentence(one))}</p>`).join("\n");
  const [first = "zh-CN"] = languages;
  const words = WORDS[first];
  const heading = title === "" ? "" : `<p class="what">${escapeHtml(title)}</p>`;
  const form =
    state === "open"
      ? `<p>${escapeHtml(words.as)}: <b>${escapeHtml(recipientName)}</b></p>
<form method="post"><button type="submit">${escapeHtml(words.button)}</button></form>`
      : "";
  return `<!doctype html>
<html lang="${first}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>AntBox Flow · ${escapeHtml(words.title)}</title>
<link rel="stylesheet" href="/acknowledge/page/style.css"></head>
<body><main><h1>${escapeHtml(words.title)}</h1>
${heading}
${shown}
${form}
<p><a href="${escapeHtml(url)}">${escapeHtml(words.platform)}</a></p>
</main></body></html>`;
}

export const ACKNOWLEDGE_STYLE = `
:root { color-scheme: light dark; font: 18px/1.5 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { max-width: 34rem; margin: 0 auto; padding: 1.5rem 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.25rem; }
.what { font-weight: 600; }
button { font: inherit; font-weight: 600; min-height: 3.5rem; width: 100%; }
`;
