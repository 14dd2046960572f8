import { RULE_HOLDER_TOPICS } from "../_shared/hold-rules.ts";

export const topics = RULE_HOLDER_TOPICS;
