import type { Priority } from "../../domain/alarms/alarm.ts";
import type { AddressParts } from "../client/contract.ts";
import { PRIORITIES } from "../components/severity-of.ts";

export const TABS = ["active", "history", "statistics", "rules", "maintenance"] as const;
export type Tab = (typeof TABS)[number];

/** What of the life cycle is listed. `current`: what nothing hides; the hidden stands under its cause there. */
export const STATE_VIEWS = {
  current: "unacknowledged,latched,returned_unacknowledged,acknowledged",
  unacknowledged: "unacknowledged,latched,returned_unacknowledged",
  acknowledged: "acknowledged",
  shelved: "shelved",
  suppressed: "suppressed",
  out_of_service: "out_of_service",
  all: undefined,
} as const satisfies Readonly<Record<string, string | undefined>>;
export type StateView = keyof typeof STATE_VIEWS;

/** Everything that the alarm centre shows; all of it is in its address. Empty text and null: no restriction. */
export type AlarmView = {
  readonly tab: Tab;
  readonly state: StateView;
  readonly priorities: readonly Priority[];
  readonly region: string;
  readonly zone: string;
  readonly site: string;
  readonly rule: string;
  readonly text: string;
  /** Children of this alarm or cause alone. */
  readonly below: string;
  /** The alarm whose details are open. */
  readonly alarm: string;
};

/** The list's query, and the filter of what is done to many. */
export type AlarmSelection = Omit<NonNullable<AddressParts<"GET", "/api/v1/alarms">["query"]>, "limit" | "cursor">;

const ALARM_ID = /^(~?[a-z0-9-]+|~)\.[a-z0-9-]+$/;
const WORDS = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Reads an address that anybody may have written: what makes no sense is left out. */
export function parseAlarmView(query: URLSearchParams): AlarmView {
  const get = (name: string): string => (query.get(name) ?? "").slice(0, 140);
  const matching = (name: string, pattern: RegExp): string => (pattern.test(get(name)) ? get(name) : "");
  const priorities = get("priority").split(",");
  return {
    tab: TABS.find((tab) => tab === get("tab")) ?? "active",
    state: (Object.keys(STATE_VIEWS) as StateView[]).find((state) => state === get("state")) ?? "current",
    priorities: PRIORITIES.filter((priority) => priorities.includes(priority)),
    region: get("region").slice(0, 64),
    zone: get("zone").slice(0, 64),
    site: matching("site", WORDS),
    rule: matching("rule", WORDS),
    text: get("text").slice(0, 100),
    below: ALARM_ID.test(get("below")) ? get("below") : matching("below", WORDS),
    alarm: matching("alarm", ALARM_ID),
  };
}

/** The address of a view; what is as usual is left out, so that links stay short. */
export function alarmPath(view: Partial<AlarmView>): string {
  const query = new URLSearchParams();
  if (view.tab && view.tab !== "active") query.set("tab", view.tab);
  if (view.state && view.state !== "current") query.set("state", view.state);
  if (view.priorities && view.priorities.length > 0) query.set("priority", view.priorities.join(","));
  for (const name of ["region", "zone", "site", "rule", "text", "below", "alarm"] as const) {
    const value = view[name];
    if (value) query.set(name, value);
  }
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%7E", "~");
  return text === "" ? "/dashboard/alarms" : `/dashboard/alarms?${text}`;
}

/** What the server is asked for a view. */
export function selectionOf({ state, priorities, region, zone, site, rule, text, below }: AlarmView): AlarmSelection {
  const states = below === "" ? STATE_VIEWS[state] : undefined;
  return {
    ...(states === undefined ? {} : { state: states }),
    ...(priorities.length === 0 ? {} : { priority: priorities.join(",") }),
    ...(region === "" ? {} : { region }),
    ...(zone === "" ? {} : { zone }),
    ...(site === "" ? {} : { site }),
    ...(rule === "" ? {} : { rule }),
    ...(text.trim() === "" ? {} : { text: text.trim() }),
    ...(below === "" ? {} : { suppressedBy: below }),
  };
}

/** Whether something narrows the list, beside what it always leaves out. */
export function isFiltered(view: AlarmView): boolean {
  return view.state !== "current" || Object.keys(selectionOf(view)).some((name) => name !== "state");
}
