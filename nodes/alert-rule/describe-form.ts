import { Priority, SuppressionCause } from "../../domain/alarms/alarm.ts";
import { CONDITION_KINDS } from "../../domain/alarms/condition-kinds.ts";
import { OperatingMode } from "../../domain/alarms/operating-state.ts";
import { Rule } from "../../domain/alarms/rule.ts";
import { DEFAULT_RULES } from "../../domain/alarms/starter-rules/index.ts";

/** What the node's form offers: the shipped rules to copy from, a condition of each kind, and the words of the choices. */
export function describeForm() {
  return {
    rules: DEFAULT_RULES,
    kinds: Object.entries(CONDITION_KINDS).map(([kind, { label, template }]) => ({ kind, label, template })),
    priorities: Priority.options,
    owners: Rule.shape.owner.options,
    scopes: Rule.shape.scope.unwrap().options,
    operating: OperatingMode.options,
    causes: [...SuppressionCause.options, "sensor-fault"],
  };
}
