import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import type { EmergencyStop } from "../../domain/commands/emergency-stop.ts";
import { type CommandedPlatform, startCommandedPlatform } from "./commands/commanded-platform.ts";
import { orderFault } from "./order-fault.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000 });

const PEOPLE = [
  { name: "li", role: "operator", scope: null },
  { name: "gao", role: "viewer", scope: null },
] as const;
const LEAKS = { reason: "coolant on the floor", overrides: ["pump-overrun"] };
const soon = { timeout: 40_000, interval: 200 };

describe.skipIf(inject("databaseUrl") === null)("an emergency stop of a simulated plant", () => {
  let under: CommandedPlatform;
  const sites = Array.from({ length: 8 }, (_, at) => `site-${String(at + 1).padStart(3, "0")}`);
  /** Every other one is a laboratory, whose miners the platform can put to sleep. */
  const free = sites.filter((_, at) => at % 2 === 0);
  const lab = sites[1] ?? "";
  const nextSite = () => free.shift() ?? expect.fail("there are not enough sites");

  beforeAll(async () => {
    under = await startCommandedPlatform({
      serverUrl: inject("databaseUrl") ?? "",
      sites: sites.length,
      people: PEOPLE,
      withLab: true,
    });
    // Its miners go to sleep batch after batch, while the others are tried and the platform is killed.
    expect((await stop(lab)).status).toBe(202);
  });
  afterAll(() => under?.dispose());

  const pathOf = (siteId: string) => `/api/v1/sites/${siteId}/emergency-stop`;
  const stop = (siteId: string, more: object = {}) =>
    under.ask("li", "POST", pathOf(siteId), { confirm: siteId, ...LEAKS, ...more });
  const now = async (siteId: string): Promise<EmergencyStop> => {
    const { json } = await under.ask("li", "GET", pathOf(siteId));
    return (json["items"] as EmergencyStop[])[0] ?? expect.fail("there is no stop in force");
  };
  const minersOff = (siteId: string) => orderFault(under.fleet.controlUrl, [siteId], "curtailment", { powerShare: 0 });
  const closes = async (siteId: string) => (await under.received(siteId)).map(({ command }) => command);
  type Listed = { readonly id: string; readonly priority: string; readonly state: string };
  const alarmOf = async (siteId: string) => {
    const { json } = await under.ask("li", "GET", `/api/v1/alarms?site=${siteId}`);
    const found = (json["items"] as Listed[]).find(({ id }) => id === `${siteId}.emergency-stop`);
    return found && `${found.priority} ${found.state}`;
  };

  test("waits while the miners run, goes on over a kill of the platform, stops the plant once, and latches it", async () => {
    const siteId = nextSite();
    const review = await under.ask("li", "GET", `${pathOf(siteId)}/review`);
    expect(review.json).toMatchObject({ verdict: "refused", kind: "emergency_stop", confirmation: null });
    const begun = await stop(siteId);
    expect([begun.status, begun.json["state"]]).toEqual([202, "running"]);
    const again = await stop(siteId, { reason: "pressed twice" });
    expect([again.status, again.json["id"], again.json["reason"]]).toEqual([200, begun.json["id"], LEAKS.reason]);

    const waitsFor = async () =>
      ((await now(siteId)).findings ?? [])
        .filter(({ result }) => result !== "met")
        .map(({ id, result }) => `${id} ${result}`);
    await expect.poll(waitsFor, soon).toEqual(["it-power refused", "pump-overrun overridden"]);
    await expect.poll(() => alarmOf(siteId), soon).toBe("critical unacknowledged");
    const other = await under.order("li", { siteId, kind: "set_temp_mode", args: { mode: "pid" } });
    expect([other.status, JSON.stringify(other.json["errors"])]).toEqual([
      409,
      expect.stringContaining("interlocks.emergency"),
    ]);
    expect(await closes(siteId)).toEqual([]);

    await under.platform.kill();
    await minersOff(siteId);
    await under.platform.start();
    await under.platform.ready();
    await expect.poll(async () => (await now(siteId)).state, { ...soon, timeout: 90_000 }).toBe("stopped");
    expect(await closes(siteId)).toEqual(["close"]);
    expect((await under.snapshot(siteId)).values.circulation_pump_running).toBe(false);
    const start = { siteId, kind: "start_cooling" };
    expect((await under.order("li", start)).status).toBe(409);

    const reset = await under.ask("li", "POST", `${pathOf(siteId)}/reset`, { reason: "hose replaced" });
    expect([reset.status, reset.json["resetBy"]]).toEqual([200, "li"]);
    await expect.poll(() => alarmOf(siteId), soon).toBe("critical returned_unacknowledged");
    expect((await under.order("li", start)).status).toBe(202);
    await expect.poll(() => closes(siteId), soon).toEqual(["close", "open"]);
  });

  test("what the controller refuses waits for a person, and one more is sent when they say so", async () => {
    const siteId = nextSite();
    await orderFault(under.fleet.controlUrl, [siteId], "command_refused");
    await minersOff(siteId);
    expect((await stop(siteId)).status).toBe(202);
    await expect.poll(async () => (await now(siteId)).state, { ...soon, timeout: 90_000 }).toBe("needs_person");
    expect([(await now(siteId)).stateReason, await closes(siteId)]).toEqual(["refused", ["close"]]);
    await sleep(5_000);
    expect(await closes(siteId)).toEqual(["close"]);
    const again = await under.ask("li", "POST", `${pathOf(siteId)}/retry`);
    expect([again.status, again.json["attempt"]]).toEqual([202, 2]);
    await expect.poll(() => closes(siteId), soon).toEqual(["close", "close"]);
  });

  test("without the leak it waits for the pump to have run on, and a reset takes it back unsent", async () => {
    const siteId = nextSite();
    await minersOff(siteId);
    expect((await stop(siteId, { overrides: [] })).status).toBe(202);
    const overrun = async () => (await now(siteId)).findings?.find(({ id }) => id === "pump-overrun")?.result;
    await expect.poll(overrun, soon).toMatch(/refused|cannot_verify/);
    expect((await under.ask("li", "POST", `${pathOf(siteId)}/retry`)).json["code"]).toBe("command.wrong-state");
    expect((await under.ask("li", "POST", `${pathOf(siteId)}/reset`, { reason: "false alarm" })).status).toBe(200);
    await sleep(4_000);
    expect(await closes(siteId)).toEqual([]);
    expect((await under.ask("li", "POST", `${pathOf(siteId)}/reset`, { reason: "again" })).json["code"]).toBe(
      "emergency.not-found",
    );
  });

  test("nobody stops the wrong site by a slip, by a forged command, or without the right", async () => {
    const siteId = nextSite();
    const wrong = await stop(siteId, { confirm: "site-001" });
    expect([wrong.status, wrong.json["code"]]).toEqual([400, "request.invalid"]);
    expect((await stop(siteId, { reason: "" })).status).toBe(400);
    expect((await stop(siteId, { overrides: ["maintenance-lock"] })).status).toBe(400);
    expect((await under.ask("gao", "POST", pathOf(siteId), { confirm: siteId, ...LEAKS })).status).toBe(403);
    const direct = await under.askByToken(await under.tokenOf("li"), "POST", "/api/v1/commands", {
      siteId,
      kind: "emergency_stop",
      reason: "around the sequence",
    });
    expect([direct.status, direct.json["code"]]).toEqual([422, "command.kind-unusable"]);
    await sleep(3_000);
    expect(await closes(siteId)).toEqual([]);
  });

  test("where the platform can, it puts the miners to sleep first, batch after batch, and then stops the plant", async () => {
    await expect.poll(async () => (await now(lab)).state, { timeout: 140_000, interval: 500 }).toBe("stopped");
    const received = await closes(lab);
    expect(received.at(-1)).toBe("close");
    const batches = received.slice(0, -1);
    expect(batches.length).toBeGreaterThan(3);
    expect(batches.filter((command) => !/sleep/.test(command))).toEqual([]);
    expect((await now(lab)).sleepBatches).toBe(batches.length);
  });
});
