import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningSimulator, startSimulator } from "../../simulator/simulator.ts";
import { readJson } from "./raw-client.ts";

/** Each order is given to a site of its own. */
const CASES = [
  { order: "pump&running=true&hz=40", shows: { pump: true, pumpHz: 40 } },
  { order: "pump&running=false&hz=50", shows: { pump: false, pumpHz: 0, flowM3h: 0 } },
  { order: "fan&fan=2&hz=0", shows: { towerFans: [true, false, true] } },
  { order: "fan&fan=all&hz=50", shows: { towerFans: [true, true, true] } },
  { order: "spray&mode=off", shows: { sprayPump: false } },
  { order: "spray&mode=on", shows: { sprayPump: true } },
  { order: "refill&running=true", shows: { makeupPump: true } },
  { order: "mode&mode=manual", shows: { mode: "manual" } },
  { order: "close", shows: { pump: false } },
  { order: "setTemp&temp=33", shows: { setpointC: 33 } },
];
const REFUSED = ["pump&running=true&hz=51", "pump&hz=40", "fan&fan=4&hz=20", "fan&fan=1&hz=10", "spray&mode=up"];

let simulator: RunningSimulator;
const urlOf = (site: number) => simulator.sites[site]?.url ?? "";
const order = (site: number, text: string) => readJson(`${urlOf(site)}/lab/order?operation=${text}`);
const read = (site: number) => readJson(`${urlOf(site)}/lab/state`);

beforeAll(async () => {
  simulator = await startSimulator({
    sites: CASES.length + 2,
    port: 0,
    latencyMs: [0, 0],
    dialects: [["d", 1]],
    climate: "gulf-summer",
    startMs: Date.UTC(2026, 6, 1, 10),
    warmUpS: 3600,
  });
});
afterAll(() => simulator.close());

test("every part does what is ordered, after the lag of a command, and the ledger has the order as it was sent", async () => {
  const miners = CASES.length;
  const awake = Number((await read(miners))["minersOnline"]);
  for (const [site, each] of CASES.entries()) expect(await order(site, each.order)).toMatchObject({ ok: true });
  await order(miners, "sleep&miners=30");
  await order(miners, "outlet&outlet=7&on=false");
  simulator.advance(40);
  for (const [site, { order: text, shows }] of CASES.entries()) {
    expect([text, await read(site)]).toEqual([text, expect.objectContaining(shows)]);
    expect(simulator.ledger.commands({ siteId: simulator.sites[site]?.id ?? "" })).toMatchObject([
      { command: text, answer: "ok", acted: true },
    ]);
  }
  expect(await read(miners)).toMatchObject({ minersOnline: awake - 31 });
});

test("miners that sleep or reboot take their power with them, and come back", async () => {
  const site = CASES.length + 1;
  const powerKw = async () => {
    const { box1Kw, box2Kw, minersOnline } = await read(site);
    return { kw: Number(box1Kw) + Number(box2Kw), minersOnline: Number(minersOnline) };
  };
  const before = await powerKw();
  await order(site, "reboot&miners=30");
  simulator.advance(100);
  const meanwhile = await powerKw();
  expect([meanwhile.minersOnline, meanwhile.kw < before.kw - 100]).toEqual([before.minersOnline - 30, true]);
  simulator.advance(600);
  expect((await powerKw()).minersOnline).toBe(before.minersOnline);
  await order(site, "sleep&miners=30");
  simulator.advance(100);
  await order(site, "wake&miners=30");
  simulator.advance(600);
  const after = await powerKw();
  expect([after.minersOnline, after.kw > before.kw - 50]).toEqual([before.minersOnline, true]);
});

test.for(REFUSED)("%s is refused, and does nothing", async (text) => {
  expect(await order(0, text)).toMatchObject({ ok: false });
  expect(simulator.ledger.commands({ siteId: "site-001" }).at(-1)).toMatchObject({ answer: "refused", acted: false });
});

test("a controller of another dialect knows none of these orders", async () => {
  const other = await startSimulator({ sites: 1, port: 0, latencyMs: [0, 0], dialects: [["a", 1]], warmUpS: 60 });
  const answer = await readJson(`${other.sites[0]?.url}/cooler?operation=pump&running=false&hz=50`);
  await other.close();
  expect([answer, other.ledger.commands({})]).toEqual([{ ok: false, method: "pump", params: null }, []]);
});
