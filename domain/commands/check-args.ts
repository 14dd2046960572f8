import type { ProfileCommand } from "../profiles/profile.ts";
import type { CommandArgs } from "./command.ts";
import type { CommandArgument, CommandKind } from "./command-kind.ts";
import type { CommandText } from "./command-text.ts";

/** One thing wrong with the arguments: which, what it was (shortened), and what is allowed. */
export type ArgumentProblem = { readonly field: string; readonly value: string; readonly allowed: CommandText };

/** Arguments in canonical form, or everything that is wrong with them. */
export type CheckedArgs =
  | { readonly args: CommandArgs; readonly problems: null }
  | { readonly args: null; readonly problems: readonly ArgumentProblem[] };

type NumberArgument = Extract<CommandArgument, { type: "number" }>;
type ProfileArgument = NonNullable<ProfileCommand["args"]>[string];
/** A value in canonical form, or what would be allowed in its place. */
type Read = { readonly value: number | string | boolean } | { readonly allowed: CommandText };

/** Steps are compared on this scale of one step: 0.1 + 0.2 is on the grid of 0.1. */
const STEP_TOLERANCE = 1e-6;
/** What would not be sent must not be promised. */
const NOT_TAKEN: CommandText = {
  "zh-CN": "该型号的控制器不接受此参数",
  en: "this model of controller does not take it: leave it out",
};
/** Shown of a wrong value at most. */
const SHOWN_CHARACTERS = 40;

/**
 * Checks arguments against the kind and against what the site's profile takes: both limits count. Numbers have to be
 * numbers; a text that looks like one is none.
 *
 * @param vendor the profile's call of this kind
 * @param given as it came from outside
 */
export function checkArgs(kind: CommandKind, vendor: ProfileCommand, given: unknown): CheckedArgs {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return refuse([{ field: "args", value: shorten(given), allowed: namesOf(kind) }]);
  }
  const problems: ArgumentProblem[] = Object.keys(given)
    .filter((name) => !Object.hasOwn(kind.args, name))
    .map((name) => ({ field: `args.${shortName(name)}`, value: shorten(own(given, name)), allowed: namesOf(kind) }));
  const args: Record<string, number | string | boolean> = {};
  for (const [name, argument] of Object.entries(kind.args)) {
    const value = own(given, name);
    const limits = limitsOf(vendor, name);
    if (value === undefined && argument.isOptional && limits === undefined) continue;
    const read = readArgument(argument, limits, value);
    if ("value" in read) args[name] = read.value;
    else problems.push({ field: `args.${name}`, value: shorten(value), allowed: read.allowed });
  }
  return problems.length > 0 ? refuse(problems) : { args, problems: null };
}

function limitsOf({ args }: ProfileCommand, name: string): ProfileArgument | undefined {
  return args !== undefined && Object.hasOwn(args, name) ? args[name] : undefined;
}

function readArgument(argument: CommandArgument, limits: ProfileArgument | undefined, value: unknown): Read {
  if (limits === undefined && !argument.isForPlatform) return { allowed: NOT_TAKEN };
  switch (argument.type) {
    case "number":
      return readNumber(argument, limits, value);
    case "word":
      return readWord(Object.keys(argument.words), limits, value);
    case "flag":
      return typeof value === "boolean" && takesWord(limits, String(value))
        ? { value }
        : { allowed: { "zh-CN": "true 或 false", en: "true or false" } };
  }
}

function readNumber(argument: NumberArgument, limits: ProfileArgument | undefined, value: unknown): Read {
  const { also = [], step } = argument;
  const narrow = limits !== undefined && "min" in limits ? limits : null;
  const min = Math.max(argument.min, narrow?.min ?? argument.min);
  const max = Math.min(argument.max, narrow?.max ?? argument.max);
  const allowed = rangeText(argument, min, max, narrow?.step);
  if (typeof value !== "number" || !Number.isFinite(value)) return { allowed };
  // Adding 0 makes a negative zero a plain one.
  const isInside = value >= (narrow?.min ?? value) && value <= (narrow?.max ?? value);
  if (also.includes(value) && isInside) return { value: value + 0 };
  const onGrid = snap(value, argument.min, step);
  if (onGrid === null || onGrid < min || onGrid > max) return { allowed };
  if (narrow?.step !== undefined && snap(onGrid, narrow.min, narrow.step) === null) return { allowed };
  return { value: onGrid };
}

/** The number of the grid that a value stands for; null when it lies between two. */
function snap(value: number, from: number, step: number): number | null {
  const steps = Math.round((value - from) / step);
  if (Math.abs((value - from) / step - steps) > STEP_TOLERANCE) return null;
  return Number((from + steps * step).toFixed(6)) + 0;
}

function readWord(words: readonly string[], limits: ProfileArgument | undefined, value: unknown): Read {
  const taken = words.filter((word) => takesWord(limits, word));
  if (typeof value === "string" && taken.includes(value)) return { value };
  const list = taken.join(", ");
  return { allowed: { "zh-CN": `其中之一：${list}`, en: `one of: ${list}` } };
}

/** A profile that does not have the argument at all leaves it to the platform. */
function takesWord(limits: ProfileArgument | undefined, word: string): boolean {
  return limits === undefined || ("words" in limits && Object.hasOwn(limits.words, word));
}

function rangeText({ also = [], step, unit }: NumberArgument, min: number, max: number, narrow = step): CommandText {
  const tail = unit === "" ? "" : ` ${unit}`;
  const steps = Math.max(step, narrow);
  const zh = also.map((value) => `${value} 或 `).join("");
  const en = also.map((value) => `${value} or `).join("");
  return {
    "zh-CN": `${zh}${min} 到 ${max}${tail} 的数，步长 ${steps}`,
    en: `${en}a number from ${min} to ${max}${tail} in steps of ${steps}`,
  };
}

function namesOf({ args }: CommandKind): CommandText {
  const names = Object.keys(args);
  if (names.length === 0) return { "zh-CN": "该命令没有参数", en: "this kind takes no arguments" };
  return { "zh-CN": `参数：${names.join(", ")}`, en: `the arguments ${names.join(", ")}` };
}

function refuse(problems: readonly ArgumentProblem[]): CheckedArgs {
  return { args: null, problems };
}

function own(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
}

/** Hostile values may be long, cyclic or a bigint: what is told of them is short, and never throws. */
function shorten(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  if (typeof value !== "string") return Array.isArray(value) ? "an array" : `a ${typeof value}`;
  const text = value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value;
  return JSON.stringify(text.toWellFormed());
}

function shortName(name: string): string {
  return name.length > SHOWN_CHARACTERS ? `${name.slice(0, SHOWN_CHARACTERS)}…` : name;
}
