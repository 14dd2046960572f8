import type { ChannelMessage } from "../../domain/notification/channel.ts";
import { fitText, oneLine, utf16Units } from "../../domain/notification/fit-text.ts";
import { compose } from "./compose.ts";

/** What templates of text messages may name, as `{{name}}`. */
const PLACEHOLDERS = ["to", "text", "title", "url", "acknowledgeUrl", "priority", "key"] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];
export type Values = Readonly<Record<Placeholder, string>>;

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;

/** @returns the first name in a template that stands for nothing; undefined when all do */
export function unknownPlaceholder(template: string): string | undefined {
  const names: readonly string[] = PLACEHOLDERS;
  return [...template.matchAll(PLACEHOLDER)].map(([, name = ""]) => name).find((name) => !names.includes(name));
}

export function namesPlaceholder(template: string, wanted: Placeholder): boolean {
  return [...template.matchAll(PLACEHOLDER)].some(([, name]) => name === wanted);
}

/** @param write how a value stands in the place of its name */
export function fill(template: string, values: Values, write: (value: string) => string = (value) => value): string {
  return template.replace(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(values, name) ? write(values[name as Placeholder]) : whole,
  );
}

/** @param most characters of `text`, which is title, text and link on one line; the text gives way, the link stays */
export function valuesOf(message: ChannelMessage, to: string, most: number): Values {
  const { title, text } = compose(message);
  const url = message.url ?? "";
  const tail = url !== "" && url.length + 1 <= most / 2 ? ` ${url}` : "";
  return {
    to,
    text: fitText(oneLine(`${title} ${text}`), most - tail.length, utf16Units) + tail,
    title,
    url,
    acknowledgeUrl: message.acknowledgeUrl ?? "",
    priority: message.priority,
    key: message.key,
  };
}
