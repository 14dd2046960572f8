import type { Role } from "../../domain/access/session-user.ts";
import type { CommandState } from "../../domain/commands/command.ts";
import { isPointName, POINTS } from "../../domain/points/catalogue.ts";
import { faultDefinition } from "../../domain/points/fault-labels.ts";
import type { PointValue } from "../../domain/telemetry/snapshot.ts";
import type { Schemas } from "../client/contract.ts";
import { valueText } from "../components/point-text.ts";
import { formatNumber, NO_VALUE } from "../composables/format.ts";
import { useText } from "../composables/use-text.ts";
import { ct, isCommandText } from "./text.ts";

export type CommandItem = Schemas["Command"];
export type CommandEventItem = Schemas["CommandEventList"]["items"][number];
export type KindItem = Schemas["CommandKind"];
export type ArgumentItem = KindItem["args"][string];
export type SelectionItem = Schemas["CommandSelection"];
export type FindingItem = SelectionItem["findings"][number];
type BothLanguages = KindItem["title"];
/** Kinds by their word; a list of commands of several profiles may hold some of each. */
export type KindMap = ReadonlyMap<string, KindItem>;

const { t, locale } = useText();

export function inWords(texts: BothLanguages): string {
  return texts[locale.value];
}

/** One word or two: what has become of it. */
export function stateText(state: CommandState): string {
  return ct(`state.${state}`);
}

/** A sentence: what the state means for whoever looks at the plant. */
export function stateMeaning(state: CommandState): string {
  return ct(`means.${state}`);
}

/** Why a command is in its state; a code that we have no words for stands for itself, null for nothing. */
export function reasonText(code: string | null): string {
  if (code === null) return "";
  const key = `reason.${code}`;
  return isCommandText(key) ? ct(key) : code;
}

export function resultText(result: FindingItem["result"]): string {
  return ct(`result.${result}`);
}

/** The title of a kind; its own word while the kinds are not known. */
export function kindTitle(kinds: KindMap, kind: string): string {
  const known = kinds.get(kind);
  return known ? inWords(known.title) : kind.replaceAll("_", " ");
}

/** A value of an argument with its unit, as `34.5 °C`, `PID (automatic)`, `yes`. */
export function argumentText(argument: ArgumentItem | undefined, value: string | number | boolean): string {
  if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
  if (typeof value === "string") {
    const word = argument && Object.hasOwn(argument.words, value) ? argument.words[value] : undefined;
    return word ? inWords(word) : value;
  }
  const unit = argument?.unit ?? "";
  return `${formatNumber(value, decimalsOf(argument?.step ?? null, value), locale.value)} ${unit}`.trim();
}

/** As many decimals as the step has, and no fewer than the value itself, two at most. */
export function decimalsOf(step: number | null, value: number): number {
  const digits = (number: number): number => (String(number).split(".")[1] ?? "").length;
  return Math.min(2, Math.max(step === null ? 0 : digits(step), digits(Number(value.toFixed(4)))));
}

/** All arguments on one line; a single one needs no name. */
export function argsText(kinds: KindMap, { kind, args }: Pick<CommandItem, "kind" | "args">): string {
  const known = kinds.get(kind)?.args ?? {};
  const entries = Object.entries(args);
  return entries
    .map(([name, value]) => {
      const argument = known[name];
      const text = argumentText(argument, value);
      if (entries.length === 1 && argument?.type !== "flag") return text;
      return ct("order.arg", { name: argument ? inWords(argument.label) : name, value: text });
    })
    .join(" · ");
}

/** What is so by its very name: the verdict beside it says the same. */
const SILENT: ReadonlySet<string> = new Set(["writes_on", "enabled", "locked", "reason_given", "kind_known"]);
/** By the end of a fact's name. */
const FACT_UNITS: readonly (readonly [string, string])[] = [
  ["_kw", "kW"],
  ["_m3h", "m³/h"],
  ["_s", "s"],
  ["_h", "h"],
  ["_c", "°C"],
];

/** What a finding or a reading is called: a point and a fault by their labels, a fact in our words. */
export function factLabel(name: string): string {
  if (isPointName(name)) return inWords(POINTS[name].label);
  const key = `fact.${name}`;
  return isCommandText(key) ? ct(key) : inWords(faultDefinition(name).label);
}

/** A value with its unit. */
export function factText(name: string, value: PointValue | undefined): string {
  if (value === null || value === undefined) return NO_VALUE;
  if (isPointName(name)) {
    const definition = POINTS[name];
    const text = valueText(name, definition, value, t, locale.value);
    return typeof value === "number" && definition.unit ? `${text} ${definition.unit}` : text;
  }
  if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
  if (typeof value === "string") return isRole(name, value) ? t(`role.${value}`) : value;
  return `${formatNumber(value, Math.min(1, decimalsOf(null, value)), locale.value)} ${unitOf(name)}`.trim();
}

/** Everything that a finding was judged by, and its limit: `load 909.8 kW`, `limit 51.5 kW`. */
export function seenTexts({ values, limit }: Pick<FindingItem, "values" | "limit">): string[] {
  const shown = Object.entries(values).filter(([name]) => !SILENT.has(name));
  const texts = shown.map(([name, value]) => `${factLabel(name)} ${factText(name, value)}`);
  if (limit === null) return texts;
  const measured = shown.find(([, value]) => typeof value === "number")?.[0] ?? shown[0]?.[0] ?? "";
  return [...texts, ct("limit", { value: factText(measured, limit) })];
}

function unitOf(name: string): string {
  return FACT_UNITS.find(([end]) => name.endsWith(end))?.[1] ?? "";
}

function isRole(name: string, value: string): value is Role {
  return (name === "role" || name === "needed_role") && ["viewer", "operator", "engineer", "admin"].includes(value);
}
