import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from "vitest";
import { type RunningSimulator, startSimulator } from "../../simulator/simulator.ts";
import { eventually, rawGet, readJson, readState } from "./raw-client.ts";

let simulator: RunningSimulator;
const site = () => simulator.sites[0]?.url ?? "";
const send = (command: string) => readJson(`${site()}/cooler?operation=${command}`);
const lastCommand = () => simulator.ledger.commands({ siteId: "site-001" }).at(-1);

beforeAll(async () => {
  simulator = await startSimulator({
    sites: 2,
    port: 0,
    latencyMs: [0, 0],
    dialects: [["a", 1]],
    climate: "gulf-winter",
    warmUpS: 3600,
  });
});
afterEach(async () => {
  await simulator.removeFaults();
  await send("open");
  simulator.advance(1200);
  await readState(site());
});
afterAll(() => simulator.close());

test("a command acts only after its lag of 5 to 20 s", async () => {
  // slow plant time: however long the requests take, it hardly moves but by `advance`
  const slow = await startSimulator({
    sites: 1,
    port: 0,
    latencyMs: [0, 0],
    dialects: [["a", 1]],
    warmUpS: 60,
    speed: 0.1,
  });
  onTestFinished(() => slow.close());
  const url = slow.sites[0]?.url ?? "";
  const sent = () => slow.ledger.commands({});
  // 30 draws of the lag, from both ends of its range
  for (let command = 0; command < 30; command += 1) {
    const answer = await readJson(`${url}/cooler?operation=setTemp&temp=32.5`);
    expect(answer).toEqual({ ok: true, method: "setTemp", params: null });
  }
  slow.advance(4);
  expect(await readState(url)).toMatchObject({ supply_liquid_set_temp: 35 });
  expect(sent()).toHaveLength(30);
  for (const record of sent()) expect(record).toMatchObject({ answer: "ok", acted: false, actedAt: null });
  slow.advance(9);
  await readState(url);
  expect(new Set(sent().map(({ acted }) => acted))).toEqual(new Set([true, false]));
  slow.advance(9);
  expect(await readState(url)).toMatchObject({ supply_liquid_set_temp: 32.5, pid_mode: false });
  for (const record of sent()) expect(record).toMatchObject({ acted: true, actedAt: expect.any(Number) });
});

test("the loop follows the new set-point", async () => {
  await send("setTemp&temp=38");
  simulator.advance(1800);
  expect((await readState(site()))["supply_liquid_temp"]).toBeCloseTo(38, 0);
});

test("pid is a mode with the set-point 38", async () => {
  await send("setTemp&temp=pid");
  simulator.advance(30);
  expect(await readState(site())).toMatchObject({ pid_mode: true, supply_liquid_set_temp: 38 });
});

test("close stops pump and fans and puts the miners to sleep; open brings all back", async () => {
  await send("close");
  simulator.advance(120);
  expect(await readState(site())).toMatchObject({
    circulating_pump: false,
    cooling_tower_fan1: false,
    supply_liquid_flow: 0,
  });
  const asleep = simulator.siteState("site-001").plant;
  expect(asleep.itPowerKw).toBeLessThan(20);
  expect(asleep.hashrateTh).toBe(0);
  await send("open");
  simulator.advance(600);
  expect(await readState(site())).toMatchObject({ circulating_pump: true });
  expect(simulator.siteState("site-001").plant.itPowerKw).toBeGreaterThan(800);
});

test.for(["setTemp", "setTemp&temp=", "setTemp&temp=4", "setTemp&temp=61", "setTemp&temp=3e1", "setTemp&temp=abc"])(
  "%s is refused and does nothing",
  async (command) => {
    expect(await send(command)).toEqual({ ok: false, method: "setTemp", params: null });
    simulator.advance(60);
    await readState(site());
    expect(lastCommand()).toMatchObject({ answer: "refused", acted: false });
  },
);

test("no_effect: ok, and nothing happens", async () => {
  await simulator.addFault({ sites: ["site-001"], kind: "no_effect" });
  const before = (await readState(site()))["supply_liquid_set_temp"];
  expect(await send("setTemp&temp=30")).toMatchObject({ ok: true });
  simulator.advance(120);
  expect((await readState(site()))["supply_liquid_set_temp"]).toBe(before);
  expect(lastCommand()).toMatchObject({ answer: "ok", acted: false });
});

test.for([
  { how: "hang", end: "timeout" },
  { how: "reset", end: "ECONNRESET" },
])("answer_lost ($how): the plant acts, nobody hears of it", async ({ how, end }) => {
  await simulator.addFault({ sites: ["site-001"], kind: "answer_lost", args: { how } });
  const temp = how === "hang" ? 33 : 34;
  const answer = await rawGet(`${site()}/cooler?operation=setTemp&temp=${temp}`, { waitMs: 300 });
  expect(answer).toMatchObject({ status: null, end });
  simulator.advance(30);
  expect(await readState(site())).toMatchObject({ supply_liquid_set_temp: temp });
  expect(lastCommand()).toMatchObject({ answer: "lost", acted: true });
});

test("command_lag makes it later than usual", async () => {
  await simulator.addFault({ sites: ["site-001"], kind: "command_lag", args: { lagS: 300 } });
  await send("setTemp&temp=31");
  simulator.advance(280);
  expect((await readState(site()))["supply_liquid_set_temp"]).not.toBe(31);
  simulator.advance(30);
  expect(await readState(site())).toMatchObject({ supply_liquid_set_temp: 31 });
});

test("command_refused answers ok: false", async () => {
  await simulator.addFault({ sites: ["site-001"], kind: "command_refused" });
  expect(await send("open")).toMatchObject({ ok: false });
  expect(lastCommand()).toMatchObject({ answer: "refused" });
});

test("a command takes effect in time even if nobody asks the site", async () => {
  await simulator.addFault({ sites: ["site-001"], kind: "command_lag", args: { lagS: 0 } });
  await send("setTemp&temp=36");
  await eventually(() => (lastCommand()?.acted === true ? true : null), 10_000);
});

test("two commands act in their order, each once", async () => {
  await simulator.addFault({ sites: ["site-001"], kind: "command_lag", args: { lagS: 10 } });
  await send("setTemp&temp=30");
  await send("setTemp&temp=37");
  simulator.advance(30);
  expect(await readState(site())).toMatchObject({ supply_liquid_set_temp: 37 });
  const [first, second] = simulator.ledger.commands({ siteId: "site-001" }).slice(-2);
  expect([first, second]).toMatchObject([{ acted: true }, { acted: true }]);
});
