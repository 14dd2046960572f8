/** Alarms as both sides are given them. */
export type Alarm = { readonly site: number; readonly rule: "flood" | "single" };

/** One side of the comparison: takes alarms, and sends to the sinks by itself. */
export type Sender = {
  raise(alarms: readonly Alarm[]): Promise<void>;
  clear(alarms: readonly Alarm[]): Promise<void>;
  close(): Promise<void>;
};

/** All sites at once: told together. One by one: each is told by itself, by mail too. */
export const RULE_IDS: Readonly<Record<Alarm["rule"], string>> = { flood: "site-unreachable", single: "leak" };

/** The same for both, seconds. The least that either takes, so that nobody waits for what is set up. */
export const PACE = { floodWaitS: 2, floodIntervalS: 10, singleWaitS: 0, singleIntervalS: 10 } as const;

export const siteId = (site: number): string => `site-${String(site).padStart(3, "0")}`;
/** As the figures name an alarm that is told of. */
export const itemOf = (state: "firing" | "resolved", ruleId: string, site: string): string =>
  `${state} ${ruleId} ${site}`;
