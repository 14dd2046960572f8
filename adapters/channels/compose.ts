import type { Priority } from "../../domain/alarms/alarm.ts";
import type { ChannelMessage, Locale } from "../../domain/notification/channel.ts";
import { fitText, type Measure, oneLine, printable, utf16Units } from "../../domain/notification/fit-text.ts";

/** A title is what a telephone shows of a message; subjects of mail break at about as much. */
const MOST_TITLE_CHARS = 150;

const LINK_LABELS: Readonly<Record<Locale, { readonly open: string; readonly acknowledge: string }>> = {
  "zh-CN": { open: "查看详情", acknowledge: "确认报警" },
  en: { open: "Open", acknowledge: "Acknowledge" },
};
const LOUD: readonly Priority[] = ["critical"];

export type Link = { readonly label: string; readonly url: string };

/** The parts of a message as every channel may show them: nothing in them that a receiver refuses or acts on. */
export type Composed = { readonly title: string; readonly text: string; readonly links: readonly Link[] };

export function compose({ title, text, url, acknowledgeUrl, language }: ChannelMessage): Composed {
  const { open, acknowledge } = LINK_LABELS[language];
  const links = [
    { label: open, url: safeUrl(url) },
    { label: acknowledge, url: safeUrl(acknowledgeUrl) },
  ].filter((link) => link.url !== "");
  return { title: fitText(oneLine(title), MOST_TITLE_CHARS, utf16Units), text: printable(text), links };
}

/** Whether people are called by name: who is called for everything mutes the group. */
export function callsPeople(priority: Priority): boolean {
  return LOUD.includes(priority);
}

export type Layout = {
  readonly most: number;
  readonly measure: Measure;
  /** How a title and a text are written, so that nothing in them is markup. */
  readonly escape: (text: string) => string;
  readonly title: (escaped: string) => string;
  readonly link: (link: Link) => string;
  /** Stands at the very end; may be empty. */
  readonly end?: string;
};

/**
 * Title, text and links under one another, within a limit. The text gives way first, then the last link: a message without
 * its text still says what is wrong and where to look.
 */
export function layOut({ title, text, links }: Composed, layout: Layout): string {
  const { most, measure, escape: written, ...write } = layout;
  const head = write.title(written(title));
  const end = write.end ? [write.end] : [];
  for (let kept = links.length; kept >= 0; kept--) {
    const tail = [...links.slice(0, kept).map(write.link), ...end];
    const fixed = measure([head, "", ...tail].join("\n"));
    if (fixed > most && kept > 0) continue;
    const shown = fitText(text, most - fixed, (piece) => measure(written(piece)));
    return [head, ...(shown === "" ? [] : [written(shown)]), ...tail].join("\n");
  }
  return head;
}

/** As the URL standard writes it: without blanks, quotes and angle brackets. What is no http address becomes none. */
function safeUrl(url: string | null): string {
  if (url === null || !URL.canParse(url)) return "";
  const { protocol, href } = new URL(url);
  return protocol === "https:" || protocol === "http:" ? href : "";
}
