import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { joinRules } from "../../domain/alarms/join-rules.ts";
import { Rule } from "../../domain/alarms/rule.ts";
import { compileRuleSet } from "../../domain/alarms/rule-set.ts";
import { DEFAULT_RULES } from "../../domain/alarms/starter-rules/index.ts";
import type { Settings } from "./settings.ts";

/** Some hundred rules with all their texts. */
const MOST_BYTES = 2_000_000;
const RuleFile = z.strictObject({ rules: z.array(Rule).min(1).max(500) });

/**
 * The rules of this node.
 *
 * @throws {Error} naming the file, the field and what is allowed; also when a rule cannot work, or `except` names one that
 *   is not there
 */
export function readRules(settings: Settings, folder: string): readonly Rule[] {
  const all = settings.ruleSet === "starter" ? DEFAULT_RULES : readFile(path.join(folder, settings.file));
  const unknown = settings.except.find((id) => !all.some((rule) => rule.id === id));
  if (unknown !== undefined) {
    throw new Error(`except: "${unknown}" is none of the rules ${all.map(({ id }) => id).join(", ")}`);
  }
  const rules = all.filter(({ id }) => !settings.except.includes(id));
  // Parents may be in another node: what refers to them is checked where all come together.
  compileRuleSet(joinRules([rules]).rules);
  return rules;
}

function readFile(file: string): readonly Rule[] {
  const name = path.basename(file);
  const { size } = statSync(file, { throwIfNoEntry: false }) ?? {};
  if (size === undefined) throw new Error(`file: there is no ${name} in the folder rules beside the flows`);
  if (size > MOST_BYTES) throw new Error(`file: ${name} has ${size} bytes, at most ${MOST_BYTES} are read`);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new Error(`file: ${name} is not JSON: ${(cause as Error).message}`, { cause });
  }
  const parsed = RuleFile.safeParse(json);
  if (parsed.success) return parsed.data.rules;
  const { path: at = [], message = "is wrong" } = parsed.error.issues[0] ?? {};
  throw new Error(`file: ${name}: ${at.join(".")}: ${message}`);
}
