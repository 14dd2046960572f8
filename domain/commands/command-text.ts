/** What a person reads, in both languages. `{name}` stands for a value. */
export type CommandText = { readonly "zh-CN": string; readonly en: string };

type Value = number | boolean | string | null;

const YES: CommandText = { "zh-CN": "是", en: "yes" };
const NO: CommandText = { "zh-CN": "否", en: "no" };
const NONE: CommandText = { "zh-CN": "无读数", en: "no reading" };

/** The text with its values in it; numbers to two decimals. A name that has no value stands for no reading. */
export function fillText(text: CommandText, values: Readonly<Record<string, Value>>): CommandText {
  const fill = (language: keyof CommandText) =>
    text[language].replace(
      /\{([a-z0-9_]+)\}/g,
      (_, name: string) => say(Object.hasOwn(values, name) ? (values[name] ?? null) : null)[language],
    );
  return { "zh-CN": fill("zh-CN"), en: fill("en") };
}

function say(value: Value): CommandText {
  if (value === null) return NONE;
  if (typeof value === "boolean") return value ? YES : NO;
  const word = typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
  return { "zh-CN": word, en: word };
}
