import type { Rule } from "../alarms/rule.ts";
import type { ChannelKind } from "./channel.ts";
import type { Schedule } from "./on-call.ts";
import type { Recipient } from "./recipient.ts";

/** What notices say of a site. */
export type NoticeSite = { readonly name: string; readonly region: string; readonly zone: string };

/** Everything that deciding and writing notices has to know beside alarms: read for each decision, changed by none. */
export type Directory = {
  readonly recipients: ReadonlyMap<string, Recipient>;
  readonly schedules: ReadonlyMap<string, Schedule>;
  /** Channels that are set up and switched on. */
  readonly channels: ReadonlySet<ChannelKind>;
  readonly siteOf: (siteId: string) => NoticeSite | undefined;
  readonly ruleOf: (ruleId: string) => Pick<Rule, "texts" | "respondWithinMin"> | undefined;
  /** Where people find the platform, without `/` at the end. */
  readonly publicUrl: string;
  readonly timeZone: string;
};
