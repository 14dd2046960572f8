// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from "vitest";
import { askedFields, channelErrors, draftOf, settingsOf } from "../../dashboard/admin/notifications/channel-form.ts";
import { deliveryQuery, isTrouble } from "../../dashboard/admin/notifications/delivery-filter.ts";
import { turnsOf } from "../../dashboard/admin/notifications/on-call-turns.ts";
import { freshId, namesOf, usesOf } from "../../dashboard/admin/notifications/plan-names.ts";
import { routeDraftOf, routeErrors, routeOf } from "../../dashboard/admin/notifications/route-draft.ts";
import { routeSentences } from "../../dashboard/admin/notifications/route-sentence.ts";
import { scheduleDraftOf, scheduleErrors, scheduleOf } from "../../dashboard/admin/notifications/schedule-draft.ts";
import { delayText, spanText } from "../../dashboard/admin/notifications/span-text.ts";
import { takerAbove, unreached } from "../../dashboard/admin/notifications/unreached.ts";
import { replaced } from "../../dashboard/admin/notifications/use-plan.ts";
import { whoIsTold } from "../../dashboard/admin/notifications/who-is-told.ts";
import { midnights, momentOf, wallTime } from "../../dashboard/admin/notifications/zoned-time.ts";
import type { Schemas } from "../../dashboard/client/contract.ts";
import { useText } from "../../dashboard/composables/use-text.ts";
import { notificationsEn } from "../../dashboard/locales/notifications-en.ts";
import { notificationsZhCN } from "../../dashboard/locales/notifications-zh-CN.ts";
import { CHANNEL_KINDS } from "../../domain/notification/channel.ts";
import { DeliveryState } from "../../domain/notification/delivery.ts";
import { NotificationPlan } from "../../domain/notification/plan.ts";
import { fakePlan, fakeRecipients } from "../e2e/harness/notice-samples.ts";

const { setLocale } = useText();
beforeEach(() => setLocale("en"));

const HOUR_MS = 3_600_000;
/** A Wednesday, 12:00 in Dubai. */
const NOON = Date.parse("2026-11-25T08:00:00Z");
const DUBAI = "Asia/Dubai";
const recipients = fakeRecipients() as Schemas["NoticeRecipient"][];
const idOf = (name: RegExp): string => recipients.find((one) => name.test(one.name))?.id ?? "";
const plan = fakePlan(NOON) as Schemas["NotificationPlan"];
const names = namesOf(recipients, plan.schedules, [{ id: "site-001", name: "Site 1" }], new Map([["leak", "Leak"]]));

describe("the texts", () => {
  const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();
  test("are the same in both languages, with the same places, and none is empty", () => {
    expect(Object.keys(notificationsZhCN).sort()).toEqual(Object.keys(notificationsEn).sort());
    for (const [key, text] of Object.entries(notificationsEn)) {
      const chinese = notificationsZhCN[key as keyof typeof notificationsEn];
      expect([text.trim(), chinese.trim()], key).not.toContain("");
      expect(places(chinese), key).toEqual(places(text));
    }
  });
  test("have one for every channel and every state of a delivery", () => {
    const wanted = [
      ...CHANNEL_KINDS.map((kind) => `channel.${kind}`),
      ...DeliveryState.options.map((state) => `deliveries.about.${state}`),
    ];
    expect(wanted.filter((key) => !Object.hasOwn(notificationsEn, key))).toEqual([]);
  });
  test.for([
    [0, "0 s"],
    [90, "90 s"],
    [300, "5 min"],
    [5_400, "90 min"],
    [7_200, "2 h"],
    [604_800, "7 d"],
  ] as const)("say %d seconds as %s", ([seconds, expected]) => {
    expect(spanText(seconds)).toBe(expected);
  });
  test("say a delay in two units at most", () => {
    expect([10, 60, 910, 3_610, 3_900, 7_200].map(delayText)).toEqual([
      ...["10 s", "1 min", "15 min 10 s", "1 h", "1 h 5 min", "2 h"],
    ]);
  });
});

type Field = Schemas["NoticeChannel"]["fields"][number];
/** A field of a form, as the API says it. */
function field(key: string, input: Partial<Field["input"]> = {}, own: Partial<Field> = {}): Field {
  const usual: Field["input"] = {
    type: "text",
    options: [],
    isRequired: false,
    standard: null,
    least: null,
    most: null,
  };
  return { key, label: { en: key, "zh-CN": key }, isSecret: false, ...own, input: { ...usual, ...input } };
}
const EMAIL = {
  fields: [
    field("host", { isRequired: true }),
    field("port", { type: "number", standard: 587, least: 1, most: 65_535 }),
    field("security", { type: "choice", options: ["starttls", "tls", "none"], standard: "starttls" }),
    field("password", {}, { isSecret: true }),
  ],
  settings: { host: "smtp.example.org", port: 465 },
  secretsSet: ["password"],
};
const aliyun = { when: { key: "provider", is: "aliyun" } };
const SMS = {
  fields: [
    field("provider", { type: "choice", options: ["gateway", "aliyun"], isRequired: true }),
    field("body", { type: "lines", standard: "{}" }, { isSecret: true, when: { key: "provider", is: "gateway" } }),
    field("accessKeySecret", { isRequired: true }, { isSecret: true, ...aliyun }),
    field("variables", { type: "pairs", standard: { title: "{{title}}" } }, aliyun),
  ],
  settings: { provider: "aliyun" },
  secretsSet: [],
};

describe("a channel's form", () => {
  test("begins with what is stored, then with what counts by itself, and knows no secret", () => {
    expect(draftOf(EMAIL)).toEqual({ host: "smtp.example.org", port: "465", security: "starttls", password: "" });
    expect(draftOf(SMS)).toEqual({ provider: "aliyun", body: "", accessKeySecret: "", variables: "title = {{title}}" });
    expect(draftOf({ ...SMS, settings: {} })["provider"]).toBe("gateway");
  });
  test("asks for the fields of the chosen provider alone", () => {
    const keys = (provider: string) => askedFields(SMS.fields, { provider }).map(({ key }) => key);
    expect(keys("gateway")).toEqual(["provider", "body"]);
    expect(keys("aliyun")).toEqual(["provider", "accessKeySecret", "variables"]);
  });
  test("keeps a secret that is left empty, and takes away one that is to be forgotten", () => {
    const draft = { ...draftOf(EMAIL), port: " 25 " };
    const settings = { host: "smtp.example.org", port: 25, security: "starttls" };
    expect(settingsOf(EMAIL.fields, draft, new Set())).toEqual(settings);
    expect(settingsOf(EMAIL.fields, draft, new Set(["password"]))).toEqual({ ...settings, password: null });
  });
  test("turns lines into pairs, and leaves out what is not asked for", () => {
    const draft = { ...draftOf(SMS), body: "secret", variables: "a = x=y\n\n b={{text}} " };
    expect(settingsOf(SMS.fields, draft, new Set())).toEqual({
      ...{ provider: "aliyun", variables: { a: "x=y", b: "{{text}}" } },
    });
  });
  test("names the field, the value and what is allowed, in both languages", () => {
    const draft = { ...draftOf(EMAIL), host: " ", port: "70000", security: "ssl" };
    expect(channelErrors(EMAIL, draft)).toEqual({
      host: "Empty: please fill this in.",
      port: "“70000”: a whole number from 1 to 65535 is allowed.",
      security: "“ssl”: one of starttls, tls, none is allowed.",
    });
    setLocale("zh-CN");
    expect(channelErrors(EMAIL, draft)["port"]).toBe("“70000”：应为 1 至 65535 的整数。");
    expect(channelErrors(SMS, { ...draftOf(SMS), variables: "no pair" })["variables"]).toContain("no pair");
  });
  test("asks for a required secret only while there is none", () => {
    expect(Object.keys(channelErrors(SMS, draftOf(SMS)))).toEqual(["accessKeySecret"]);
    expect(channelErrors({ ...SMS, secretsSet: ["accessKeySecret"] }, draftOf(SMS))).toEqual({});
  });
});

describe("a route", () => {
  test("is the same after it was edited and nothing was changed", () => {
    for (const route of plan.routes) expect(routeOf(routeDraftOf(route), route.id, [])).toEqual(route);
  });
  test("of an empty form names everything that is missing", () => {
    const errors = routeErrors(routeDraftOf(null), []);
    expect(Object.keys(errors).sort()).toEqual(["channels", "name", "target"]);
  });
  test.for([
    ["waitS", "-1", "0", "3600"],
    ["intervalS", "9", "10", "86400"],
    ["repeatEveryMin", "4", "5", "10080"],
  ] as const)("refuses %s = %s with its limits", ([field, value, least, most]) => {
    const error = routeErrors({ ...routeDraftOf(null), [field]: value }, [])[field];
    expect(error).toBe(`“${value}”: a whole number from ${least} to ${most} is allowed.`);
  });
  test("may not have the name of another one, nor hours that end where they begin", () => {
    const draft = { ...routeDraftOf(null), name: "Nights", hasHours: true, from: "08:00", to: "08:00" };
    expect(routeErrors(draft, ["Nights"])).toMatchObject({
      name: expect.stringContaining("Nights"),
      hours: expect.stringContaining("08:00"),
    });
  });
  test("gets an id of its name's words, and another one where that is taken", () => {
    expect(freshId("Urgent, by night!", [], "route")).toBe("urgent-by-night");
    expect(freshId("Urgent", ["urgent", "urgent-2"], "route")).toBe("urgent-3");
    expect(freshId("紧急", ["route-1"], "route")).toBe("route-2");
  });
  test("that was made here is one that the plan's schema takes", () => {
    const draft = {
      ...routeDraftOf(null),
      ...{
        name: "夜间",
        recipientIds: [idOf(/Li Wei/)],
        channels: ["sms" as const],
        segmentIds: "zone-1，zone-2",
        weekdays: [7, 1],
      },
    };
    const route = routeOf(draft, null, []);
    expect(NotificationPlan.safeParse({ routes: [route], schedules: [] }).error).toBeUndefined();
    expect(route.match).toEqual({ segmentIds: ["zone-1", "zone-2"], weekdays: [1, 7] });
  });
  test("says in words what it does, in both languages", () => {
    const [urgent, north, others] = plan.routes;
    if (!urgent || !north || !others) throw new Error("routes are missing");
    expect(routeSentences(urgent, names)).toEqual([
      "Alarms of priority critical and high → whoever is on call in “Night and day 昼夜值班”, by Text message, else E-mail, else WeCom.",
      "Alarms of one cause are told together: the first waits 10 s for others, then at most one message every 5 min.",
      "Repeated every 30 min until somebody acknowledges.",
      "Not acknowledged after 15 min: also 运维群 Operations.",
      "All clear is told too.",
      "Later routes take the alarm too.",
    ]);
    expect(routeSentences(north, names)[0]).toContain(
      "(region North, rule Leak, pump-fault, 08:00 to 20:00, on Mon, Tue, Wed, Thu, Fri)",
    );
    setLocale("zh-CN");
    expect(routeSentences(urgent, names)[0]).toBe(
      "紧急和严重报警 → 通知“Night and day 昼夜值班”的当班人，通过短信，失败则邮件，失败则企业微信。",
    );
    expect(routeSentences(others, names)).toContain("22:00 至 07:00，警告和信息消息等到时段结束再发。");
  });
  test("names whoever is gone by the id", () => {
    const [urgent] = plan.routes;
    if (!urgent) throw new Error("no route");
    expect(routeSentences({ ...urgent, to: { recipientIds: ["x"], scheduleIds: [] } }, names)[0]).toContain(
      "x (removed)",
    );
  });
  test("names whom its channels never reach, also when they are on call; whoever is paused is so on purpose", () => {
    const [urgent] = plan.routes;
    if (!urgent) throw new Error("no route");
    expect(unreached(urgent, recipients, plan.schedules)).toEqual([]);
    const bySms = { ...urgent, channels: ["sms" as const] };
    expect(unreached(bySms, recipients, plan.schedules)).toEqual(["运维群 Operations"]);
    const byChat = { ...urgent, channels: ["wecom" as const] };
    expect(unreached(byChat, recipients, plan.schedules)).toEqual(["Li Wei 李伟", "Wang Fang 王芳"]);
  });
  test("takes the place of the one that was opened, and not of one that somebody else has changed meanwhile", () => {
    const [urgent, north] = plan.routes;
    if (!urgent || !north) throw new Error("routes are missing");
    const renamed = { ...urgent, name: "Now" };
    expect(replaced(plan.routes, renamed, urgent)?.map(({ name }) => name)[0]).toBe("Now");
    expect(replaced(plan.routes, { ...north, id: "new" }, null)?.at(-1)?.id).toBe("new");
    expect(replaced([{ ...urgent, waitS: 99 }, north], renamed, urgent)).toBeNull();
    expect(replaced([north], renamed, urgent)).toBeNull();
  });
  test("never has its turn below one that takes every alarm", () => {
    const [urgent, north, others] = plan.routes;
    if (!urgent || !north || !others) throw new Error("routes are missing");
    expect(takerAbove([urgent, others, north], 2)?.id).toBe("others");
    expect(takerAbove([urgent, { ...others, goOn: true }, north], 2)).toBeUndefined();
    expect(takerAbove([urgent, { ...others, isEnabled: false }, north], 2)).toBeUndefined();
    expect(takerAbove(plan.routes, 2)).toBeUndefined();
  });
  test("is a use of whom it names", () => {
    expect(usesOf(plan, idOf(/Operations/))).toEqual(["Urgent 紧急", "Everything else 其余"]);
  });
});

describe("who would be told", () => {
  const directory = {
    recipients: new Map(recipients.map((one) => [one.id, one])),
    schedules: new Map(plan.schedules.map((one) => [one.id, one])),
    channels: new Set(["sms", "email", "wecom"] as const),
    siteOf: () => ({ name: "Site 1", region: "South", zone: "A1" }),
    ruleOf: () => undefined,
    publicUrl: "",
    timeZone: DUBAI,
  };
  const leak = { siteId: "site-001", segmentId: null, ruleId: "leak", priority: "critical" } as const;

  test("is whom the routes name, when, by which channel, and again while nobody acknowledges", () => {
    const { lines, verdicts } = whoIsTold(plan.routes, directory, leak, NOON);
    expect(
      lines
        .slice(0, 4)
        .map(({ afterMs, recipientName, channel, kind }) => [afterMs / 1000, recipientName, channel, kind]),
    ).toEqual([
      [10, "Li Wei 李伟", "sms", "raised"],
      [60, "运维群 Operations", "wecom", "raised"],
      [910, "运维群 Operations", "wecom", "escalated"],
      [1_810, "Li Wei 李伟", "sms", "repeated"],
    ]);
    expect(lines[0]?.fallbacks).toEqual(["email"]);
    expect(lines[1]?.fallbacks).toEqual([]);
    expect(verdicts).toEqual([
      { routeId: "urgent", reason: "told" },
      { routeId: "north", reason: "switched-off" },
      { routeId: "others", reason: "told" },
    ]);
  });
  test("waits for the end of quiet hours", () => {
    const midnight = Date.parse("2026-11-25T20:00:00Z");
    const { lines } = whoIsTold(plan.routes, directory, { ...leak, priority: "low" }, midnight);
    expect(lines[0]).toMatchObject({ afterMs: 7 * HOUR_MS, recipientName: "运维群 Operations" });
  });
  test("is nobody where no channel is switched on, and the routes say why", () => {
    const { lines, verdicts } = whoIsTold(plan.routes, { ...directory, channels: new Set() }, leak, NOON);
    expect(lines).toEqual([]);
    expect(verdicts[0]).toEqual({ routeId: "urgent", reason: "nobody-to-tell" });
  });
  test("is nobody where no route fits", () => {
    const routes = plan.routes.slice(0, 1);
    const { lines, verdicts } = whoIsTold(routes, directory, { ...leak, priority: "low" }, NOON);
    expect([lines, verdicts]).toEqual([
      [],
      [
        { routeId: "", reason: "no-route" },
        { routeId: "urgent", reason: "other-priority" },
      ],
    ]);
  });
});

describe("a calendar", () => {
  const [calendar] = plan.schedules;
  if (!calendar) throw new Error("no calendar");
  const clock = (ms: number): string => wallTime(ms, DUBAI);

  test("is the same after it was edited and nothing was changed", () => {
    const draft = scheduleDraftOf(calendar, "2026-11-25", DUBAI);
    const made = scheduleOf(draft, calendar.id, [], DUBAI);
    expect(made).toEqual({
      ...calendar,
      overrides: calendar.overrides.map((one) => ({
        ...one,
        from: new Date(one.from).toISOString(),
        to: new Date(one.to).toISOString(),
      })),
    });
    expect(draft.overrides[0]?.from).toBe("2026-11-29T08:00");
  });
  test("has turns to the minute, and gaps in the nights that no shift has", () => {
    const edges = midnights(NOON, 14, DUBAI);
    const turns = turnsOf(calendar, edges[0] ?? 0, edges[14] ?? 0, DUBAI);
    expect(turns.slice(0, 3).map(({ fromMs, toMs }) => [clock(fromMs), clock(toMs)])).toEqual([
      ["2026-11-25T00:00", "2026-11-25T08:00"],
      ["2026-11-25T08:00", "2026-11-25T20:00"],
      ["2026-11-25T20:00", "2026-11-26T08:00"],
    ]);
    const gaps = turns.filter(({ ids }) => ids.length === 0);
    expect(gaps.map(({ fromMs }) => clock(fromMs))).toEqual(["2026-11-28T20:00", "2026-12-05T20:00"]);
    expect(turns.at(-1)?.toMs).toBe(edges[14]);
    for (const [n, turn] of turns.entries()) expect(turn.fromMs).toBe(n === 0 ? edges[0] : turns[n - 1]?.toMs);
  });
  test("finds a change at an odd minute", () => {
    const id = idOf(/Li Wei/);
    const odd = {
      ...calendar,
      shifts: [{ hours: { from: "08:07", to: "16:52" }, rotation: [id], everyDays: 1, startsOn: "2026-11-01" }],
      overrides: [],
    };
    const [from = 0, to = 0] = midnights(NOON, 1, DUBAI);
    expect(turnsOf(odd, from, to, DUBAI).map(({ fromMs }) => clock(fromMs).slice(11))).toEqual([
      "00:00",
      "08:07",
      "16:52",
    ]);
  });
  test("names what is wrong with it", () => {
    const draft = scheduleDraftOf(null, "2026-11-25", DUBAI);
    draft.overrides = [{ from: "2026-11-26T08:00", to: "2026-11-25T08:00", recipientId: "x" }];
    expect(scheduleErrors(draft, [], DUBAI)).toEqual({
      name: "Empty: please fill this in.",
      "shifts.0.rotation": "Nobody chosen: at least one recipient.",
      "overrides.0": "“2026-11-25 08:00”: the end must be later than the beginning.",
    });
  });
});

describe("times at a place", () => {
  test.for([
    ["Asia/Dubai", "2026-11-25T12:00", "2026-11-25T08:00:00.000Z"],
    ["Europe/Berlin", "2026-03-29T12:00", "2026-03-29T10:00:00.000Z"],
    ["America/New_York", "2026-11-01T12:00", "2026-11-01T17:00:00.000Z"],
  ] as const)("in %s %s is %s", ([zone, wall, utc]) => {
    const ms = momentOf(wall, zone);
    expect(new Date(ms ?? 0).toISOString()).toBe(utc);
    expect(wallTime(ms ?? 0, zone)).toBe(wall);
  });
  test("what is no time is none", () => {
    expect(momentOf("", DUBAI)).toBeNull();
  });
  test("a day on which the clocks change has 23 or 25 hours", () => {
    const hours = (day: string): number => {
      const [from = 0, to = 0] = midnights(Date.parse(`${day}T12:00:00Z`), 1, "Europe/Berlin");
      return (to - from) / HOUR_MS;
    };
    expect([hours("2026-03-29"), hours("2026-10-25"), hours("2026-11-25")]).toEqual([23, 25, 24]);
  });
});

describe("the list of deliveries", () => {
  test("is asked for what is chosen, and for an alarm only when its id is whole", () => {
    const none = { state: "", channel: "", recipientId: "", alarmId: "" };
    expect(deliveryQuery(none)).toEqual({});
    expect(deliveryQuery({ ...none, state: "failed", alarmId: " site-001." })).toEqual({ state: "failed" });
    expect(deliveryQuery({ ...none, alarmId: "~zone-1.segment-down" })).toEqual({ alarmId: "~zone-1.segment-down" });
  });
  test.for([
    ["delivered", null, 1, false],
    ["waiting", null, 0, false],
    ["waiting", "status 503", 2, true],
    ["failed", "sign-in", 1, true],
    ["possibly_delivered", "timeout", 1, true],
    ["expired", "told-by email", 3, false],
    ["expired", "status 503", 9, true],
  ] as const)("marks %s (%s) after %d tries: %s", ([state, reason, attempts, expected]) => {
    expect(isTrouble({ state, reason, attempts })).toBe(expected);
  });
});
