import { expect, test } from "vitest";
import { adoptRules } from "../../../domain/alarms/adopt-rules.ts";
import { FleetState } from "../../../domain/alarms/fleet-state.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import { aRule, PlayedFleet, type Reading, someFacts } from "./fleet-under-test.ts";

const LEAK = aRule({ kind: "flag", point: "leak_detected" }, { id: "leak" });
const OWN = aRule(
  { kind: "limit", point: "supply_temp_c", op: ">", limit: 40 },
  { id: "own", onDelayS: 120, suppressedBy: ["maintenance"] },
);
const SEGMENT = aRule(
  { kind: "sites", where: OWN.condition, minShare: 0.5, minCount: 1, clearShare: 0.5 },
  { id: "own-segment", scope: "segment" },
);
const WHOLE = compileRuleSet([OWN, SEGMENT, LEAK]);
const LEFT = compileRuleSet([LEAK]);
const HOT: Reading = { values: { supply_temp_c: 45 } };
const isOwn = (id: string): boolean => id !== "leak";

/** A fleet of two sites in one segment, of which `a` has been hot for so many minutes. */
function hotFleet(minutes: number): PlayedFleet {
  const fleet = new PlayedFleet(WHOLE, [someFacts("a", { segmentId: "seg" }), someFacts("b", { segmentId: "other" })]);
  for (let minute = 0; minute < minutes; minute++) fleet.play((id) => (id === "a" ? HOT : {}));
  return fleet;
}
/** The same plant under other rules. */
function under(fleet: PlayedFleet, set = LEFT, isHeld = isOwn): PlayedFleet {
  const { state, events } = adoptRules(set, fleet.state, fleet.slotMs, isHeld);
  const next = new PlayedFleet(set, [...fleet.facts.values()]);
  next.slotMs = fleet.slotMs;
  next.state = state;
  next.book = fleet.book;
  next.events.push(...events);
  return next;
}
const told = ({ events }: PlayedFleet): string[] =>
  events.map(({ type, siteId, segmentId, ruleId }) => `${type} ${siteId ?? `~${segmentId}`}.${ruleId}`);

test("what is held neither ends nor begins, and the other rules judge on beside it", () => {
  const held = under(hotFleet(4));
  for (let minute = 0; minute < 5; minute++)
    held.play((id) => (id === "a" ? { values: { leak_detected: true } } : HOT));
  expect(told(held)).toEqual(["raised a.leak"]);
  expect(FleetState.parse(held.state)).toEqual(held.state);
  expect(held.state.ruleKeys).toHaveLength(3);
  expect(adoptRules(LEFT, held.state, held.slotMs, isOwn)).toEqual({ state: held.state, events: [] });
});

test("what comes back goes on where it was, a running delay too", () => {
  const back = under(under(hotFleet(2)), WHOLE);
  back.play((id) => (id === "a" ? HOT : {}));
  expect(told(back)).toEqual(["raised a.own"]);
  const over = under(under(hotFleet(4)), WHOLE);
  over.play(() => ({}));
  expect(told(over).sort()).toEqual(["cleared a.own", "cleared ~seg.own-segment"]);
});

test("what does not come back ends", () => {
  const ended = under(under(hotFleet(4)), LEFT, () => false);
  expect(told(ended).sort()).toEqual(["cleared a.own", "cleared ~seg.own-segment"]);
  expect(ended.state.ruleKeys).toEqual(LEFT.keys);
});

test("a held alarm ends with its site and with its segment", () => {
  const group = aRule({ ...SEGMENT.condition, where: LEAK.condition }, { id: "leaks", scope: "segment" });
  const set = compileRuleSet([LEAK, group]);
  const held = under(hotFleet(4), set);
  held.facts.delete("a");
  held.play(() => ({}));
  expect(told(held).sort()).toEqual(["cleared a.own", "cleared ~seg.own-segment"]);
});

test("what hides a held alarm is held with it", () => {
  const fleet = hotFleet(4);
  fleet.facts.set("a", someFacts("a", { segmentId: "seg", isInMaintenance: true }));
  fleet.play((id) => (id === "a" ? HOT : {}));
  const held = under(fleet);
  expect(held.state.sites["a"]?.hidden).toEqual(fleet.state.sites["a"]?.hidden);
  expect(Object.keys(held.state.sites["a"]?.hidden ?? {})).toEqual(["own"]);
});
