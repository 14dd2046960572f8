import type { AlarmTransition } from "../../../domain/alarms/alarm.ts";
import { STARTER_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import { decideNotices } from "../../../domain/notification/decide-notices.ts";
import type { Directory } from "../../../domain/notification/directory.ts";
import {
  NOTHING_TOLD,
  type Notice,
  type NoticeReason,
  type NotificationState,
} from "../../../domain/notification/notice.ts";
import { Schedule } from "../../../domain/notification/on-call.ts";
import type { Recipient } from "../../../domain/notification/recipient.ts";
import { Route, type RouteInput } from "../../../domain/notification/route.ts";

/** A Monday, 10:00 in Shanghai. */
export const START_MS = Date.parse("2026-03-02T02:00:00.000Z");
export const LI = "00000000-0000-4000-8000-000000000001";
export const WANG = "00000000-0000-4000-8000-000000000002";
export const CHEN = "00000000-0000-4000-8000-000000000003";

export const aRecipient = (id: string, more: Partial<Recipient> = {}): Recipient => ({
  id,
  name: { [LI]: "Li", [WANG]: "Wang", [CHEN]: "Chen" }[id] ?? id,
  language: "en",
  addresses: { email: `${id.at(-1)}@example.org`, sms: `1380000000${id.at(-1)}` },
  isEnabled: true,
  ...more,
});

export function aDirectory(more: Partial<Directory> = {}): Directory {
  return {
    recipients: new Map([LI, WANG, CHEN].map((id) => [id, aRecipient(id)])),
    schedules: new Map(),
    channels: new Set(["email", "sms"]),
    siteOf: (siteId) => ({
      name: `Site ${siteId}`,
      region: siteId < "site-100" ? "north" : "south",
      zone: `zone-${siteId.slice(5, 7)}`,
    }),
    ruleOf: (ruleId) => STARTER_RULES.find(({ id }) => id === ruleId),
    publicUrl: "https://antbox.example.org",
    timeZone: "Asia/Shanghai",
    ...more,
  };
}

export const aRoute = (more: Partial<RouteInput> = {}): Route =>
  Route.parse({ id: "all", name: "All", to: { recipientIds: [LI] }, channels: ["email"], ...more });

export const aSchedule = (more: Record<string, unknown>): Schedule =>
  Schedule.parse({ id: "duty", name: "Duty", shifts: [{ rotation: [LI], startsOn: "2026-03-02" }], ...more });

/** A raise that people are to be told of. */
export function aRaise(siteId: string, ruleId = "leak", more: Partial<AlarmTransition> = {}): AlarmTransition {
  return {
    alarmId: `${siteId}.${ruleId}`,
    revision: 1,
    siteId,
    segmentId: null,
    ruleId,
    kind: "raised",
    from: "normal",
    to: "unacknowledged",
    at: new Date(START_MS).toISOString(),
    isAnnounced: true,
    priority: "critical",
    sources: ["controller"],
    point: "leak_detected",
    value: true,
    limit: null,
    unit: null,
    suppressedBy: null,
    by: null,
    note: null,
    until: null,
    occurrences: 1,
    flaps: 0,
    ...more,
  };
}

/** What follows a raise, and tells nobody by itself. */
export function later(
  first: AlarmTransition,
  kind: AlarmTransition["kind"],
  to: AlarmTransition["to"],
  revision: number,
  more: Partial<AlarmTransition> = {},
): AlarmTransition {
  return { ...first, kind, from: first.to, to, revision, isAnnounced: false, ...more };
}

/** Decides over time; `at` is in seconds since the start. */
export class Desk {
  state: NotificationState = NOTHING_TOLD;
  readonly notices: (Notice & { readonly atS: number })[] = [];
  readonly reasons: NoticeReason[] = [];
  routes: readonly Route[];
  directory: Directory;

  constructor(routes: readonly Route[], directory: Directory = aDirectory()) {
    this.routes = routes;
    this.directory = directory;
  }

  at(atS: number, ...transitions: readonly AlarmTransition[]): readonly Notice[] {
    const decision = decideNotices(this.routes, this.directory, this.state, transitions, START_MS + atS * 1000);
    // As it is stored.
    this.state = decision.state === this.state ? this.state : JSON.parse(JSON.stringify(decision.state));
    this.notices.push(...decision.notices.map((notice) => ({ ...notice, atS })));
    this.reasons.push(...decision.reasons);
    return decision.notices;
  }

  /** Every `stepS` up to `toS`. */
  run(fromS: number, toS: number, stepS = 10): void {
    for (let atS = fromS; atS <= toS; atS += stepS) this.at(atS);
  }

  told(): string[] {
    return this.notices.map(({ atS, kind, recipientName }) => `${atS} ${kind} ${recipientName}`);
  }
}
