import type { Priority } from "../../domain/alarms/alarm.ts";
import { Signal } from "../../domain/alarms/read-signal.ts";
import { numbersFrom } from "../_shared/editor-values.ts";

/** A text in both languages of the screens. */
export type Words = { readonly "zh-CN": string; readonly en: string };

/** How the form asks for a setting. */
export type FieldInput =
  | { readonly kind: "number"; readonly min: number; readonly max: number }
  | { readonly kind: "choice"; readonly options: readonly { readonly value: string; readonly label: Words }[] }
  | { readonly kind: "signal" }
  | { readonly kind: "flag" }
  | { readonly kind: "text"; readonly most: number };

/** One setting of a rule node: a row of its form, and what the node reads from it. */
export type Field<T> = {
  readonly label: Words;
  /** For the help, where the label does not say all. */
  readonly hint?: Words;
  /** Of a new node, and of a saved one that does not have this setting yet. */
  readonly initial: T;
  readonly input: FieldInput;
  /** @param saved as the editor saved it: numbers as text. @throws {Error} what it must be, and what it is */
  read(saved: unknown): T;
};

type FieldWords = { readonly label: Words; readonly hint?: Words };
type NumberOptions = FieldWords & { readonly initial: number; readonly min: number; readonly max: number };

/** A number between two bounds, both included. */
export function numberField({ initial, min, max, ...words }: NumberOptions): Field<number> {
  return {
    ...words,
    initial,
    input: { kind: "number", min, max },
    read(saved) {
      const { value } = numbersFrom({ value: saved }, ["value"]);
      if (value >= min && value <= max) return value;
      throw mustBe(`a number from ${min} to ${max}`, saved);
    },
  };
}

type ChoiceOptions<T extends string> = FieldWords & {
  readonly initial: NoInfer<T>;
  readonly options: Readonly<Record<T, Words>>;
};

/** One of a few words, each with its name. */
export function choiceField<T extends string>({ initial, options, ...words }: ChoiceOptions<T>): Field<T> {
  const values = Object.keys(options) as T[];
  return {
    ...words,
    initial,
    input: { kind: "choice", options: values.map((value) => ({ value, label: options[value] })) },
    read: (saved) => oneOf(values, saved),
  };
}

/** A point or computed quantity that has a number, chosen by its name in the catalogue. */
export function signalField({ initial, ...words }: FieldWords & { readonly initial: Signal }): Field<Signal> {
  return { ...words, initial, input: { kind: "signal" }, read: (saved) => oneOf(Signal.options, saved) };
}

/** How bad it is. */
export function priorityField(initial: Priority): Field<Priority> {
  return choiceField<Priority>({
    label: { "zh-CN": "优先级", en: "Priority" },
    initial,
    options: {
      critical: { "zh-CN": "紧急", en: "critical" },
      high: { "zh-CN": "严重", en: "high" },
      medium: { "zh-CN": "警告", en: "medium" },
      low: { "zh-CN": "信息", en: "low (an event)" },
    } satisfies Record<Priority, Words>,
  });
}

/** Yes or no. */
export function flagField({ initial, ...words }: FieldWords & { readonly initial: boolean }): Field<boolean> {
  return {
    ...words,
    initial,
    input: { kind: "flag" },
    read(saved) {
      if (typeof saved === "boolean") return saved;
      throw mustBe("true or false", saved);
    },
  };
}

/** A text of at most so many characters, which may be empty. */
export function textField({ most, ...words }: FieldWords & { readonly most: number }): Field<string> {
  return {
    ...words,
    initial: "",
    input: { kind: "text", most },
    read(saved) {
      if (typeof saved === "string" && saved.length <= most) return saved.trim();
      throw mustBe(`a text of at most ${most} characters`, saved);
    },
  };
}

function oneOf<T extends string>(values: readonly T[], saved: unknown): T {
  const found = values.find((value) => value === saved);
  if (found !== undefined) return found;
  throw mustBe(
    values.length > 10 ? "a point or computed quantity with a number" : `one of ${values.join(", ")}`,
    saved,
  );
}

function mustBe(allowed: string, saved: unknown): Error {
  return new Error(`must be ${allowed}, is ${(JSON.stringify(saved) ?? "nothing").slice(0, 60)}`);
}
