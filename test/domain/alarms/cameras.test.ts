import { expect, test } from "vitest";
import { historyFacts } from "../../../domain/alarms/back-test/history-facts.ts";
import { triableOf } from "../../../domain/alarms/back-test/tested-rules.ts";
import { compileRule } from "../../../domain/alarms/compile-rule.ts";
import type { Condition } from "../../../domain/alarms/condition.ts";
import { rememberCameras, withCameras } from "../../../domain/alarms/known-cameras.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import type { SiteFacts } from "../../../domain/alarms/site-facts.ts";
import type { SiteView } from "../../../domain/alarms/site-view.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import { ANYTHING, MAY_BE_UNKNOWN, MAY_FAIL, MAY_HOLD, type Zone } from "../../../domain/alarms/zone.ts";
import { aRule, NOON, PlayedFleet, START_MS, someFacts } from "./fleet-under-test.ts";

const RULES = compileRuleSet(DEFAULT_RULES);
const ids = (count: number) => Array.from({ length: count }, (_, n) => `site-${String(n + 1).padStart(3, "0")}`);
const aFleet = (count: number) =>
  new PlayedFleet(
    RULES,
    ids(count).map((id) => someFacts(id, { segmentId: "north", camera: { isOnline: true } })),
  );

/** From now on: null = nothing is known; undefined = the site has no camera any more. */
function see(
  fleet: PlayedFleet,
  isOnline: boolean | null | undefined,
  siteIds: readonly string[] = ["site-001"],
): void {
  for (const id of siteIds) {
    const own = fleet.facts.get(id);
    if (own) fleet.facts.set(id, { ...own, camera: isOnline === undefined ? null : { isOnline } });
  }
}
function run(fleet: PlayedFleet, minutes: number, silent: readonly string[] = []): void {
  for (let minute = 0; minute < minutes; minute++) fleet.play((id) => (silent.includes(id) ? null : {}));
}
const shown = (fleet: PlayedFleet) => fleet.shown().map(({ id, priority }) => `${priority} ${id}`);

test("the facts with cameras are made anew only when facts or cameras are others", () => {
  const facts = new Map(ids(3).map((id) => [id, someFacts(id, { camera: { isOnline: null } })] as const));
  const joined = rememberCameras();
  const cameras: Record<string, boolean> = { "site-001": true, "site-002": false };
  const first = joined(facts, cameras);
  expect(first).toEqual(withCameras(facts, cameras));
  expect(joined(facts, { ...cameras })).toBe(first);

  expect(joined(facts, { ...cameras, "site-003": true }).get("site-003")?.camera).toEqual({ isOnline: true });
  expect(joined(facts, { "site-001": true }).get("site-002")?.camera).toEqual({ isOnline: null });
  expect(joined(facts, { "site-003": true }).get("site-001")?.camera).toEqual({ isOnline: null });
  // Written into by whoever has the message next.
  joined(facts, cameras);
  cameras["site-001"] = false;
  expect(joined(facts, cameras).get("site-001")?.camera).toEqual({ isOnline: false });
  const moved = new Map(facts).set(
    "site-001",
    someFacts("site-001", { segmentId: "south", camera: { isOnline: null } }),
  );
  expect(joined(moved, cameras).get("site-001")).toMatchObject({ segmentId: "south", camera: { isOnline: false } });
});

test("a camera that stays away for ten minutes is told of, once, and its return ends that", () => {
  const fleet = aFleet(8);
  run(fleet, 2);
  see(fleet, false);
  run(fleet, 10);
  expect(shown(fleet)).toEqual([]);
  run(fleet, 1);
  expect(shown(fleet)).toEqual(["low site-001.camera-offline"]);
  see(fleet, true);
  run(fleet, 8);
  expect(shown(fleet)).toEqual([]);
  expect(fleet.told()).toEqual(["raised site-001.camera-offline"]);
});

test("what nobody knows of a camera raises nothing and ends nothing", () => {
  const fleet = aFleet(8);
  see(fleet, null);
  run(fleet, 60);
  expect(fleet.told()).toEqual([]);
  see(fleet, false);
  run(fleet, 12);
  see(fleet, null);
  run(fleet, 60);
  expect(shown(fleet)).toEqual(["low site-001.camera-offline"]);
});

test("a camera that leaves the inventory ends its alarm", () => {
  const fleet = aFleet(8);
  see(fleet, false);
  run(fleet, 12);
  expect(shown(fleet)).toHaveLength(1);
  see(fleet, undefined);
  run(fleet, 8);
  expect(shown(fleet)).toEqual([]);
});

test("a camera that goes with its site is no news of its own", () => {
  const fleet = aFleet(8);
  run(fleet, 2);
  see(fleet, false);
  run(fleet, 15, ["site-001"]);
  expect(shown(fleet)).toEqual(["high site-001.site-unreachable"]);
  expect(fleet.book.get("site-001.camera-offline")).toMatchObject({
    active: true,
    suppressedBy: "site-001.site-unreachable",
  });
});

test.for([
  ["maintenance", { isInMaintenance: true }],
  ["curtailment", { isCurtailed: true }],
] as const)("%s hides a camera that is away", ([cause, flag]) => {
  const fleet = aFleet(8);
  const own = fleet.facts.get("site-001");
  if (own) fleet.facts.set("site-001", { ...own, ...flag });
  see(fleet, false);
  run(fleet, 15);
  expect(shown(fleet)).toEqual([]);
  expect(fleet.book.get("site-001.camera-offline")?.suppressedBy).toBe(cause);
});

test("all cameras of a segment are one cause, and its end is no news of each of them", () => {
  const fleet = aFleet(23);
  run(fleet, 2);
  see(fleet, false, ids(23));
  run(fleet, 20);
  expect(shown(fleet)).toEqual(["medium ~north.segment-cameras-offline"]);
  see(fleet, true, ids(23));
  run(fleet, 20);
  expect(shown(fleet)).toEqual([]);
  expect(fleet.told()).toEqual(["raised ~north.segment-cameras-offline"]);
});

test("a camera that comes and goes is told of as that", () => {
  const fleet = aFleet(8);
  for (let turn = 0; turn < 5; turn++) {
    see(fleet, true);
    run(fleet, 6);
    see(fleet, false);
    run(fleet, 4);
  }
  expect(fleet.told()).toEqual(["raised site-001.camera-unstable"]);
  see(fleet, true);
  run(fleet, 130);
  expect(shown(fleet)).toEqual([]);
});

test("what a flow says of a site without a camera, or of no site, is nothing", () => {
  const facts = new Map([["site-001", someFacts("site-001")]]);
  expect(withCameras(facts, { "site-001": false, "site-009": false })).toBe(facts);
  const fitted = new Map([["site-001", someFacts("site-001", { camera: { isOnline: null } })]]);
  expect(withCameras(fitted, { "site-001": false }).get("site-001")?.camera).toEqual({ isOnline: false });
  expect(fitted.get("site-001")?.camera).toEqual({ isOnline: null });
});

const CONDITIONS: readonly { readonly condition: Condition; readonly says: readonly (boolean | null)[] }[] = [
  { condition: { kind: "flag", point: "camera_online", is: false }, says: [null, null, false, true] },
  { condition: { kind: "fitted", of: { kind: "flag", point: "camera_online" } }, says: [false, null, true, false] },
  { condition: { kind: "no-reading", points: ["camera_online"] }, says: [false, true, false, false] },
  { condition: { kind: "expression", text: "!camera_online" }, says: [null, null, false, true] },
];
const CAMERAS: readonly SiteFacts["camera"][] = [null, { isOnline: null }, { isOnline: true }, { isOnline: false }];

test.for(CONDITIONS)("a back-test looks where $condition.kind may say something of a camera", ({ condition, says }) => {
  const compiled = compileRule(aRule(condition)).condition;
  const found = CAMERAS.map((camera) => compiled.judge(aView(camera), false, []));
  expect(found).toEqual(says);
  const BITS = { true: MAY_HOLD, false: MAY_FAIL, null: MAY_BE_UNKNOWN };
  for (const [place, camera] of CAMERAS.entries()) {
    const possible = compiled.watch?.(false)(aZone(camera)) ?? ANYTHING;
    expect(possible & BITS[`${found[place] ?? null}`], JSON.stringify(camera)).not.toBe(0);
    // Without a history of cameras nothing may hold, so that nothing has to be read for them.
    if (camera === null) expect(possible & MAY_HOLD).toBe(0);
  }
});

test("a back-test leaves rules about cameras out, and those that name them as parents go on", () => {
  const own = aRule(
    { kind: "limit", point: "supply_temp_c", op: ">", limit: 40 },
    { id: "own", suppressedBy: ["camera-offline"] },
  );
  const { rules, tested } = triableOf({ rules: [...DEFAULT_RULES, own], tested: ["own", "camera-offline", "leak"] });
  expect(tested).toEqual(["own", "leak"]);
  const judged = compileRuleSet(rules).rules.map(({ rule }) => rule.id);
  expect(judged).toHaveLength(DEFAULT_RULES.length + 1 - 3);
  expect(judged).toContain("own");
  expect(judged).not.toContain("segment-cameras-offline");
  const facts = new Map([["site-001", someFacts("site-001", { camera: { isOnline: false } })]]);
  expect(historyFacts(facts, [], [])(START_MS).get("site-001")?.camera).toEqual({ isOnline: null });
});

test("a switch that a camera works is judged without the controller, and needs no readings at the end of a slot", () => {
  const { condition } = compileRule(aRule({ kind: "fitted", of: { kind: "flag", point: "camera_online", is: false } }));
  expect(condition.judge({ ...aView({ isOnline: false }), reading: null }, false, [])).toBe(true);
  expect(RULES.readsAtClose).toBe(false);
});

function aView(camera: SiteFacts["camera"]): SiteView {
  return {
    atMs: START_MS,
    facts: someFacts("site-001", { camera }),
    reading: { values: {}, faults: [], unknownFaults: [] },
    misses: 0,
    goodPolls: 5,
    operating: "running",
    sisters: null,
    clock: NOON,
    members: [],
  };
}

function aZone(camera: SiteFacts["camera"]): Zone {
  return {
    fromMs: START_MS,
    toMs: START_MS + 900_000,
    facts: someFacts("site-001", { camera }),
    numbers: {},
    states: {},
    words: {},
    whole: new Set(),
    faults: [],
    lacksReadings: false,
    misses: 0,
    sisters: null,
    members: [],
  };
}
