import { describe, expect, test } from "vitest";
import { planFaults } from "../../../domain/notification/plan.ts";
import { maskAddress } from "../../../domain/notification/recipient.ts";
import { Route } from "../../../domain/notification/route.ts";
import {
  aDirectory,
  aRaise,
  aRecipient,
  aRoute,
  aSchedule,
  CHEN,
  Desk,
  LI,
  later,
  WANG,
} from "./notification-builders.ts";

const sites = (count: number) =>
  Array.from({ length: count }, (_, index) => `site-${String(index + 1).padStart(3, "0")}`);
const reasonsOf = (desk: Desk, alarmId: string) =>
  desk.reasons.filter((one) => one.alarmId === alarmId).map(({ routeId, reason }) => [routeId, reason]);

describe("raising", () => {
  test("the first one waits for others, and all are told together, worst first", () => {
    const desk = new Desk([aRoute({ waitS: 10, groupBy: "priority" })]);
    desk.at(0, aRaise("site-001", "leak"));
    desk.at(5, aRaise("site-002", "smoke"));
    expect(desk.notices).toEqual([]);
    const [notice] = desk.at(10);
    expect(desk.notices).toHaveLength(1);
    expect(notice?.alarms.map(({ alarmId }) => alarmId).toSorted()).toEqual(["site-001.leak", "site-002.smoke"]);
    expect(notice).toMatchObject({ kind: "raised", channel: "email", priority: "critical", recipientId: LI });
    expect(reasonsOf(desk, "site-001.leak")).toEqual([
      ["all", "taken"],
      ["all", "waits-for-group"],
      ["all", "waits-for-group"],
      ["all", "told"],
    ]);
  });

  test("what is not announced tells nobody, and what was known is not told again", () => {
    const desk = new Desk([aRoute({ waitS: 0 })]);
    desk.at(0, aRaise("site-001", "leak", { isAnnounced: false, suppressedBy: "~z.segment-down", to: "suppressed" }));
    expect(desk.notices).toEqual([]);
    desk.at(1, aRaise("site-001"));
    desk.at(2, aRaise("site-001"));
    expect(desk.notices).toHaveLength(1);
    expect(reasonsOf(desk, "site-001.leak").map(([, reason]) => reason)).toEqual([
      "not-announced",
      "taken",
      "told",
      "known",
    ]);
  });

  test("what is over or acknowledged before its turn is not told; what stays latched is", () => {
    const desk = new Desk([aRoute({ waitS: 30 })]);
    const [over, seen, latched] = [aRaise("site-001"), aRaise("site-002"), aRaise("site-003")];
    desk.at(0, over, seen, latched);
    desk.at(10, later(over, "cleared", "returned_unacknowledged", 2), later(seen, "acknowledged", "acknowledged", 2));
    desk.at(12, later(latched, "cleared", "latched", 2));
    desk.at(30);
    expect(desk.notices.map(({ alarms }) => alarms.map(({ alarmId }) => alarmId))).toEqual([["site-003.leak"]]);
    expect(reasonsOf(desk, "site-001.leak").at(-1)).toEqual(["all", "over-before-told"]);
  });

  test("what a cause hides before its turn is told when it comes to light, although it is not announced again", () => {
    const desk = new Desk([aRoute({ waitS: 10 })]);
    const alarm = aRaise("site-001", "flow-low");
    desk.at(0, alarm);
    desk.at(5, later(alarm, "suppressed", "suppressed", 2));
    desk.run(10, 600);
    expect(desk.notices).toEqual([]);
    desk.at(601, later(alarm, "released", "unacknowledged", 3));
    desk.run(602, 640, 1);
    expect(desk.told()).toEqual(["611 raised Li"]);
  });

  test("a worse priority is told again, by the route of that priority", () => {
    const desk = new Desk([
      aRoute({ id: "bad", match: { priorities: ["critical"] }, to: { recipientIds: [WANG] }, waitS: 0 }),
      aRoute({ id: "rest", waitS: 0, intervalS: 10 }),
    ]);
    const alarm = aRaise("site-001", "supply-temp-high", { priority: "high" });
    desk.at(0, alarm);
    desk.at(60, later(alarm, "updated", "unacknowledged", 2, { priority: "critical", isAnnounced: true }));
    expect(desk.told()).toContain("0 raised Li");
    expect(desk.told()).toContain("60 raised Wang");
  });

  test("nobody waits for ever: between two notices of a group lies the interval, and no more", () => {
    const desk = new Desk([aRoute({ waitS: 0, intervalS: 60, repeatEveryMin: null })]);
    for (const [place, site] of sites(10).entries()) desk.at(place * 12, aRaise(site));
    desk.run(120, 300, 12);
    expect(desk.notices.map(({ atS }) => atS)).toEqual([0, 60, 120]);
    expect(desk.notices.flatMap(({ alarms }) => alarms)).toHaveLength(10);
  });
});

describe("routes", () => {
  test.for([
    ["another priority", { priorities: ["low"] }, "other-priority"],
    ["another site", { siteIds: ["site-002"] }, "other-place"],
    ["another region", { regions: ["south"] }, "other-place"],
    ["another zone", { zones: ["zone-99"] }, "other-place"],
    ["a segment", { segmentIds: ["zone-a"] }, "other-place"],
    ["another rule", { ruleIds: ["smoke"] }, "other-rule"],
    ["other hours", { hours: { from: "20:00", to: "08:00" } }, "other-hours"],
    ["other days", { weekdays: [2, 3] }, "other-hours"],
    [
      "all that fits",
      { priorities: ["critical"], regions: ["north"], weekdays: [1], hours: { from: "08:00", to: "20:00" } },
      "taken",
    ],
  ] as const)("%s", ([, match, reason]) => {
    const desk = new Desk([aRoute({ match: match as never })]);
    desk.at(0, aRaise("site-001"));
    expect(reasonsOf(desk, "site-001.leak")[0]).toEqual(["all", reason]);
    expect(reasonsOf(desk, "site-001.leak").some(([, one]) => one === "no-route")).toBe(reason !== "taken");
  });

  test("the first one that fits takes it, unless it says to go on", () => {
    const first = aRoute({ id: "first", waitS: 0 });
    const second = aRoute({ id: "second", to: { recipientIds: [WANG] }, waitS: 0 });
    const off = aRoute({ id: "off", isEnabled: false });
    const desk = new Desk([off, first, second]);
    desk.at(0, aRaise("site-001"));
    expect(reasonsOf(desk, "site-001.leak").slice(0, 3)).toEqual([
      ["off", "switched-off"],
      ["first", "taken"],
      ["second", "taken-before"],
    ]);
    const both = new Desk([{ ...first, goOn: true }, second]);
    both.at(0, aRaise("site-001"));
    expect(both.told()).toEqual(["0 raised Li", "0 raised Wang"]);
  });

  test("channels in the order of the route, as far as they are set up and somebody is reached by them", () => {
    const directory = aDirectory({
      recipients: new Map([
        [LI, aRecipient(LI)],
        [WANG, aRecipient(WANG, { addresses: { sms: "13800000002" } })],
        [CHEN, aRecipient(CHEN, { addresses: {} })],
      ]),
    });
    const route = aRoute({ channels: ["wecom", "email", "sms"], to: { recipientIds: [LI, WANG, CHEN] }, waitS: 0 });
    const desk = new Desk([route], directory);
    desk.at(0, aRaise("site-001"));
    expect(desk.notices.map(({ recipientName, channel, fallbacks }) => [recipientName, channel, fallbacks])).toEqual([
      ["Li", "email", ["sms"]],
      ["Wang", "sms", []],
    ]);
  });

  test("nobody to tell is a reason, and the next step of escalation is told instead", () => {
    const away = new Map([
      [LI, aRecipient(LI, { isEnabled: false })],
      [WANG, aRecipient(WANG)],
    ]);
    const alone = new Desk([aRoute({ waitS: 0 })], aDirectory({ recipients: away }));
    alone.at(0, aRaise("site-001"));
    expect(reasonsOf(alone, "site-001.leak").at(-1)).toEqual(["all", "nobody-to-tell"]);
    const route = aRoute({ waitS: 0, escalations: [{ afterMin: 60, to: { recipientIds: [WANG] } }] });
    const desk = new Desk([route], aDirectory({ recipients: away }));
    desk.at(0, aRaise("site-001"));
    expect(desk.told()).toEqual(["0 raised Wang"]);
  });

  test("quiet hours hold back what may wait, never the worst", () => {
    const quiet = { from: "09:30", to: "10:30", priorities: ["high", "low"] } as const;
    const desk = new Desk([aRoute({ waitS: 0, quiet: { ...quiet, priorities: [...quiet.priorities] } })]);
    desk.at(0, aRaise("site-001", "flow-low", { priority: "high" }), aRaise("site-002", "leak"));
    expect(desk.notices.map(({ alarms }) => alarms[0]?.alarmId)).toEqual(["site-002.leak"]);
    expect(reasonsOf(desk, "site-001.flow-low").at(-1)).toEqual(["all", "held-in-quiet-hours"]);
    desk.run(10, 1_800, 10);
    expect(desk.notices.map(({ atS, alarms }) => [atS, alarms[0]?.alarmId])).toContainEqual([
      1_800,
      "site-001.flow-low",
    ]);
    expect(() => Route.parse({ ...aRoute(), quiet: { ...quiet, priorities: ["critical"] } })).toThrow(/priorities/);
  });
});

describe("while nobody acknowledges", () => {
  const route = aRoute({
    waitS: 0,
    repeatEveryMin: 30,
    escalations: [
      { afterMin: 10, to: { recipientIds: [WANG] } },
      { afterMin: 20, to: { recipientIds: [CHEN] } },
    ],
  });

  test("others are told, and then it is repeated to all of them", () => {
    const desk = new Desk([route]);
    desk.at(0, aRaise("site-001"));
    desk.run(10, 2_400);
    expect(desk.told()).toEqual([
      "0 raised Li",
      "600 escalated Wang",
      "1200 escalated Chen",
      "1800 repeated Li",
      "1800 repeated Wang",
      "1800 repeated Chen",
    ]);
    expect(
      new Set(desk.notices.map(({ subject, transition, recipientId }) => `${subject} ${transition} ${recipientId}`))
        .size,
    ).toBe(6);
  });

  test("an acknowledgement ends it, and the end of the alarm is told to everybody who was told, once", () => {
    const desk = new Desk([route]);
    const alarm = aRaise("site-001");
    desk.at(0, alarm);
    desk.run(10, 700);
    desk.at(710, later(alarm, "acknowledged", "acknowledged", 2));
    desk.run(720, 5_000);
    desk.at(5_010, later(alarm, "cleared", "normal", 3));
    desk.run(5_020, 9_000);
    expect(desk.told()).toEqual(["0 raised Li", "600 escalated Wang", "5130 cleared Li", "5130 cleared Wang"]);
    expect(desk.state.groups).toEqual({});
  });

  test.for(["shelved", "suppressed", "out_of_service"] as const)("what is %s calls nobody", (state) => {
    const desk = new Desk([route]);
    const alarm = aRaise("site-001");
    desk.at(0, alarm);
    desk.at(10, later(alarm, state, state, 2));
    desk.run(20, 7_200, 60);
    expect(desk.told()).toEqual(["0 raised Li"]);
  });
});

/** A contact that is closed every 50 s, with transitions as condition-changes.ts makes them. */
function blinkForAnHour(): Desk {
  const desk = new Desk([aRoute({ waitS: 5, repeatEveryMin: null })]);
  const raise = aRaise("site-001");
  let revision = 0;
  let announcedAtS = Number.NEGATIVE_INFINITY;
  let flaps = 0;
  for (let atS = 0; atS < 3_600; atS += 50) {
    const isFlap = atS - announcedAtS < 900;
    flaps = isFlap ? flaps + 1 : 0;
    if (!isFlap) announcedAtS = atS;
    const kind = !isFlap ? "raised" : flaps === 1 ? "chattering" : "reraised";
    desk.at(atS, later(raise, kind, "unacknowledged", ++revision, { isAnnounced: kind !== "reraised", flaps }));
    desk.run(atS + 1, atS + 24, 5);
    desk.at(atS + 25, later(raise, "cleared", "returned_unacknowledged", ++revision));
    desk.run(atS + 26, atS + 49, 5);
  }
  desk.run(3_600, 6_000);
  return desk;
}

describe("few messages", () => {
  test("a leak contact that blinks for an hour: one raise, one that it chatters per 15 minutes, one end", () => {
    const desk = blinkForAnHour();
    const raises = desk.notices.filter(({ kind }) => kind === "raised").map(({ atS }) => atS);
    for (const from of [0, 900, 1_800, 2_700]) {
      expect(raises.filter((atS) => atS >= from && atS < from + 900).length).toBeLessThanOrEqual(2);
    }
    expect(raises.length).toBeGreaterThanOrEqual(2);
    expect(desk.notices.filter(({ kind }) => kind === "cleared")).toHaveLength(1);
    expect(desk.notices.find(({ atS, kind }) => atS > 100 && kind === "raised")?.text).toContain("comes and goes");
  });

  test("150 sites down at once, without a cause that hides them: three messages at most, and one when they are back", () => {
    const desk = new Desk([aRoute({ waitS: 10, intervalS: 300 })]);
    const raises = sites(150).map((site) => aRaise(site, "site-unreachable", { priority: "high" }));
    for (const [place, raise] of raises.entries()) desk.at(Math.floor(place / 10) * 4, raise);
    desk.run(60, 1_200);
    expect(desk.notices.length).toBeLessThanOrEqual(3);
    expect(desk.notices.flatMap(({ alarms }) => alarms)).toHaveLength(150);
    const before = desk.notices.length;
    desk.at(1_210, ...raises.map((raise) => later(raise, "cleared", "normal", 2)));
    desk.run(1_220, 2_400);
    expect(desk.notices.slice(before).map(({ kind }) => kind)).toEqual(["cleared"]);
  });

  test("the longest message of 150 sites names ten, and counts the others", () => {
    const desk = new Desk([aRoute({ waitS: 0 })]);
    const [notice] = desk.at(
      0,
      ...sites(150).map((site) => aRaise(site, "site-unreachable", { priority: "high", point: null, value: null })),
    );
    expect(notice?.text.split("\n").filter((line) => line.startsWith("·"))).toHaveLength(10);
    expect(notice?.text).toContain("and 140 more");
    expect(notice?.title).toBe("[High] Site unreachable: Site site-001 +149");
  });
});

describe("texts", () => {
  const alarm = aRaise("site-001", "supply-temp-too-high", {
    point: "supply_temp_c",
    value: 41.23456,
    limit: 40,
    unit: "°C",
  });

  test("say in English what, where, how much, since when, what follows and what to do", () => {
    const [notice] = new Desk([aRoute({ waitS: 0 })]).at(0, alarm);
    expect(notice?.title).toMatch(/^\[Critical\] .+: Site site-001$/);
    expect(notice?.text).toContain("Site: Site site-001 (north, zone-00)");
    expect(notice?.text).toMatch(/41\.23 °C \(limit 40 °C\)/);
    expect(notice?.text).toContain("Since: 02/03/2026, 10:00");
    expect(notice?.text).toMatch(/Consequence: .+\nWhat to do: .+/);
    expect(notice?.url).toBe("https://antbox.example.org/dashboard/alarms?alarm=site-001.supply-temp-too-high");
  });

  test("and the same in Chinese", () => {
    const directory = aDirectory({ recipients: new Map([[LI, aRecipient(LI, { language: "zh-CN" })]]) });
    const [notice] = new Desk([aRoute({ waitS: 0 })], directory).at(0, alarm);
    expect(notice?.title).toMatch(/^【紧急】.+：Site site-001$/);
    for (const part of ["站点：", "41.23 °C（限值 40 °C）", "开始：2026/03/02 10:00", "后果：", "处理："]) {
      expect(notice?.text).toContain(part);
    }
    expect(notice?.text).not.toMatch(/undefined|null|NaN/);
  });

  test("addresses are masked for whoever only reads", () => {
    expect(maskAddress("email", "li.wei@example.org")).toBe("l…@example.org");
    expect(maskAddress("sms", "13812344821")).toBe("…4821");
    expect(maskAddress("wecom", "key-1234567890")).toBe("…");
  });
});

test("a plan that names nobody we know is refused by field", () => {
  const route = aRoute({ escalations: [{ afterMin: 5, to: { scheduleIds: ["none"] } }] });
  const plan = {
    routes: [route, route],
    schedules: [
      aSchedule({ overrides: [{ from: "2026-03-02T00:00:00Z", to: "2026-03-03T00:00:00Z", recipientId: CHEN }] }),
    ],
  };
  expect(
    planFaults(plan, new Set([LI]))
      .map(({ field }) => field)
      .toSorted(),
  ).toEqual([
    "routes.0.escalations.0.to.scheduleIds.0",
    "routes.1.escalations.0.to.scheduleIds.0",
    "routes.1.id",
    "schedules.0.overrides.0.recipientId",
  ]);
});
