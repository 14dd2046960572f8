import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createAcknowledgeLinks } from "../../adapters/notification/acknowledge-link.ts";
import { deliveryRow } from "../../adapters/notification/decision-store.ts";
import { ROLES } from "../../domain/access/session-user.ts";
import type { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import { LINK_KEY } from "./told-services.ts";

const PATH = "/api/v1/notifications";
const MAIL = "canary.person@example.org";
let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi({ sites: [aSite(1), aSite(2)] });
});
afterAll(() => api.close());
beforeEach(() => api.database.query("truncate alarm, alarm_transition, notification_recipient, notification_delivery"));

const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  api.call(PATH + path, { method, role: "admin", headers, ...(body === undefined ? {} : { body }) });
const add = async (name: string, more: object = {}) => {
  const { status, json } = await ask("POST", "/recipients", {
    name,
    language: "zh-CN",
    addresses: { email: MAIL },
    ...more,
  });
  expect(status).toBe(201);
  return json as { id: string };
};

test("recipients are added, changed, and removed unless a route names them", async () => {
  const { id } = await add("Li");
  expect((await ask("POST", "/recipients", { name: "Li", language: "en", addresses: {} })).json).toMatchObject({
    code: "notification.name-taken",
  });
  const changed = await ask("PUT", `/recipients/${id}`, {
    name: "Li Wei",
    language: "en",
    addresses: { sms: "13800000000" },
  });
  expect(changed.json).toMatchObject({ id, name: "Li Wei", addresses: { sms: "13800000000" } });
  const { headers } = await ask("GET", "/plan");
  const route = { id: "all", name: "All", to: { recipientIds: [id] }, channels: ["sms"] };
  const plan = { routes: [route], schedules: [] };
  expect((await ask("PUT", "/plan", plan, { "if-match": '"other"' })).status).toBe(412);
  const stored = await ask("PUT", "/plan", plan, { "if-match": headers.get("etag") ?? "" });
  expect(stored.json).toMatchObject({ routes: [{ groupBy: "cause", intervalS: 300 }] });
  expect((await ask("DELETE", `/recipients/${id}`)).json).toMatchObject({ code: "notification.recipient-in-use" });
  const emptied = await ask(
    "PUT",
    "/plan",
    { routes: [], schedules: [] },
    { "if-match": stored.headers.get("etag") ?? "" },
  );
  expect(emptied.status).toBe(200);
  expect((await ask("DELETE", `/recipients/${id}`)).status).toBe(204);
});

test("an address its channel cannot use, and a route to nobody, are refused by field; the value is not shown", async () => {
  const wrong = await ask("POST", "/recipients", {
    name: "W",
    language: "en",
    addresses: { email: "canary no address" },
  });
  expect(wrong.json).toMatchObject({
    code: "request.invalid",
    errors: [{ field: "body.addresses.email", value: "not shown" }],
  });
  expect(wrong.text).not.toContain("canary");
  const { headers } = await ask("GET", "/plan");
  const to = { recipientIds: ["00000000-0000-4000-8000-000000000009"] };
  const plan = { routes: [{ id: "a", name: "A", to, channels: ["sms"] }], schedules: [] };
  const refused = await ask("PUT", "/plan", plan, { "if-match": headers.get("etag") ?? "" });
  expect(refused.json).toMatchObject({
    code: "request.invalid",
    errors: [{ field: "body.routes.0.to.recipientIds.0" }],
  });
});

test("a channel is set up; what is secret is never shown again, kept when it is left out, and in no line of the trail", async () => {
  const settings = { token: "123456789:AAcanaryAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
  expect((await ask("PUT", "/channels/telegram", { isEnabled: true, settings })).json).toMatchObject({
    isSetUp: true,
    isEnabled: true,
    fields: expect.arrayContaining([expect.objectContaining({ key: "token", isSecret: true })]),
  });
  const off = await ask("PUT", "/channels/telegram", { isEnabled: false, settings: {} });
  expect(off.json).toMatchObject({ isSetUp: true, isEnabled: false });
  const wrong = await ask("PUT", "/channels/telegram", { isEnabled: true, settings: { token: "canary" } });
  expect(wrong.json).toMatchObject({ errors: [{ field: "body.settings.token", value: "not shown" }] });
  for (const { text } of [off, wrong, await ask("GET", "/channels")]) expect(text).not.toContain("canary");
  const rows = await api.database.query("select detail, target from audit.entry where action like 'notification:%'");
  expect(rows.length).toBeGreaterThan(0);
  expect(JSON.stringify(rows)).not.toContain("canary");
  expect((await ask("DELETE", "/channels/telegram")).status).toBe(204);
  expect((await ask("DELETE", "/channels/telegram")).json).toMatchObject({ code: "notification.channel-not-found" });
});

test("a test message needs an address and a channel, and stands in the list with its address masked", async () => {
  const { id } = await add("T");
  const order = (channel: string) => ask("POST", `/recipients/${id}/test`, { channel });
  expect((await order("sms")).json).toMatchObject({ code: "notification.no-address" });
  expect((await order("email")).json).toMatchObject({ code: "notification.channel-off" });
  const settings = {
    host: "mail.example.org",
    port: 587,
    security: "starttls",
    user: "u",
    password: "canary-password",
    from: "antbox@example.org",
  };
  expect((await ask("PUT", "/channels/email", { isEnabled: true, settings })).status).toBe(200);
  const { status, json } = await order("email");
  expect(status).toBe(202);
  const { key } = json as { key: string };
  for (const role of ROLES.filter((one) => one !== "viewer")) {
    const { json: page, text } = await api.call(`${PATH}/deliveries`, { role });
    expect(page).toMatchObject({
      items: [{ key, kind: "test", state: "waiting", address: "c…@example.org" }],
      total: 1,
    });
    expect(text).not.toContain(MAIL);
  }
});

const raised: ConditionEvent = {
  type: "raised",
  siteId: "site-001",
  segmentId: null,
  ruleId: "leak",
  at: new Date(Date.now() - 60_000).toISOString(),
  priority: "critical",
  sources: ["platform"],
  point: null,
  value: null,
  limit: null,
  unit: null,
  latching: false,
  suppressedBy: null,
};

/** An alarm, and the link of a message that tells of it. */
async function aLink(): Promise<string> {
  await api.alarms.applyConditions([raised], null);
  const { id } = await add("Link");
  const {
    fallbacks: _none,
    document,
    ...row
  } = deliveryRow({
    subject: "all/x",
    transition: `raised-${Math.random()}`,
    channel: "email",
    fallbacks: [],
    recipientId: id,
    recipientName: "Link <b>",
    routeId: "all",
    kind: "raised",
    language: "en",
    priority: "critical",
    title: "[Critical] Leak: <Site>",
    text: "",
    url: null,
    alarms: [{ alarmId: "site-001.leak", isAsking: true }],
  });
  await api.database.query(
    `insert into notification_delivery (key, subject, transition, channel, recipient_id, priority, fallbacks, document)
     values ($1, $2, $3, $4, $5::uuid, $6, '{}', $7::text::jsonb)`,
    [...Object.values(row), JSON.stringify(document)],
  );
  return new URL(createAcknowledgeLinks(LINK_KEY, api.url, Date.now).urlOf(row.key)).pathname;
}
const stateOf = async () => (await api.alarms.get("site-001.leak", null))?.alarm.state;

test("opening a link acknowledges nothing, its button does, once, under the name of its reader", async () => {
  const link = await aLink();
  for (let n = 0; n < 3; n += 1) {
    const { text, headers } = await api.call(link);
    expect(text).toContain("<button");
    expect(text).toContain("[Critical] Leak: &lt;Site&gt;");
    expect(headers.get("referrer-policy")).toMatch(/no-referrer|same-origin/);
  }
  expect(await stateOf()).toBe("unacknowledged");
  expect((await api.call(link, { method: "POST" })).text).toContain("Acknowledged: 1.");
  expect((await api.alarms.get("site-001.leak", null))?.alarm.acknowledged).toMatchObject({ by: "Link <b>" });
  expect((await api.call(link, { method: "POST" })).text).toContain("used already");
  const [entry] = await api.database.query(
    "select * from audit.entry where action = 'alarm:acknowledge' order by seq desc limit 1",
  );
  expect(entry).toMatchObject({ actor: "Link <b>", target: "site-001.leak" });
});

test("a link of the last occurrence acknowledges no later one, and a forged one nothing", async () => {
  const link = await aLink();
  await api.alarms.applyConditions(
    [{ type: "cleared", siteId: "site-001", segmentId: null, ruleId: "leak", at: raised.at }],
    null,
  );
  const later = new Date(Date.now() + 3_600_000).toISOString();
  await api.alarms.applyConditions([{ ...raised, at: later }], null);
  expect((await api.call(link, { method: "POST" })).text).toContain("need no acknowledgement any more");
  expect(await stateOf()).toBe("unacknowledged");
  const forged = link.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
  const { text } = await api.call(forged.slice(0, -3), { method: "POST" });
  expect(text).toContain("此链接无效");
  expect(await stateOf()).toBe("unacknowledged");
});

test("a link that could not be carried out, because the database was away, can be used again", async () => {
  const link = await aLink();
  await api.loseDatabase();
  expect((await api.call(link, { method: "POST" })).status).toBe(503);
  await api.findDatabase();
  expect((await api.call(link, { method: "POST" })).text).toContain("Acknowledged: 1.");
});
