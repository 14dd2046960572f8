import type { AlarmSelection } from "../../../dashboard/alarms/alarm-view.ts";
import { type Alarm, type AlarmListItem, type AlarmTransition, alarmListItem } from "../../../domain/alarms/alarm.ts";
import type { ConditionEvent, OperatorEvent } from "../../../domain/alarms/alarm-event.ts";
import { alarmStatistics } from "../../../domain/alarms/alarm-statistics.ts";
import type { AlarmSummary } from "../../../domain/alarms/alarm-summary.ts";
import { applyAlarmEvent } from "../../../domain/alarms/life-cycle.ts";
import type { Rule } from "../../../domain/alarms/rule.ts";
import { ruleFacts } from "../../../domain/alarms/rule-facts.ts";
import type { SiteFlag } from "../../../domain/alarms/site-flag.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import { createFakeBackTests, type FakeBackTests } from "./fake-back-tests.ts";
import type { FakeFleet } from "./fake-fleet.ts";

type Answer = { readonly status: number; readonly body?: unknown };
type Body = Readonly<Record<string, unknown>>;

/** Alarms that are kept by the real life cycle, in memory, and answered as the API answers them. */
export type FakeAlarms = {
  summary(): AlarmSummary;
  /** @returns null: the address is not about alarms */
  answer(method: string, url: URL, body: Body): Answer | null;
  /** The condition of a rule begins at a site, now. */
  raise(siteId: string, ruleId: string): void;
  onChange(listener: () => void): void;
  readonly backTests: FakeBackTests;
  /** Requests that were answered, such as `POST /alarms/acknowledge`. */
  readonly asked: string[];
};

const CURRENT = ["unacknowledged", "acknowledged", "returned_unacknowledged", "latched"];
const RANK = { critical: 1, high: 2, medium: 3, low: 4 } as const;
const PUMP = "pump-fault";
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** More rules than there are, so that 150 sites can have 5,000 alarms. */
const RULES: readonly Rule[] = [
  ...DEFAULT_RULES,
  ...DEFAULT_RULES.slice(0, 6).map((rule) => ({ ...rule, id: `${rule.id}-2` })),
];

export function createFakeAlarms(fleet: FakeFleet, count: number, nowMs: number): FakeAlarms {
  const alarms = new Map<string, Alarm>();
  const transitions: AlarmTransition[] = [];
  const listeners = new Set<() => void>();
  const flags: SiteFlag[] = [];
  const asked: string[] = [];
  const backTests = createFakeBackTests(DEFAULT_RULES);
  /** How many each alarm hides, until something changes. */
  let hidden: Map<string, number> | null = null;
  const iso = (ms: number): string => new Date(ms).toISOString();

  function apply(id: string, event: ConditionEvent | OperatorEvent): string | null {
    const outcome = applyAlarmEvent(alarms.get(id) ?? null, event);
    if (outcome.refused !== null) return outcome.refused;
    alarms.set(id, outcome.alarm);
    hidden = null;
    transitions.push(outcome.transition);
    return null;
  }
  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  function begin(siteId: string, rule: Rule, atMs: number, suppressedBy: string | null = null): void {
    const isHot = rule.id.startsWith("supply-temp");
    const limit = rule.id.startsWith("supply-temp-too-high") ? 40 : 37;
    const measured = isHot
      ? { point: "supply_temp_c", value: limit + 0.7, limit, unit: "°C" }
      : { point: null, value: null, limit: null, unit: null };
    apply(`${siteId}.${rule.id}`, {
      type: "raised",
      siteId,
      segmentId: null,
      ruleId: rule.id,
      at: iso(atMs),
      priority: rule.priority,
      sources: ["platform"],
      ...measured,
      latching: rule.latching,
      suppressedBy,
    });
  }
  const ruleOf = (id: string): Rule => {
    const rule = RULES.find((one) => one.id === id);
    if (!rule) throw new Error(`there is no rule ${id}`);
    return rule;
  };
  const act = (id: string, atMs: number, event: Record<string, unknown>): void => {
    apply(id, { ...event, at: iso(atMs) } as OperatorEvent);
  };

  function fillThree(): void {
    const [first = "", , , fourth = "", fifth = ""] = fleet.ids;
    const pumpSite = fleet.ids.includes("site-023") ? "site-023" : first;
    const hotSite = fleet.ids.includes("site-041") ? "site-041" : fourth;
    // Yesterday it was the same, and somebody wrote down what helped.
    begin(hotSite, ruleOf("supply-temp-high"), nowMs - DAY_MS);
    const note = "filter of the heat exchanger was clogged; cleaned, supply back at 35 °C";
    act(`${hotSite}.supply-temp-high`, nowMs - DAY_MS + 4 * MINUTE_MS, { type: "acknowledge", by: "li.wei", note });
    const over = {
      siteId: hotSite,
      segmentId: null,
      ruleId: "supply-temp-high",
      at: iso(nowMs - DAY_MS + 50 * MINUTE_MS),
    };
    apply(`${hotSite}.supply-temp-high`, { type: "cleared", ...over });
    begin(pumpSite, ruleOf(PUMP), nowMs - 12 * MINUTE_MS);
    for (const id of ["flow-low", "supply-temp-too-high"]) {
      begin(pumpSite, ruleOf(id), nowMs - 11 * MINUTE_MS, `${pumpSite}.${PUMP}`);
    }
    begin(hotSite, ruleOf("supply-temp-high"), nowMs - 6 * MINUTE_MS);
    begin(fifth, ruleOf("tower-level-low"), nowMs - 45 * MINUTE_MS);
    act(`${fifth}.tower-level-low`, nowMs - 40 * MINUTE_MS, {
      type: "acknowledge",
      by: "wang.fang",
      note: "make-up valve, on the way",
    });
  }
  /** So many that nothing hides, over all sites and rules; every third was acknowledged. */
  function fillMany(): void {
    for (let n = 0; n < count; n += 1) {
      const siteId = fleet.ids[n % fleet.ids.length] ?? "";
      const rule = RULES[Math.floor(n / fleet.ids.length) % RULES.length];
      if (!rule) continue;
      begin(siteId, rule, nowMs - (n + 2) * 7_000);
      if (n % 3 === 0) act(`${siteId}.${rule.id}`, nowMs - n * 1000, { type: "acknowledge", by: "li.wei", note: "" });
    }
  }
  if (count > 0 && count <= 3) fillThree();
  else fillMany();

  const summaries = fleet.summaries();
  const siteOf = new Map(summaries.map((site) => [site.id, site]));
  function childrenOf(id: string): number {
    if (hidden === null) {
      hidden = new Map();
      for (const { suppressedBy, active } of alarms.values()) {
        if (suppressedBy !== null && active) hidden.set(suppressedBy, (hidden.get(suppressedBy) ?? 0) + 1);
      }
    }
    return hidden.get(id) ?? 0;
  }
  function itemOf(alarm: Alarm): AlarmListItem {
    const rule = RULES.find(({ id }) => id === alarm.ruleId);
    const title = { "zh-CN": rule?.texts["zh-CN"].title ?? alarm.ruleId, en: rule?.texts.en.title ?? alarm.ruleId };
    return alarmListItem(alarm, childrenOf(alarm.id), title);
  }

  function select(wanted: AlarmSelection): Alarm[] {
    const words = (text: string | undefined): readonly string[] | null => text?.split(",") ?? null;
    const [states, priorities, rules] = [words(wanted.state), words(wanted.priority), words(wanted.rule)];
    const text = wanted.text?.toLowerCase();
    const found = [...alarms.values()].filter((alarm) => {
      const site = siteOf.get(alarm.siteId ?? "");
      const rule = RULES.find(({ id }) => id === alarm.ruleId);
      const texts = [rule?.texts.en.title, rule?.texts["zh-CN"].title, rule?.id, site?.name, site?.id];
      return (
        (states === null ? alarm.state !== "normal" : states.includes(alarm.state)) &&
        (priorities?.includes(alarm.priority) ?? true) &&
        (rules?.includes(alarm.ruleId) ?? true) &&
        (wanted.site === undefined || alarm.siteId === wanted.site) &&
        (wanted.region === undefined || site?.region === wanted.region) &&
        (wanted.zone === undefined || site?.zone === wanted.zone) &&
        (wanted.suppressedBy === undefined || alarm.suppressedBy === wanted.suppressedBy) &&
        (text === undefined || texts.some((one) => one?.toLowerCase().includes(text)))
      );
    });
    const urgency = ({ state }: Alarm): number => (state === "unacknowledged" ? 1 : CURRENT.includes(state) ? 3 : 4);
    return found.sort(
      (a, b) =>
        RANK[a.priority] - RANK[b.priority] ||
        urgency(a) - urgency(b) ||
        Date.parse(b.raisedAt) - Date.parse(a.raisedAt) ||
        (a.id < b.id ? -1 : 1),
    );
  }

  function summary(): AlarmSummary {
    const counts = { critical: none(), high: none(), medium: none(), low: none() };
    const sites = new Map<string, AlarmSummary["sites"][number]>();
    for (const alarm of alarms.values()) {
      if (!CURRENT.includes(alarm.state)) continue;
      const isWaiting = alarm.state !== "acknowledged" ? 1 : 0;
      counts[alarm.priority].present += 1;
      counts[alarm.priority].unacknowledged += isWaiting;
      if (alarm.siteId === null) continue;
      const old = sites.get(alarm.siteId) ?? { siteId: alarm.siteId, worst: alarm.priority, ...none() };
      const worst = RANK[alarm.priority] < RANK[old.worst] ? alarm.priority : old.worst;
      const next = { present: old.present + 1, unacknowledged: old.unacknowledged + isWaiting };
      sites.set(alarm.siteId, { siteId: alarm.siteId, worst, ...next });
    }
    const at = iso(Date.now());
    return {
      counts,
      sites: [...sites.values()].sort((a, b) => (a.siteId < b.siteId ? -1 : 1)),
      at,
      isJudging: true,
      judgedAt: at,
    };
  }

  function list(url: URL): Answer {
    const query = Object.fromEntries(url.searchParams);
    const found = select(query);
    const from = Number(query["cursor"] ?? 0);
    const to = from + Number(query["limit"] ?? 100);
    const items = found.slice(from, to).map(itemOf);
    return ok({ items, nextCursor: to < found.length ? String(to) : null, total: found.length });
  }
  function history(url: URL): Answer {
    const { site, rule, kind, from, limit = "100", cursor = "0" } = Object.fromEntries(url.searchParams);
    const found = transitions
      .toReversed()
      .filter(
        (one) =>
          (site === undefined || one.siteId === site) &&
          (rule === undefined || one.ruleId === rule) &&
          (kind?.split(",").includes(one.kind) ?? true) &&
          (from === undefined || one.at >= from),
      );
    const to = Number(cursor) + Number(limit);
    return ok({ items: found.slice(Number(cursor), to), nextCursor: to < found.length ? String(to) : null });
  }
  function many(verb: string, body: Body): Answer {
    const { ids, filter, dryRun } = body as {
      ids?: string[];
      filter?: AlarmSelection & { raisedUntil?: string };
      dryRun?: boolean;
    };
    const chosen = ids ? ids.flatMap((id) => alarms.get(id) ?? []) : select(filter ?? {});
    const meant = chosen.filter(({ raisedAt }) => filter?.raisedUntil === undefined || raisedAt <= filter.raisedUntil);
    const event = eventOf(verb, body);
    const refused = meant.flatMap((alarm) => (applyAlarmEvent(alarm, event).refused === null ? [] : [alarm.id]));
    const done = meant.filter(({ id }) => !refused.includes(id));
    if (dryRun !== true) {
      for (const { id } of done) apply(id, event);
      tell();
    }
    const priorities = { critical: 0, high: 0, medium: 0, low: 0 };
    for (const { priority } of meant) priorities[priority] += 1;
    return ok({
      isDryRun: dryRun === true,
      done: done.length,
      refused: refused.slice(0, 1000).map((id) => ({ id, code: "alarm.nothing-to-acknowledge" })),
      scope: {
        alarms: meant.length,
        sites: new Set(meant.map(({ siteId }) => siteId)).size,
        refused: refused.length,
        priorities,
        newestRaisedAt:
          meant
            .map(({ raisedAt }) => raisedAt)
            .sort()
            .at(-1) ?? null,
      },
    });
  }
  function one(id: string, verb: string | undefined, method: string, body: Body): Answer {
    const alarm = alarms.get(id);
    if (!alarm) return { status: 404, body: { code: "alarm.not-found" } };
    if (method === "POST" && verb !== undefined) {
      const refused = apply(id, eventOf(verb, body));
      if (refused !== null) return { status: 409, body: { code: `alarm.${refused}` } };
      tell();
      return ok(itemOf(alarms.get(id) ?? alarm));
    }
    const rule = RULES.find((known) => known.id === alarm.ruleId);
    const own = transitions.filter(({ alarmId }) => alarmId === id).toReversed();
    return ok({ ...itemOf(alarm), rule: rule ? ruleFacts(rule) : null, transitions: own.slice(0, 50) });
  }
  function statistics(url: URL): Answer {
    const fromMs = Date.parse(url.searchParams.get("from") ?? iso(Date.now() - 7 * DAY_MS));
    const operators = Number(url.searchParams.get("operators") ?? 1);
    const toMs = Date.now();
    const period = transitions.filter(({ at }) => Date.parse(at) >= fromMs).sort((a, b) => (a.at < b.at ? -1 : 1));
    const figures = alarmStatistics(period, alarms.values(), { fromMs, toMs, operators });
    const named = (ids: readonly string[]) => ({ count: ids.length, ids: ids.slice(0, 100) });
    const { chattering, fleeting, stale } = figures;
    const lists = { chattering: named(chattering), fleeting: named(fleeting), stale: named(stale) };
    return ok({ ...figures, ...lists, from: iso(fromMs), to: iso(toMs), operators });
  }
  function setFlags(body: Body): Answer {
    const { kind, sites, region, zone, endsAt, reason, dryRun } = body as Record<string, string> & {
      sites?: string[];
      dryRun?: boolean;
    };
    const chosen = summaries.filter(
      (site) =>
        (sites?.includes(site.id) ?? true) &&
        (region ?? site.region) === site.region &&
        (zone ?? site.zone) === site.zone,
    );
    const scope = {
      sites: chosen.map(({ id }) => id),
      alarms: summary()
        .sites.filter(({ siteId }) => chosen.some(({ id }) => id === siteId))
        .reduce((sum, { present }) => sum + present, 0),
    };
    if (dryRun === true) return ok({ isDryRun: true, items: [], scope });
    const items = chosen.map(
      ({ id: siteId }, place): SiteFlag => ({
        id: `00000000-0000-4000-8000-${String(flags.length + place).padStart(12, "0")}`,
        kind: kind as SiteFlag["kind"],
        siteId,
        beginsAt: iso(Date.now()),
        endsAt: endsAt ?? "",
        reason: reason ?? "",
        setBy: "admin",
        setAt: iso(Date.now()),
        endedAt: null,
        endedBy: null,
      }),
    );
    flags.unshift(...items);
    return ok({ isDryRun: false, items, scope });
  }
  function endFlag(id: string): Answer {
    const place = flags.findIndex((flag) => flag.id === id);
    const flag = flags[place];
    if (!flag) return { status: 404, body: { code: "alarm.flag-not-found" } };
    flags[place] = { ...flag, endedAt: iso(Date.now()), endedBy: "admin" };
    return ok(flags[place]);
  }
  function listFlags(url: URL): Answer {
    const items = flags.filter(({ endedAt }) => url.searchParams.get("over") === "true" || endedAt === null);
    return ok({ items, nextCursor: null, total: items.length });
  }
  function listRules(): Answer {
    const active = (id: string): number =>
      [...alarms.values()].filter((alarm) => alarm.ruleId === id && alarm.active).length;
    const items = DEFAULT_RULES.map((rule) => ({ ...ruleFacts(rule), active: active(rule.id) }));
    return ok({ items, nextCursor: null, total: items.length });
  }

  const answers: Readonly<Record<RouteName, RouteAnswer>> = {
    list,
    summary: () => ok(summary()),
    history,
    statistics,
    rules: listRules,
    flags: (url, body, method) => (method === "POST" ? setFlags(body) : listFlags(url)),
    endFlag: (_url, _body, _method, id) => endFlag(id),
    many: (_url, body, _method, verb) => many(verb, body),
    one: (_url, body, method, id, verb) => one(id, verb, method, body),
  };
  return {
    summary,
    asked,
    backTests,
    onChange: (listener) => void listeners.add(listener),
    raise(siteId, ruleId) {
      begin(siteId, ruleOf(ruleId), Date.now());
      tell();
    },
    answer(method, url, body) {
      const path = url.pathname.slice("/api/v1".length);
      const tested = backTests.answer(method, path, body);
      const route = ROUTES.find(([pattern]) => pattern.test(path));
      if (!tested && !route) return null;
      asked.push(`${method} ${path}`);
      if (tested || !route) return tested;
      const [pattern, name] = route;
      const [, first = "", second] = pattern.exec(path) ?? [];
      return answers[name](url, body, method, decodeURIComponent(first), second);
    },
  };
}

type RouteName = "list" | "summary" | "history" | "statistics" | "rules" | "flags" | "endFlag" | "many" | "one";
type RouteAnswer = (url: URL, body: Body, method: string, first: string, second: string | undefined) => Answer;

/** The first that fits. */
const ROUTES: readonly (readonly [RegExp, RouteName])[] = [
  [/^\/alarms$/, "list"],
  [/^\/alarms\/summary$/, "summary"],
  [/^\/alarm-history$/, "history"],
  [/^\/alarm-statistics$/, "statistics"],
  [/^\/rules$/, "rules"],
  [/^\/site-flags$/, "flags"],
  [/^\/site-flags\/([^/]+)\/end$/, "endFlag"],
  [/^\/alarms\/(acknowledge|shelve)$/, "many"],
  [/^\/alarms\/([^/]+)(?:\/([\w-]+))?$/, "one"],
];

const none = () => ({ present: 0, unacknowledged: 0 });
const ok = (body: unknown): Answer => ({ status: 200, body });

/** Of the words of the API, the event of the life cycle. */
function eventOf(verb: string, body: Body): OperatorEvent {
  const types: Readonly<Record<string, string>> = {
    notes: "comment",
    "out-of-service": "take_out_of_service",
    "in-service": "return_to_service",
  };
  const { note = "", reason, until, to } = body;
  const all = { type: types[verb] ?? verb, at: new Date().toISOString(), by: "admin", note, reason, until, to };
  return all as unknown as OperatorEvent;
}
