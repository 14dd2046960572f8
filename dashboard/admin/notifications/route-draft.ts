import type { Schemas } from "../../client/contract.ts";
import { freshId } from "./plan-names.ts";
import { nt } from "./text.ts";

export type Route = Schemas["NoticeRoute"];
export type Target = Route["to"];
type Match = Route["match"];
type Priority = NonNullable<Match["priorities"]>[number];
export type ChannelKind = Route["channels"][number];

export const CHANNELS = [
  "email",
  "sms",
  "wecom",
  "dingtalk",
  "feishu",
  "webhook",
  "telegram",
] as const satisfies readonly ChannelKind[];
export const GROUPINGS = [
  "cause",
  "segment",
  "site",
  "priority",
  "alarm",
] as const satisfies readonly Route["groupBy"][];
export const MESSAGE_KINDS = ["raised", "cleared", "escalated"] as const satisfies readonly Route["kinds"][number][];
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;
/** Nothing may hold back what is critical. */
export const QUIET_PRIORITIES = ["high", "medium", "low"] as const;

/** A route while it is edited; numbers as they are typed. An empty list asks for nothing. */
export type RouteDraft = {
  name: string;
  isEnabled: boolean;
  priorities: Priority[];
  regions: string[];
  zones: string[];
  siteIds: string[];
  segmentIds: string;
  ruleIds: string[];
  hasHours: boolean;
  from: string;
  to: string;
  weekdays: number[];
  kinds: Route["kinds"];
  recipientIds: string[];
  scheduleIds: string[];
  channels: ChannelKind[];
  groupBy: Route["groupBy"];
  waitS: string;
  intervalS: string;
  repeatEveryMin: string;
  escalations: { afterMin: string; recipientIds: string[]; scheduleIds: string[] }[];
  quietPriorities: (typeof QUIET_PRIORITIES)[number][];
  quietFrom: string;
  quietTo: string;
  goOn: boolean;
};
export type RouteErrors = Readonly<Record<string, string>>;

/** What a new route begins with: every alarm, told together by cause, to nobody yet. */
const FRESH: Omit<Route, "id"> = {
  name: "",
  isEnabled: true,
  match: {},
  kinds: [...MESSAGE_KINDS],
  to: { recipientIds: [], scheduleIds: [] },
  channels: [],
  groupBy: "cause",
  waitS: 10,
  intervalS: 300,
  repeatEveryMin: 60,
  escalations: [],
  goOn: false,
};

/** @param route null = a new one */
export function routeDraftOf(route: Route | null): RouteDraft {
  const { name, isEnabled, match, kinds, to, channels, groupBy, goOn, ...paced } = route ?? FRESH;
  return {
    ...{ name, isEnabled, groupBy, goOn, kinds: [...kinds], channels: [...channels] },
    ...matchDraftOf(match),
    recipientIds: [...to.recipientIds],
    scheduleIds: [...to.scheduleIds],
    waitS: String(paced.waitS),
    intervalS: String(paced.intervalS),
    repeatEveryMin: String(paced.repeatEveryMin ?? ""),
    escalations: paced.escalations.map((step) => ({
      afterMin: String(step.afterMin),
      recipientIds: [...step.to.recipientIds],
      scheduleIds: [...step.to.scheduleIds],
    })),
    quietPriorities: [...(paced.quiet?.priorities ?? [])],
    quietFrom: paced.quiet?.from ?? "22:00",
    quietTo: paced.quiet?.to ?? "07:00",
  };
}

function matchDraftOf(match: Match) {
  const {
    priorities = [],
    regions = [],
    zones = [],
    siteIds = [],
    segmentIds = [],
    ruleIds = [],
    weekdays = [],
  } = match;
  return {
    priorities: [...priorities],
    regions: [...regions],
    zones: [...zones],
    siteIds: [...siteIds],
    segmentIds: segmentIds.join(", "),
    ruleIds: [...ruleIds],
    weekdays: [...weekdays],
    hasHours: match.hours !== undefined,
    from: match.hours?.from ?? "08:00",
    to: match.hours?.to ?? "20:00",
  };
}

const words = (text: string): string[] => text.split(/[\s,，、]+/).filter((word) => word !== "");
const list = <K extends keyof Match>(key: K, items: NonNullable<Match[K]>): Partial<Match> =>
  (items as readonly unknown[]).length > 0 ? ({ [key]: items } as Partial<Match>) : {};

/** As the plan keeps it. @param id of the route that is changed; null = a new one @param taken ids of the others */
export function routeOf(draft: RouteDraft, id: string | null, taken: readonly string[]): Route {
  const { quietPriorities, quietFrom, quietTo } = draft;
  return {
    id: id ?? freshId(draft.name, taken, "route"),
    name: draft.name.trim(),
    isEnabled: draft.isEnabled,
    match: {
      ...list("priorities", draft.priorities),
      ...list("regions", draft.regions),
      ...list("zones", draft.zones),
      ...list("siteIds", draft.siteIds),
      ...list("segmentIds", words(draft.segmentIds)),
      ...list("ruleIds", draft.ruleIds),
      ...(draft.hasHours ? { hours: { from: draft.from, to: draft.to } } : {}),
      ...list("weekdays", [...draft.weekdays].sort()),
    },
    kinds: MESSAGE_KINDS.filter((kind) => draft.kinds.includes(kind)),
    to: { recipientIds: draft.recipientIds, scheduleIds: draft.scheduleIds },
    channels: draft.channels,
    groupBy: draft.groupBy,
    waitS: Number(draft.waitS),
    intervalS: Number(draft.intervalS),
    repeatEveryMin: draft.repeatEveryMin.trim() === "" ? null : Number(draft.repeatEveryMin),
    escalations: draft.escalations.map(({ afterMin, recipientIds, scheduleIds }) => ({
      afterMin: Number(afterMin),
      to: { recipientIds, scheduleIds },
    })),
    ...(quietPriorities.length > 0 ? { quiet: { from: quietFrom, to: quietTo, priorities: quietPriorities } } : {}),
    goOn: draft.goOn,
  };
}

/** What is wrong, by field: which value, and what is allowed. @param names of the other routes */
export function routeErrors(draft: RouteDraft, names: readonly string[]): RouteErrors {
  const name = draft.name.trim();
  const badSegment = words(draft.segmentIds).find((id) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id));
  const found: Record<string, string | null> = {
    name: name === "" ? nt("error.required") : names.includes(name) ? nt("error.name-taken", { value: name }) : null,
    segmentIds: badSegment === undefined ? null : nt("error.segment", { value: badSegment }),
    hours: draft.hasHours ? hoursError(draft.from, draft.to) : null,
    kinds: draft.kinds.length > 0 ? null : nt("error.kinds"),
    target: hasNobody(draft) ? nt("error.nobody") : null,
    channels: draft.channels.length > 0 ? null : nt("error.channels"),
    waitS: numberError(draft.waitS, 0, 3_600),
    intervalS: numberError(draft.intervalS, 10, 86_400),
    repeatEveryMin: draft.repeatEveryMin.trim() === "" ? null : numberError(draft.repeatEveryMin, 5, 10_080),
    quiet: draft.quietPriorities.length > 0 ? hoursError(draft.quietFrom, draft.quietTo) : null,
  };
  draft.escalations.forEach((step, n) => {
    found[`escalations.${n}.afterMin`] = numberError(step.afterMin, 1, 10_080);
    found[`escalations.${n}.target`] = hasNobody(step) ? nt("error.nobody") : null;
  });
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== null));
}

const hasNobody = ({ recipientIds, scheduleIds }: Target): boolean => recipientIds.length + scheduleIds.length === 0;

/** @returns null when it is a whole number within these limits */
export function numberError(text: string, least: number, most: number): string | null {
  const value = Number(text);
  const isFine = text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most;
  return isFine ? null : nt("error.number", { value: text.trim() === "" ? nt("error.nothing") : text, least, most });
}

/** @returns null when both are times of day, and not the same */
export function hoursError(from: string, to: string): string | null {
  const bad = [from, to].find((time) => !/^([01]\d|2[0-3]):[0-5]\d$/.test(time));
  if (bad !== undefined) return nt("error.time", { value: bad === "" ? nt("error.nothing") : bad });
  return from === to ? nt("error.same-times", { value: from }) : null;
}
