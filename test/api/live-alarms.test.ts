import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createAlarmStore } from "../../adapters/alarms/create-alarm-store.ts";
import { FENCE_SQL } from "../../adapters/leases/lease-store.ts";
import { type AlarmFrame, ServerFrame } from "../../domain/live/live-frame.ts";
import { addActors, LIMITED } from "../authorisation/actors.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aRaise, aSite } from "./builders.ts";
import { PASSWORD } from "./test-database.ts";

/** Odd numbers lie in the north, even ones in the south. */
const SITES = Array.from({ length: 6 }, (_, at) => aSite(at + 1));
const PATIENT = { timeout: 15_000, interval: 10 };
let api: ApiUnderTest;
let aheadMs = 0;
const open: WebSocket[] = [];

beforeAll(async () => {
  api = await startApi({ sites: SITES, clock: () => Date.now() + aheadMs });
  await addActors(api.database, LIMITED);
});
beforeEach(async () => {
  await api.database.query("truncate alarm, alarm_transition");
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.terminate();
});
afterAll(() => api.close());

async function tokenOf(username: string, of = api): Promise<string> {
  const { json } = await of.call("/api/v1/auth/login", { method: "POST", body: { username, password: PASSWORD } });
  return (json as { accessToken: string }).accessToken;
}

/** A client of the overview, and what it is told of alarms. */
async function listen(token = api.token("viewer"), of = api) {
  const socket = new WebSocket(`ws://127.0.0.1:${of.port}/api/v1/live`, {
    headers: { authorization: `Bearer ${token}` },
  });
  open.push(socket);
  const frames: ServerFrame[] = [];
  socket.on("message", (data) => frames.push(ServerFrame.parse(JSON.parse(String(data)))));
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  socket.send(JSON.stringify({ type: "subscribe", view: "overview" }));
  await expect.poll(() => frames.some(({ type }) => type === "full"), PATIENT).toBe(true);
  const told = () => frames.filter((frame): frame is AlarmFrame => frame.type === "alarms");
  return {
    frames,
    told,
    high: () => told().at(-1)?.summary.counts.high.present,
    sites: () =>
      told()
        .at(-1)
        ?.summary.sites.map(({ siteId }) => siteId),
  };
}

test("a client is told at its first subscribe, and when something changes, each within their limits", async () => {
  await api.alarms.applyConditions([aRaise("site-001"), aRaise(null, { ruleId: "scan-suspect" })], null);
  const whole = await listen();
  const north = await listen(await tokenOf("viewer-north"));
  const south = await listen(await tokenOf("operator-south"));
  await expect.poll(whole.high, PATIENT).toBe(2);
  await expect.poll(north.high, PATIENT).toBe(1);
  await expect.poll(south.high, PATIENT).toBe(0);
  await api.alarms.applyConditions([aRaise("site-002"), aRaise("site-004")], null);
  await expect.poll(whole.high, PATIENT).toBe(4);
  await expect.poll(south.sites, PATIENT).toEqual(["site-002", "site-004"]);
  await expect.poll(north.sites, PATIENT).toEqual(["site-001"]);
  for (const { told } of [north, south]) expect(JSON.stringify(told())).not.toContain("scan-suspect");
});

test("what was counted for one client is told to the next one with the time of sending", async () => {
  const first = await listen();
  await expect.poll(first.high, PATIENT).toBe(0);
  aheadMs += 60_000;
  const sentMs = Date.now() + aheadMs;
  const second = await listen();
  await expect.poll(second.high, PATIENT).toBe(0);
  expect(Date.parse(second.told()[0]?.at ?? "")).toBeGreaterThanOrEqual(sentMs);
});

test("many changes in a row are told together", async () => {
  const client = await listen();
  await expect.poll(client.high, PATIENT).toBe(0);
  const before = client.told().length;
  const started = performance.now();
  for (const { id } of SITES) await api.alarms.applyConditions([aRaise(id)], null);
  await expect.poll(client.high, PATIENT).toBe(SITES.length);
  const seconds = (performance.now() - started) / 1000;
  expect(client.told().length - before).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
});

test("what another process has changed is told as well", async () => {
  const client = await listen();
  await expect.poll(client.high, PATIENT).toBe(0);
  const numbers = await api.database.query<{ code: string; id: number }>("select code, id from site");
  const sites = { numberOf: (siteId: string) => numbers.find(({ code }) => code === siteId)?.id };
  const elsewhere = createAlarmStore({ database: api.database, sites, fenceSql: FENCE_SQL });
  await elsewhere.applyConditions([aRaise("site-003")], null);
  await expect.poll(client.high, PATIENT).toBe(1);
});

test("a program without the permission hears nothing of alarms", async () => {
  const body = { name: "live-only", permissions: ["live:subscribe"], expiresInDays: 1 };
  const { json } = await api.call("/api/v1/service-tokens", { method: "POST", role: "admin", body });
  const program = await listen((json as { token: string }).token);
  const person = await listen();
  await api.alarms.applyConditions([aRaise("site-001")], null);
  await expect.poll(person.high, PATIENT).toBe(1);
  const beats = () => program.frames.filter(({ type }) => type === "heartbeat").length;
  await expect.poll(beats, PATIENT).toBeGreaterThan(1);
  expect(program.told()).toEqual([]);
});

test("a client that comes while the database is away is told when it is back", async () => {
  const away = await startApi({ sites: SITES });
  try {
    await addActors(away.database, LIMITED);
    await away.alarms.applyConditions([aRaise("site-001")], null);
    const token = await tokenOf("viewer-north", away);
    const before = await listen(away.token("viewer"), away);
    // Told at the first subscribe, and once more after the first look: from then on nothing is new.
    await expect.poll(() => before.told().length, PATIENT).toBe(2);
    await away.loseDatabase();
    const client = await listen(token, away);
    await expect.poll(() => client.frames.some(({ type }) => type === "heartbeat"), PATIENT).toBe(true);
    expect(client.told()).toEqual([]);
    await away.findDatabase();
    await expect.poll(client.high, PATIENT).toBe(1);
  } finally {
    for (const socket of open.splice(0)) socket.terminate();
    await away.close();
  }
});
