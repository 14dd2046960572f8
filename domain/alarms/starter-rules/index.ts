import type { Rule } from "../rule.ts";
import { CAMERA_RULES } from "./cameras.ts";
import { CIRCULATION_RULES } from "./circulation.ts";
import { CONTACT_RULES, SCAN_SUSPECT } from "./contact.ts";
import { MINING_RULES } from "./mining.ts";
import { REJECTION_RULES } from "./rejection.ts";
import { SAFETY_RULES } from "./safety.ts";
import { TEMPERATURE_RULES } from "./temperature.ts";
import { UPKEEP_RULES } from "./upkeep.ts";

/** The 31 rules to start with. Limits marked J or SIM in `source` are to be confirmed on site, and tried on history first. */
export const STARTER_RULES: readonly Rule[] = [
  ...CONTACT_RULES,
  ...SAFETY_RULES,
  ...REJECTION_RULES,
  ...CIRCULATION_RULES,
  ...TEMPERATURE_RULES,
  ...MINING_RULES,
  ...UPKEEP_RULES,
];

/** What the platform evaluates when nobody has said otherwise: the starter rules, its doubt about its own collection, and the cameras. */
export const DEFAULT_RULES: readonly Rule[] = [SCAN_SUSPECT, ...STARTER_RULES, ...CAMERA_RULES];
