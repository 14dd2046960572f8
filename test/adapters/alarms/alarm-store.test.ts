import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type AlarmStore, createAlarmStore } from "../../../adapters/alarms/create-alarm-store.ts";
import { LostLeaseError } from "../../../adapters/alarms/write-alarms.ts";
import { FENCE_SQL, takeLeases } from "../../../adapters/leases/lease-store.ts";
import type { AlarmTransition, Priority } from "../../../domain/alarms/alarm.ts";
import type { ConditionEvent } from "../../../domain/alarms/alarm-event.ts";
import { ENGINES, type OpenedEngine } from "../database/engines.ts";
import { addSites } from "../database/snapshots.ts";

vi.setConfig({ testTimeout: 60_000 });

const SITES = 40;
const START_MS = Date.parse("2026-03-01T00:00:00.000Z");
const at = (second: number) => new Date(START_MS + second * 1000).toISOString();
const siteId = (number: number) => `site-${String(number).padStart(3, "0")}`;
const PRIORITIES: readonly Priority[] = ["critical", "high", "medium", "low"];

function raised(site: number, ruleId: string, second: number, more: Partial<ConditionEvent> = {}): ConditionEvent {
  return {
    type: "raised",
    siteId: siteId(site),
    segmentId: null,
    ruleId,
    at: at(second),
    priority: "high",
    sources: ["platform"],
    point: "supply_temp_c",
    value: 38.5,
    limit: 37,
    unit: "°C",
    latching: false,
    suppressedBy: null,
    ...more,
  } as ConditionEvent;
}

function cleared(site: number, ruleId: string, second: number): ConditionEvent {
  return { type: "cleared", siteId: siteId(site), segmentId: null, ruleId, at: at(second) };
}

describe.for(ENGINES)("alarms on $name", ({ isMissing, open }) => {
  let opened: OpenedEngine;
  let store: AlarmStore;
  const it = test.skipIf(isMissing);
  const sites = { numberOf: (id: string) => Number(id.slice(5)) || undefined };
  const openStore = () => createAlarmStore({ database: opened.database, sites, fenceSql: FENCE_SQL });

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    await addSites(opened.database, SITES);
    store = openStore();
  });
  afterAll(() => opened?.dispose());
  beforeEach(async () => {
    if (!isMissing) await opened.database.query("truncate alarm, alarm_transition");
  });

  const everything = { siteIds: null };
  const firstPage = { limit: 500, cursor: null };

  it("keeps one alarm for each site and rule, and each change once, however often it is told", async () => {
    const story = [
      raised(1, "flow-low", 0),
      cleared(1, "flow-low", 60),
      raised(1, "flow-low", 120),
      raised(2, "leak", 130),
    ];
    const told = await store.applyConditions(story, null);
    expect(told.map(({ alarmId, revision, kind }) => [alarmId, revision, kind])).toEqual([
      ["site-001.flow-low", 1, "raised"],
      ["site-001.flow-low", 2, "cleared"],
      ["site-001.flow-low", 3, expect.stringMatching(/^(reraised|chattering)$/)],
      ["site-002.leak", 1, "raised"],
    ]);
    expect(await store.applyConditions(story, null)).toEqual([]);
    const { items } = await store.transitions({ siteIds: null }, firstPage);
    expect(items).toHaveLength(4);
    expect(items.map(({ at }) => at)).toEqual(
      items
        .map(({ at }) => at)
        .toSorted()
        .reverse(),
    );
    const found = await store.get("site-001.flow-low", null);
    expect(found?.alarm).toMatchObject({ state: "unacknowledged", active: true, occurrences: 2, revision: 3 });
    expect(await store.get("site-003.flow-low", null)).toBeNull();
  });

  it("loses nothing and doubles nothing when many write the same alarms at once", async () => {
    const writers = Array.from({ length: 6 }, openStore);
    const events = Array.from({ length: 20 }, (_, index) => raised(index + 1, "flow-low", index));
    const told = await Promise.all(writers.map((writer) => writer.applyConditions(events, null)));
    expect(told.flat()).toHaveLength(events.length);
    const acts = events.map(({ siteId }) => ({
      alarmId: `${siteId}.flow-low`,
      event: { type: "acknowledge", at: at(500), by: "wang", note: "" } as const,
    }));
    const clears = events.map((_, index) => cleared(index + 1, "flow-low", 400 + index));
    const [first, second] = await Promise.all([
      Promise.all(writers.map((writer) => writer.act(acts))),
      Promise.all(writers.map((writer) => writer.applyConditions(clears, null))),
    ]);
    const acknowledged = first.flat().filter(({ transition }) => transition !== null);
    expect(acknowledged).toHaveLength(events.length);
    expect(first.flat().filter(({ refused }) => refused === "nothing-to-acknowledge")).toHaveLength(5 * events.length);
    expect(second.flat()).toHaveLength(events.length);
    const { items } = await store.list(everything, firstPage);
    expect(new Set(items.map(({ alarm }) => `${alarm.state} ${alarm.revision}`))).toEqual(new Set(["normal 3"]));
  });

  it("lists worst first, page by page, without doubles or holes, and only what one may see", async () => {
    const events = Array.from({ length: 3 * SITES }, (_, index) =>
      raised((index % SITES) + 1, `rule-${Math.floor(index / SITES)}`, index % 7, {
        priority: PRIORITIES[index % 4] ?? "low",
      }),
    );
    await store.applyConditions([...events, raised(1, "fleet", 1, { siteId: null })], null);
    await store.act([
      { alarmId: "site-001.rule-0", event: { type: "acknowledge", at: at(900), by: "li", note: "seen" } },
    ]);
    const ids: string[] = [];
    const keys: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await store.list(everything, { limit: 7, cursor });
      expect(page.total).toBe(events.length + 1);
      ids.push(...page.items.map(({ alarm }) => alarm.id));
      keys.push(
        ...page.items.map(({ alarm }) => {
          const urgency = alarm.state === "unacknowledged" ? 1 : 3;
          return `${PRIORITIES.indexOf(alarm.priority)} ${urgency} ${9e15 - Date.parse(alarm.raisedAt)} ${alarm.id}`;
        }),
      );
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    expect(new Set(ids).size).toBe(events.length + 1);
    expect(keys).toEqual(keys.toSorted());
    const own = await store.list({ siteIds: ["site-001", "site-002"] }, firstPage);
    expect(own.total).toBe(6);
    expect(own.items.every(({ alarm }) => ["site-001", "site-002"].includes(alarm.siteId ?? ""))).toBe(true);
    expect((await store.list({ siteIds: [] }, firstPage)).items).toEqual([]);
    expect(await store.get("~.fleet", ["site-001"])).toBeNull();
    expect(
      (await store.list({ siteIds: null, priorities: ["critical"], states: ["acknowledged"] }, firstPage)).total,
    ).toBe(1);
    const counts = await store.count(null);
    expect(PRIORITIES.reduce((sum, priority) => sum + counts[priority].present, 0)).toBe(events.length + 1);
    expect(await store.countBySite(["site-001"])).toEqual([
      { siteId: "site-001", worst: "critical", present: 3, unacknowledged: 2 },
    ]);
  });

  it("counts the children of an alarm at any depth, and lists them", async () => {
    await store.applyConditions(
      [
        raised(1, "segment-down", 0, { siteId: null, segmentId: "zone-a" }),
        raised(1, "unreachable", 1, { suppressedBy: "~zone-a.segment-down" }),
        raised(2, "unreachable", 1, { suppressedBy: "~zone-a.segment-down" }),
        raised(1, "flow-low", 2, { suppressedBy: "site-001.unreachable" }),
        raised(2, "flow-low", 2, { suppressedBy: "site-002.unreachable" }),
        cleared(2, "flow-low", 3),
      ],
      null,
    );
    const { items } = await store.list({ siteIds: null, isPresent: true, states: ["unacknowledged"] }, firstPage);
    expect(items.map(({ alarm, children }) => [alarm.id, children])).toEqual([["~zone-a.segment-down", 3]]);
    const below = await store.list({ siteIds: null, suppressedBy: "~zone-a.segment-down" }, firstPage);
    expect(below.items.map(({ alarm, children }) => [alarm.id, children])).toEqual([
      ["site-001.unreachable", 1],
      ["site-002.unreachable", 0],
    ]);
  });

  it("finds alarms by id, counts conditions by rule, and gives every change another number", async () => {
    const before = await store.countChanges();
    await store.applyConditions(
      [
        raised(1, "leak", 0),
        raised(2, "leak", 0, { suppressedBy: "maintenance" }),
        raised(3, "leak", 0),
        cleared(3, "leak", 60),
      ],
      null,
    );
    const alarmIds = ["site-001.leak", "site-003.leak", "site-009.leak"];
    const { items, total } = await store.list({ siteIds: ["site-001", "site-002"], alarmIds }, firstPage);
    expect([items.map(({ alarm }) => alarm.id), total]).toEqual([["site-001.leak"], 1]);
    expect(await store.countByRule(null)).toEqual([{ ruleId: "leak", active: 2 }]);
    expect(await store.countByRule(["site-002"])).toEqual([{ ruleId: "leak", active: 1 }]);
    const after = await store.countChanges();
    expect(after).not.toBe(before);
    const comment = { type: "comment", at: at(90), by: "li.wei", note: "seen" } as const;
    await store.act([{ alarmId: "site-001.leak", event: comment }]);
    expect(await store.countChanges()).not.toBe(after);
  });

  it("writes nothing for a process whose lease somebody else has by now", async () => {
    const database = { query: (text: string, values: readonly unknown[]) => opened.database.query(text, values) };
    const tokens = await takeLeases(database, ["alarms"], "one", 60_000);
    const mine = { name: "alarms", holder: "one", token: tokens.get("alarms") ?? 0 };
    expect(await store.applyConditions([raised(1, "leak", 0)], mine)).toHaveLength(1);
    await opened.database.query("update lease set holder = 'two', token = token + 1 where name = 'alarms'");
    await expect(store.applyConditions([cleared(1, "leak", 1)], mine)).rejects.toThrow(LostLeaseError);
    expect((await store.get("site-001.leak", null))?.alarm.active).toBe(true);
  });

  it("ends shelvings whose time has run out, once", async () => {
    await store.applyConditions([raised(1, "leak", 0), raised(2, "leak", 0)], null);
    const until = at(3_600);
    const shelve = (id: string, end: string) => ({
      alarmId: id,
      event: { type: "shelve", at: at(10), by: "wang", reason: "sensor is replaced", until: end } as const,
    });
    await store.act([shelve("site-001.leak", until), shelve("site-002.leak", at(7_200))]);
    expect(await store.unshelveDue(START_MS + 3_599_000, null)).toEqual([]);
    const heard: AlarmTransition[] = [];
    const stop = store.onChange((transitions) => heard.push(...transitions));
    const due = await store.unshelveDue(START_MS + 3_600_000, null);
    stop();
    expect(due.map(({ alarmId, kind, by }) => [alarmId, kind, by])).toEqual([["site-001.leak", "unshelved", null]]);
    expect(heard).toEqual(due);
    expect(await store.unshelveDue(START_MS + 3_600_000, null)).toEqual([]);
  });

  it("gives the history of an alarm page by page", async () => {
    const story = Array.from({ length: 25 }, (_, index) =>
      index % 2 === 0 ? raised(3, "flow-low", index * 1_000) : cleared(3, "flow-low", index * 1_000),
    );
    await store.applyConditions([...story, raised(4, "flow-low", 5)], null);
    const revisions: number[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await store.transitions(
        { siteIds: ["site-003"], alarmId: "site-003.flow-low" },
        { limit: 4, cursor },
      );
      revisions.push(...page.items.map(({ revision }) => revision));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    expect(revisions).toEqual(Array.from({ length: revisions.length }, (_, index) => revisions.length - index));
    expect(revisions.length).toBeGreaterThanOrEqual(25);
    const range = { siteIds: null, fromMs: START_MS + 5_000, toMs: START_MS + 1_000_000 };
    expect((await store.transitions(range, firstPage)).items.map(({ alarmId }) => alarmId)).toEqual([
      "site-004.flow-low",
    ]);
  });
});
