/** What the editor saves for this node: the rule as one object. `version` says which shape it is. */
export type AlertRuleConfig = { version?: number; rule?: unknown };

/** The rule as text: what somebody writes into a flow file by hand, or brings from a rule file. */
type WrittenByHand = { version?: number; rule?: string };

/** Settings as any former version or a person saved them → the present shape, so that flows saved years ago still open. */
export function migrateSettings(saved: AlertRuleConfig | WrittenByHand): AlertRuleConfig {
  const { rule } = saved;
  return { version: 1, rule: typeof rule === "string" ? parse(rule) : rule };
}

/** @throws {Error} when it is no JSON */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`rule: is not JSON: ${(cause as Error).message}`, { cause });
  }
}
