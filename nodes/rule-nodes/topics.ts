import { RULE_HOLDER_TOPICS } from "../_shared/hold-rules.ts";
import { RULE_NODES } from "./all-rule-nodes.ts";

export const topics = RULE_HOLDER_TOPICS;
/** One entry of package.json, many types. */
export const types = RULE_NODES.map(({ type }) => type);
