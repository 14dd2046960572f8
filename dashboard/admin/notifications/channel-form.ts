import type { Schemas } from "../../client/contract.ts";
import { nt } from "./text.ts";

export type Channel = Schemas["NoticeChannel"];
export type Field = Channel["fields"][number];
type Value = Schemas["NoticeChannelEntry"]["settings"][string];
/** What is typed in, by field; of pairs a line each. */
export type ChannelDraft = Record<string, string>;
export type ChannelErrors = Readonly<Record<string, string>>;

/** What a form begins with: what is stored, else what counts by itself. Secrets are empty: they are not known here. */
export function draftOf({ fields, settings }: Pick<Channel, "fields" | "settings">): ChannelDraft {
  return Object.fromEntries(
    fields.map(({ key, isSecret, input }) => {
      const stored = Object.hasOwn(settings, key) ? settings[key] : undefined;
      return [key, isSecret ? "" : textOf(stored ?? input.standard ?? input.options[0] ?? "")];
    }),
  );
}

/** Fields that are asked for, given what is chosen in others. */
export function askedFields(fields: readonly Field[], draft: ChannelDraft): readonly Field[] {
  return fields.filter(({ when }) => when === undefined || draft[when.key] === when.is);
}

/** What is wrong before anything is sent; the server judges the rest. @param secretsSet need not be typed again */
export function channelErrors(
  { fields, secretsSet }: Pick<Channel, "fields" | "secretsSet">,
  draft: ChannelDraft,
): ChannelErrors {
  const wrong = askedFields(fields, draft).flatMap((field) => {
    const text = (draft[field.key] ?? "").trim();
    const error = errorOf(field, text, field.isSecret && secretsSet.includes(field.key));
    return error === null ? [] : [[field.key, error] as const];
  });
  return Object.fromEntries(wrong);
}

/** As the server takes it: what is empty is left out, so that a standard counts and a secret stays. */
export function settingsOf(
  fields: readonly Field[],
  draft: ChannelDraft,
  forgotten: ReadonlySet<string>,
): Record<string, Value> {
  const given = askedFields(fields, draft).flatMap((field): (readonly [string, Value])[] => {
    const text = field.input.type === "lines" ? (draft[field.key] ?? "") : (draft[field.key] ?? "").trim();
    if (text === "") return forgotten.has(field.key) ? [[field.key, null]] : [];
    return [[field.key, typedValue(field, text)]];
  });
  return Object.fromEntries(given);
}

function errorOf({ input, isSecret }: Field, text: string, isStored: boolean): string | null {
  if (text === "") return input.isRequired && !isStored ? nt("error.required") : null;
  switch (input.type) {
    case "number":
      return numberFault(input, text);
    case "choice": {
      const { options } = input;
      return options.includes(text) ? null : nt("error.choice", { value: text, options: options.join(", ") });
    }
    case "pairs": {
      const bad = text.split("\n").find((line) => line.trim() !== "" && !/^\s*\w+\s*=/.test(line));
      return bad === undefined ? null : nt("error.pairs", { value: bad.slice(0, 40) });
    }
    default: {
      const { most } = input;
      const isFine = most === null || text.length <= most;
      return isFine ? null : nt("error.long", { value: isSecret ? "…" : `${text.slice(0, 20)}…`, most });
    }
  }
}

function numberFault({ least, most }: Field["input"], text: string): string | null {
  const value = Number(text);
  const isInside = Number.isInteger(value) && value >= (least ?? value) && value <= (most ?? value);
  return isInside ? null : nt("error.number", { value: text, least: least ?? "−∞", most: most ?? "∞" });
}

function typedValue({ input: { type } }: Field, text: string): Value {
  if (type === "number") return Number(text);
  if (type !== "pairs") return text;
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")).trim(), line.slice(line.indexOf("=") + 1).trim()]),
  );
}

function textOf(value: Value): string {
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([name, text]) => `${name} = ${text}`)
      .join("\n");
  }
  return String(value ?? "");
}
