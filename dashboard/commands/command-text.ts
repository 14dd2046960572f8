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
/** What was selected, or waits for a second person: what it is about, and how it is judged. */
export type JudgementItem = Omit<SelectionItem, "isDryRun" | "confirmation">;
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

/** What a finding was judged by: a point under its label, a fact under its own name. */
export function factLabel(name: string): string {
  if (isPointName(name)) return inWords(POINTS[name].label);
  return inWords(faultDefinition(name).label);
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
  return typeof value === "number" ? formatNumber(value, decimalsOf(null, value), locale.value) : value;
}
