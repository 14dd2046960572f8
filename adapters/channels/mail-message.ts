import { createHash } from "node:crypto";
import MailComposer from "nodemailer/lib/mail-composer";
import { escapeHtml } from "../../domain/escape-html.ts";
import type { ChannelMessage, Locale } from "../../domain/notification/channel.ts";
import { fitText, utf8Bytes } from "../../domain/notification/fit-text.ts";
import { type Composed, compose } from "./compose.ts";

/** Far below what servers take; a longer text is read by nobody. */
export const MOST_TEXT_BYTES = 100_000;
const TREND_ID = "trend@antbox-flow";
const TREND_TEXT: Readonly<Record<Locale, string>> = { "zh-CN": "趋势图", en: "Trend" };
const BODY_STYLE = "font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328";

export type Sender = { readonly address: string; readonly name: string };

/** @returns the mail as it goes over the wire: plain text, the same as simple HTML, and the trend as a picture in it */
export function writeMail(message: ChannelMessage, from: Sender, to: string): Promise<Buffer> {
  const { title, text, links } = compose(message);
  const composed = { title, text: fitText(text, MOST_TEXT_BYTES, utf8Bytes), links };
  const { trendPng, language } = message;
  const picture = trendPng && {
    cid: TREND_ID,
    filename: "trend.png",
    content: Buffer.from(trendPng),
    contentType: "image/png",
  };
  const mail = new MailComposer({
    from: { name: from.name, address: from.address },
    to: { name: "", address: to },
    subject: title,
    text: plainBody(composed),
    html: htmlBody(composed, language, picture !== undefined),
    messageId: messageId(message.key, from.address),
    headers: {
      // Nobody's holiday notice answers an alarm.
      "auto-submitted": "auto-generated",
      "content-language": language,
      importance: message.priority === "critical" ? "high" : "normal",
    },
    attachments: picture ? [picture] : [],
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return new Promise((resolve, reject) => {
    mail.compile().build((error, raw) => (error || !raw ? reject(error) : resolve(raw)));
  });
}

/** The same for every try, so that a mailbox that compares them shows the mail once. */
function messageId(key: string, from: string): string {
  const domain = from.slice(from.lastIndexOf("@") + 1);
  return `<antbox.${createHash("sha256").update(key).digest("hex").slice(0, 40)}@${domain}>`;
}

function plainBody({ title, text, links }: Composed): string {
  return [title, "", text, "", ...links.map(({ label, url }) => `${label}: ${url}`), ""].join("\n");
}

function htmlBody({ title, text, links }: Composed, language: Locale, hasTrend: boolean): string {
  const anchors = links
    .map(({ label, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`)
    .join(" &middot; ");
  const trend = hasTrend
    ? `<p><img src="cid:${TREND_ID}" alt="${TREND_TEXT[language]}" style="max-width:100%"></p>`
    : "";
  return [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"></head><body style="${BODY_STYLE}">`,
    `<h2 style="font-size:18px">${escapeHtml(title)}</h2>`,
    `<p style="white-space:pre-wrap">${escapeHtml(text)}</p>`,
    ...(anchors === "" ? [] : [`<p>${anchors}</p>`]),
    trend,
    "</body></html>",
  ].join("\n");
}
