import type { CommandState } from "../../domain/commands/command.ts";

export const TABS = ["inbox", "bulk", "history", "locks"] as const;
export type Tab = (typeof TABS)[number];

/** How commands have come out, as people ask for it. */
export const STATE_VIEWS = {
  all: [],
  open: ["waiting_approval", "queued", "claimed", "sent", "accepted", "unknown"],
  verified: ["verified"],
  bad: ["no_effect", "failed", "unknown"],
  unsent: ["expired", "cancelled"],
} as const satisfies Readonly<Record<string, readonly CommandState[]>>;
export type StateView = keyof typeof STATE_VIEWS;

/** So many days back; 0 = everything that is kept. */
export const DAYS = [1, 7, 31, 0] as const;

/** Everything that the page shows; all of it is in its address. Empty text: no restriction. */
export type CommandView = {
  readonly tab: Tab;
  readonly state: StateView;
  readonly site: string;
  readonly kind: string;
  readonly by: string;
  readonly days: number;
  /** The command whose story is open. */
  readonly command: string;
  /** The order for several sites that is open. */
  readonly batch: string;
};

const USUAL_DAYS = 7;
const WORDS = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const KIND = /^[a-z][a-z0-9_]{0,59}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads an address that anybody may have written: what makes no sense is left out. */
export function parseCommandView(query: URLSearchParams): CommandView {
  const get = (name: string): string => (query.get(name) ?? "").slice(0, 140);
  const matching = (name: string, pattern: RegExp): string => (pattern.test(get(name)) ? get(name) : "");
  const days = query.has("days") ? Number(get("days")) : USUAL_DAYS;
  return {
    tab: TABS.find((tab) => tab === get("tab")) ?? "inbox",
    state: (Object.keys(STATE_VIEWS) as StateView[]).find((state) => state === get("state")) ?? "all",
    site: matching("site", WORDS),
    kind: matching("kind", KIND),
    by: get("by").slice(0, 120),
    days: DAYS.find((one) => one === days) ?? USUAL_DAYS,
    command: matching("command", UUID),
    batch: matching("batch", UUID),
  };
}

/** The address of a view; what is as usual is left out, so that links stay short. */
export function commandPath(view: Partial<CommandView>): string {
  const query = new URLSearchParams();
  if (view.tab && view.tab !== "inbox") query.set("tab", view.tab);
  if (view.state && view.state !== "all") query.set("state", view.state);
  for (const name of ["site", "kind", "by"] as const) {
    const value = view[name];
    if (value) query.set(name, value);
  }
  if (view.days !== undefined && view.days !== USUAL_DAYS) query.set("days", String(view.days));
  if (view.command) query.set("command", view.command);
  if (view.batch) query.set("batch", view.batch);
  const text = query.toString();
  return text === "" ? "/dashboard/commands" : `/dashboard/commands?${text}`;
}
