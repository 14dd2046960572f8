import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { isoOf } from "../../domain/iso-of.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { type CommandedPlatform, PROFILE, startCommandedPlatform } from "./commands/commanded-platform.ts";
import { orderFault } from "./order-fault.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000 });

const OPERATOR = { name: "li", role: "operator", scope: null } as const;
const soon = { timeout: 30_000, interval: 100 };

type Values = Snapshot["values"];
type Fault = { readonly kind: string; readonly args?: Readonly<Record<string, unknown>> };
type Case = {
  readonly interlock: string;
  readonly plant?: readonly Fault[];
  /** What the platform shows once the plant is in that state. */
  readonly shows?: (values: Values) => boolean;
  readonly order: { readonly kind: string; readonly args?: object; readonly reason?: string };
};

const PID = { kind: "set_temp_mode", args: { mode: "pid" } };
const WARMER = { kind: "set_supply_temp", args: { temp_c: 36 } };
const STOP = { kind: "stop_cooling", reason: "work on the loop" };
const wet: Pick<Case, "plant" | "shows"> = {
  plant: [{ kind: "leak_contact" }],
  shows: ({ leak_detected }) => leak_detected === true,
};
const CASES: readonly Case[] = [
  { interlock: "leak", ...wet, order: { kind: "start_cooling" } },
  { interlock: "leak-inspected", ...wet, order: { kind: "reset_alarm" } },
  {
    interlock: "level",
    plant: [{ kind: "tank_level_low" }],
    shows: ({ tank_level_low }) => tank_level_low === true,
    order: { kind: "start_cooling" },
  },
  {
    interlock: "return-pressure",
    plant: [{ kind: "sensor_jump", args: { sensor: "return_pressure", by: -110 } }],
    shows: ({ return_pressure_kpa }) => Number(return_pressure_kpa) < 50,
    order: { kind: "start_cooling" },
  },
  {
    interlock: "cause-gone",
    plant: [{ kind: "pump_trip" }],
    shows: ({ circulation_pump_running }) => circulation_pump_running === false,
    order: { kind: "reset_alarm" },
  },
  {
    interlock: "plc-connected",
    plant: [{ kind: "plc_disconnect" }],
    shows: ({ plc_disconnect }) => plc_disconnect === true,
    order: PID,
  },
  {
    interlock: "dew-point",
    plant: [
      { kind: "sensor_jump", args: { sensor: "container_temp", by: 30 } },
      { kind: "sensor_jump", args: { sensor: "container_rh", by: 60 } },
    ],
    shows: ({ container_dew_point_c }) => Number(container_dew_point_c) > 34,
    order: WARMER,
  },
  { interlock: "it-power", order: STOP },
  { interlock: "pump-overrun", order: STOP },
  { interlock: "reason", order: { kind: "stop_cooling" } },
  { interlock: "most-change", order: { kind: "set_supply_temp", args: { temp_c: 31 } } },
  { interlock: "role", order: { kind: "set_supply_temp", args: { temp_c: 29 } } },
];

/** Each site is used by one test only. */
describe.skipIf(inject("databaseUrl") === null)("a plant in the state that an interlock is for", () => {
  let under: CommandedPlatform;
  const free = Array.from({ length: CASES.length + 12 }, (_, at) => `site-${String(at + 1).padStart(3, "0")}`);
  const nextSite = () => free.shift() ?? expect.fail("there are not enough sites");
  let deaf = { siteId: "", id: "" };

  beforeAll(async () => {
    under = await startCommandedPlatform({
      serverUrl: inject("databaseUrl") ?? "",
      sites: free.length,
      people: [OPERATOR],
    });
    // Its time runs while the others are tried.
    const siteId = nextSite();
    await orderFault(under.fleet.controlUrl, [siteId], "no_effect");
    const ordered = await under.order("li", { siteId, ...WARMER });
    expect(ordered.status).toBe(202);
    deaf = { siteId, id: String(ordered.json["id"]) };
  });
  afterAll(() => under?.dispose());

  /** @returns the interlocks that speak against it */
  async function expectRefused(order: { readonly siteId: string; readonly kind: string }): Promise<string[]> {
    const selection = await under.select("li", order);
    expect(selection).toMatchObject({ confirmation: null, verdict: expect.stringMatching(/refused|cannot_verify/) });
    const against = selection.findings.filter(({ result }) => result !== "met");
    for (const { texts } of against) {
      expect([texts["en"], texts["zh-CN"]]).toEqual([
        expect.stringMatching(/\w{3}/),
        expect.stringMatching(/\p{Script=Han}{2}/u),
      ]);
    }
    const { status, json } = await under.order("li", order);
    expect([status, json["code"]]).toEqual([409, expect.stringMatching(/^command\.(refused|cannot-verify)$/)]);
    const fields = (json["errors"] as { field: string }[]).map(({ field }) => field);
    expect(fields).toEqual(against.map(({ id }) => `interlocks.${id}`));
    expect(await under.received(order.siteId)).toEqual([]);
    return against.map(({ id }) => id);
  }

  test.for(CASES)("refuses by $interlock, with the reason", async ({ interlock, plant = [], shows, order }) => {
    const siteId = nextSite();
    for (const { kind, args } of plant) await orderFault(under.fleet.controlUrl, [siteId], kind, args);
    if (shows) await expect.poll(async () => shows((await under.snapshot(siteId)).values), soon).toBe(true);
    expect(await expectRefused({ siteId, ...order })).toContain(interlock);
  });

  test("refuses what is locked out, switched off or disabled, until that is over", async () => {
    const [locked, off] = [nextSite(), nextSite()];
    const until = isoOf(Date.now() + 3_600_000);
    const lock = await under.ask("admin", "POST", `/api/v1/sites/${locked}/locks`, { until, reason: "pump is out" });
    expect(lock.status).toBe(201);
    expect(await expectRefused({ siteId: locked, ...PID })).toEqual(["maintenance-lock"]);
    const writes = { enabled: false, sites: [off], reason: "a new firmware" };
    expect((await under.ask("admin", "PUT", `/api/v1/profiles/${PROFILE}/writes`, writes)).status).toBe(200);
    expect(await expectRefused({ siteId: off, ...PID })).toEqual(["writes-on"]);
    expect(
      (await under.ask("admin", "DELETE", `/api/v1/sites/${locked}/locks/${lock.json["id"]}`)).status,
    ).toBeLessThan(300);
    expect((await under.order("li", { siteId: locked, ...PID })).status).toBe(202);
  });

  test("refuses a second one too soon, and one too many", async () => {
    const [hasty, often] = [nextSite(), nextSite()];
    const first = await under.order("li", { siteId: hasty, ...WARMER });
    expect(await under.end(String(first.json["id"]))).toMatchObject({ state: "verified" });
    const again = await under.select("li", { siteId: hasty, ...WARMER });
    expect(again.findings.filter(({ result }) => result === "refused").map(({ id }) => id)).toEqual(["least-gap"]);
    for (let n = 0; n < 3; n += 1) {
      const reset = await under.order("li", { siteId: often, kind: "reset_alarm" });
      expect(await under.end(String(reset.json["id"]))).toMatchObject({ state: "verified" });
    }
    const fourth = await under.order("li", { siteId: often, kind: "reset_alarm" });
    expect([fourth.status, JSON.stringify(fourth.json["errors"])]).toEqual([
      409,
      expect.stringContaining("most-often"),
    ]);
    expect([(await under.received(hasty)).length, (await under.received(often)).length]).toEqual([1, 3]);
  });

  test("a plant whose readings are old is polled first, and refuses when it stays silent", async () => {
    const siteId = nextSite();
    await orderFault(under.fleet.controlUrl, [siteId], "timeout", { on: "state" });
    const ageMs = async () => Date.now() - Date.parse((await under.snapshot(siteId)).collectedAt);
    await expect.poll(ageMs, { ...soon, timeout: 40_000 }).toBeGreaterThan(15_500);
    const { status, json } = await under.order("li", { siteId, ...PID });
    expect([status, json["code"]]).toEqual([409, "command.cannot-verify"]);
    expect(await under.received(siteId)).toEqual([]);
  });

  test("what was allowed is judged again when its turn comes, and what is too late by then is never sent", async () => {
    const siteId = nextSite();
    await orderFault(under.fleet.controlUrl, [siteId], "command_lag", { lagS: 100 });
    const first = await under.order("li", { siteId, ...PID });
    const second = await under.order("li", { siteId, kind: "start_cooling", expiresInS: 120 });
    const third = await under.order("li", { siteId, kind: "reset_alarm", expiresInS: 5 });
    expect([first.status, second.status, third.status]).toEqual([202, 202, 202]);
    await orderFault(under.fleet.controlUrl, [siteId], "leak_contact");
    const [one, two, three] = await Promise.all(
      [first, second, third].map(({ json }) => under.end(String(json["id"]))),
    );
    expect(one).toMatchObject({ state: "verified", stateReason: "read-back" });
    expect(two).toMatchObject({ state: "failed", stateReason: "interlock", sentAt: null });
    expect(two?.evidence?.["findings"]).toContainEqual(expect.objectContaining({ id: "leak", result: "refused" }));
    expect(three).toMatchObject({ state: "expired", sentAt: null });
    // Nothing comes afterwards either.
    await sleep(3_000);
    expect((await under.received(siteId)).map(({ command }) => command)).toEqual(["setTemp&temp=pid"]);
  });

  test("a controller that says ok and does nothing: no effect, and an alarm", async () => {
    const ended = async () => {
      const { state, stateReason } = await under.find(deaf.id);
      return [state, stateReason];
    };
    await expect.poll(ended, { timeout: 110_000, interval: 500 }).toEqual(["no_effect", "not-seen"]);
    const alarms = async () =>
      ((await under.ask("li", "GET", `/api/v1/alarms?site=${deaf.siteId}`)).json["items"] as { id: string }[]).map(
        ({ id }) => id,
      );
    await expect.poll(alarms, soon).toContain(`${deaf.siteId}.command-no-effect`);
    const received = await under.received(deaf.siteId);
    expect(received).toEqual([expect.objectContaining({ answer: "ok", acted: false })]);
  });
});
