import type { ArgumentRule, FaultDefinition } from "./fault-kinds.ts";

type ArgumentValue = number | string | boolean | readonly string[];
export type FaultArguments = Readonly<Record<string, ArgumentValue>>;

/** Bad input of a person or program; the message names the field, the value (shortened) and what is allowed. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** @throws {InputError} naming `field`, the value and what is allowed */
export function refuse(field: string, value: unknown, allowed: string): never {
  const text = value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value)).slice(0, 80);
  throw new InputError(`${field}: ${text} is not allowed; allowed: ${allowed}`);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Checks the arguments of one fault kind and fills in the defaults. @throws {InputError} */
export function readArguments(definition: FaultDefinition, given: unknown): FaultArguments {
  if (given !== undefined && !isRecord(given)) refuse("args", given, "an object");
  const values = given ?? {};
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(definition.args, name)) {
      refuse(`args.${name}`, values[name], Object.keys(definition.args).join(", ") || "no arguments at all");
    }
  }
  return Object.fromEntries(
    Object.entries(definition.args).map(([name, rule]) => [name, readArgument(`args.${name}`, rule, values[name])]),
  );
}

function readArgument(field: string, rule: ArgumentRule, value: unknown): ArgumentValue {
  if (value === undefined) return rule.default;
  switch (rule.type) {
    case "number":
      return readNumber(field, value, rule.min, rule.max);
    case "flag":
      return typeof value === "boolean" ? value : refuse(field, value, "true or false");
    case "choice":
      return rule.options.find((option) => option === String(value)) ?? refuse(field, value, rule.options.join(", "));
    case "text":
      return typeof value === "string" && value.length <= rule.maxLength
        ? value
        : refuse(field, value, `text of at most ${rule.maxLength} characters`);
    case "names":
      return readNames(field, value);
  }
}

export function readNumber(field: string, value: unknown, min: number, max: number): number {
  const isGood = typeof value === "number" && value >= min && value <= max;
  return isGood ? value : refuse(field, value, `a number ${min} … ${max}`);
}

function readNames(field: string, value: unknown): readonly string[] {
  const isGood =
    Array.isArray(value) &&
    value.length <= 100 &&
    value.every((name) => typeof name === "string" && name.length <= 100);
  return isGood ? value : refuse(field, value, "a list of at most 100 names");
}
