import { readOwnRule } from "../../domain/alarms/check-rule.ts";
import type { Rule, RuleInput } from "../../domain/alarms/rule.ts";
import type { Field, Words } from "./fields.ts";

/** A type of node that makes rules of some settings: its form, its help and its runtime are made from this. */
export type RuleNode = {
  readonly type: string;
  /** A name of Font Awesome 4, such as `fa-bell-o`. */
  readonly icon: string;
  readonly label: Words;
  /** What it raises, when, and what is to be known beforehand. Plain text. */
  readonly help: Words;
  /** In the order of the form. */
  readonly settings: Readonly<Record<string, Field<unknown>>>;
  /**
   * The rules of a node.
   *
   * @param saved what the editor saved: what is missing takes its initial value
   * @throws {Error} naming the setting, its value and what is allowed; also when a rule that comes out is wrong
   */
  rules(saved: Readonly<Record<string, unknown>>): readonly Rule[];
};

type Definition<Settings extends object> = Omit<RuleNode, "settings" | "rules"> & {
  readonly settings: { readonly [Name in keyof Settings]: Field<Settings[Name]> };
  /** Ids are what the alarms are known by: derived from what they are about, never from a title or a limit. */
  readonly rules: (settings: Settings) => readonly RuleInput[];
};

/** Node-RED keeps these for itself, and every node of ours has the last two. */
const TAKEN = new Set(["id", "type", "x", "y", "z", "g", "d", "l", "wires", "info", "env", "icon", "name", "platform"]);

/** @throws {Error} for a setting that no node can have */
export function defineRuleNode<Settings extends object>(definition: Definition<Settings>): RuleNode {
  const { rules, ...shown } = definition;
  const settings = definition.settings as RuleNode["settings"];
  for (const name of Object.keys(settings)) {
    if (TAKEN.has(name) || !/^[a-z][A-Za-z0-9]*$/.test(name)) {
      throw new Error(`${definition.type}: no setting can be called "${name}"`);
    }
  }
  return {
    ...shown,
    settings,
    rules(saved) {
      const read = Object.entries(settings).map(([name, field]) => [name, readField(name, field, saved)]);
      const made = rules(Object.fromEntries(read) as Settings).map(readOwnRule);
      const twice = made.find(({ id }, place) => made.findIndex((one) => one.id === id) !== place);
      if (twice !== undefined) throw new Error(`two rules of this node have the id "${twice.id}"`);
      return made;
    },
  };
}

function readField(name: string, field: Field<unknown>, saved: Readonly<Record<string, unknown>>): unknown {
  try {
    return field.read(saved[name] === undefined ? field.initial : saved[name]);
  } catch (cause) {
    throw new Error(`${name}: ${(cause as Error).message}`, { cause });
  }
}
