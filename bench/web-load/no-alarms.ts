import type { ApiContext } from "../../api/context.ts";

const NONE = { present: 0, unacknowledged: 0 };

/** For a server of which nobody asks about alarms: none, and none that come. */
export const NO_ALARMS: ApiContext["alarms"] = {
  store: {
    applyConditions: async () => [],
    act: async () => [],
    unshelveDue: async () => [],
    list: async () => ({ items: [], total: 0, nextCursor: null }),
    get: async () => null,
    count: async () => ({ critical: NONE, high: NONE, medium: NONE, low: NONE }),
    countBySite: async () => [],
    countByRule: async () => [],
    countByState: async () => [],
    countChanges: async () => 0,
    transitions: async () => ({ items: [], nextCursor: null }),
    onChange: () => () => undefined,
  },
  rules: () => [],
  facts: () => new Map(),
  isJudging: () => false,
  judgedMs: () => null,
};
