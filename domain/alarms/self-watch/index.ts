import type { RuleFacts } from "../rule-facts.ts";
import { COLLECTION_RULES } from "./collection-rules.ts";
import type { PlatformRule } from "./platform-rule.ts";
import { SERVICE_RULES } from "./service-rules.ts";

/** What the platform watches about itself. "Too good to be true", the sudden silence of half the fleet, is the rule `scan-suspect`. */
export const PLATFORM_RULES: readonly PlatformRule[] = [...COLLECTION_RULES, ...SERVICE_RULES];

/** The same for reading. */
export const PLATFORM_RULE_FACTS: readonly RuleFacts[] = PLATFORM_RULES.map(({ facts }) => facts);
