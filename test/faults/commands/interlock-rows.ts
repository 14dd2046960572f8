import { readFileSync, writeFileSync } from "node:fs";
import { expect, vi } from "vitest";
import { isoOf } from "../../../domain/iso-of.ts";
import { type CommandedPlatform, PROFILE } from "./commanded-platform.ts";

export type Order = { readonly kind: string; readonly args?: object; readonly reason?: string };
export type Who = "li" | "wang" | "admin";
type Fault = { readonly kind: string; readonly args?: Readonly<Record<string, unknown>> };

/** A plant, or what the platform knows of its site, in the state that an interlock is for. */
export type InterlockRow = {
  readonly interlock: string;
  readonly name: string;
  /** A laboratory's plant, whose parts take orders. */
  readonly lab?: true;
  readonly plant?: readonly Fault[];
  /** Brings it into that state by other means than faults. */
  readonly prepare?: (under: CommandedPlatform, siteId: string) => Promise<unknown>;
  /** Who orders: an operator unless it says otherwise. */
  readonly by?: Who;
  readonly order: Order;
  /** Nothing is against it, but nothing speaks for it either. */
  readonly isUnverified?: true;
  /** Nothing else speaks against it. */
  readonly isAlone?: true;
  /** The same order at a plant in order meets this interlock. */
  readonly isMetElsewhere?: true;
  /** Commands that the plant has got before. */
  readonly receivedBefore?: number;
};

const PID: Order = { kind: "set_temp_mode", args: { mode: "pid" } };
const WARMER: Order = { kind: "set_supply_temp", args: { temp_c: 36 } };
const STOP: Order = { kind: "stop_cooling", reason: "work on the loop" };
const START: Order = { kind: "start_cooling" };
const RESET: Order = { kind: "reset_alarm" };
const SPRAY: Order = { kind: "set_spray_pump", args: { mode: "on" } };
const REFILL: Order = { kind: "refill", args: { running: true, on_site: true } };
const pump = (running: boolean, hz: number): Order => ({
  kind: "set_circulation_pump",
  args: { running, frequency_hz: hz },
  reason: "change-over",
});
const jump = (sensor: string, by: number): Fault => ({ kind: "sensor_jump", args: { sensor, by } });
const isMetElsewhere = true;
const isAlone = true;
const lab = true;

/** What somebody has entered of a site: its flow when it was commissioned, m³/h, or what its miners take, °C. */
export async function enter(under: CommandedPlatform, siteId: string, quantity: string, value: number): Promise<void> {
  const answer = await under.ask("admin", "POST", `/api/v1/sites/${siteId}/baselines`, { quantity, value });
  expect(answer.status).toBe(200);
}

/** Orders, and waits until it is verified. */
export async function verify(under: CommandedPlatform, who: string, siteId: string, order: Order): Promise<void> {
  const { status, json } = await under.order(who, { siteId, ...order });
  expect([status, json]).toEqual([202, expect.objectContaining({ siteId })]);
  expect(await under.end(String(json["id"]))).toMatchObject({ kind: order.kind, state: "verified" });
}

async function times(count: number, act: () => Promise<void>): Promise<void> {
  for (let done = 0; done < count; done += 1) await act();
}

async function switchWritesOff({ ask }: CommandedPlatform, siteId: string): Promise<void> {
  const body = { enabled: false, sites: [siteId], reason: "a new firmware" };
  expect((await ask("admin", "PUT", `/api/v1/profiles/${PROFILE}/writes`, body)).status).toBe(200);
}

async function lockOut({ ask }: CommandedPlatform, siteId: string): Promise<void> {
  const body = { until: isoOf(Date.now() + 3_600_000), reason: "pump is out" };
  expect((await ask("admin", "POST", `/api/v1/sites/${siteId}/locks`, body)).status).toBe(201);
}

async function stopAsEmergency({ ask }: CommandedPlatform, siteId: string): Promise<void> {
  const body = { confirm: siteId, reason: "smoke" };
  expect((await ask("li", "POST", `/api/v1/sites/${siteId}/emergency-stop`, body)).status).toBe(202);
}

/** The inventory of this platform is a file: who disables a site writes it there. */
async function disable({ fleet: { sitesFile } }: CommandedPlatform, siteId: string): Promise<void> {
  const entry = `- id: ${siteId}\n`;
  const text = readFileSync(sitesFile, "utf8");
  expect(text).toContain(entry);
  writeFileSync(sitesFile, text.replace(entry, `${entry}    enabled: false\n`));
}

async function waitUntilOld({ snapshot }: CommandedPlatform, siteId: string): Promise<void> {
  const isOld = async () => {
    const ageMs = Date.now() - Date.parse((await snapshot(siteId)).collectedAt);
    expect(ageMs).toBeGreaterThan(15_500);
  };
  await vi.waitFor(isOld, { timeout: 40_000, interval: 500 });
}

async function freeze({ fleet: { controlUrl } }: CommandedPlatform, siteId: string): Promise<void> {
  const climate = { meanC: -10, amplitudeC: 0, meanRh: 50, amplitudeRh: 0 };
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ climate, sites: [siteId] });
  expect((await fetch(`${controlUrl}/weather`, { method: "POST", headers, body })).status).toBe(200);
}

/** Every interlock at least once; those that take their time come first. */
export const INTERLOCK_ROWS: readonly InterlockRow[] = [
  {
    interlock: "fresh-data",
    name: "a controller that is silent, also when it is polled again",
    plant: [{ kind: "timeout", args: { on: "state" } }],
    prepare: waitUntilOld,
    order: PID,
    isUnverified: true,
    isMetElsewhere,
  },
  {
    interlock: "refills",
    name: "two refills, into a loop that loses it all",
    lab,
    plant: [{ kind: "leak", args: { lPerH: 600, contactAfterL: 100_000 } }],
    prepare: (under, siteId) => times(2, () => verify(under, "li", siteId, REFILL)),
    order: REFILL,
    isAlone,
    isMetElsewhere,
    receivedBefore: 2,
  },
  {
    interlock: "most-often",
    name: "three resets",
    prepare: (under, siteId) => times(3, () => verify(under, "li", siteId, RESET)),
    order: RESET,
    isAlone,
    isMetElsewhere,
    receivedBefore: 3,
  },
  {
    interlock: "least-gap",
    name: "a set-point right before",
    prepare: (under, siteId) => verify(under, "li", siteId, WARMER),
    order: WARMER,
    isAlone,
    isMetElsewhere,
    receivedBefore: 1,
  },
  {
    interlock: "tower-level",
    name: "an empty basin",
    lab,
    plant: [{ kind: "tower_dry" }],
    by: "wang",
    order: SPRAY,
    isAlone,
    isMetElsewhere,
  },
  { interlock: "site-enabled", name: "a disabled site", prepare: disable, order: PID, isMetElsewhere },
  { interlock: "maintenance-lock", name: "a lock", prepare: lockOut, order: PID, isAlone, isMetElsewhere },
  {
    interlock: "emergency",
    name: "a site that is being stopped",
    prepare: stopAsEmergency,
    order: PID,
    isAlone,
    isMetElsewhere,
  },
  {
    interlock: "writes-on",
    name: "a site that is switched off",
    prepare: switchWritesOff,
    order: PID,
    isAlone,
    isMetElsewhere,
  },
  {
    interlock: "role",
    name: "an operator who wants a kind of engineers",
    lab,
    order: { kind: "set_mode", args: { mode: "manual" }, reason: "tests" },
    isAlone,
  },
  {
    interlock: "role",
    name: "an operator who wants more than 38 °C, one kelvin away",
    prepare: (under, siteId) => verify(under, "li", siteId, PID),
    order: { kind: "set_supply_temp", args: { temp_c: 39 } },
    isAlone,
    receivedBefore: 1,
  },
  {
    interlock: "role",
    name: "an operator who wants less than 30 °C",
    order: { kind: "set_supply_temp", args: { temp_c: 29.5 } },
  },
  { interlock: "reason", name: "no reason", order: { kind: "stop_cooling" } },
  { interlock: "plc-connected", name: "a lost PLC", plant: [{ kind: "plc_disconnect" }], order: PID, isMetElsewhere },
  {
    interlock: "most-change",
    name: "four kelvin at once",
    order: { kind: "set_supply_temp", args: { temp_c: 31 } },
    isAlone,
  },
  {
    interlock: "leak",
    name: "a wet contact",
    plant: [{ kind: "leak_contact" }],
    order: START,
    isAlone,
    isMetElsewhere,
  },
  {
    interlock: "leak",
    name: "a wet contact of the laboratory",
    lab,
    plant: [{ kind: "leak_contact" }],
    order: REFILL,
    isAlone,
    isMetElsewhere,
  },
  {
    interlock: "leak-inspected",
    name: "a wet contact that nobody has looked at",
    plant: [{ kind: "leak_contact" }],
    order: RESET,
    isAlone,
    isMetElsewhere,
  },
  {
    interlock: "level",
    name: "an empty tank",
    plant: [{ kind: "tank_level_low" }],
    order: START,
    isAlone,
    isMetElsewhere,
  },
  {
    interlock: "return-pressure",
    name: "no pressure at the suction side",
    plant: [jump("return_pressure", -110)],
    order: START,
    isAlone,
    isMetElsewhere,
  },
  {
    interlock: "power-fault",
    name: "a missing phase",
    plant: [{ kind: "power_fault" }],
    order: START,
    isAlone,
    isMetElsewhere,
  },
  {
    interlock: "cause-gone",
    name: "a pump that has tripped",
    plant: [{ kind: "pump_trip" }],
    order: RESET,
    isAlone,
    isMetElsewhere,
  },
  {
    interlock: "dew-point",
    name: "damp air in the box",
    plant: [jump("container_temp", 30), jump("container_rh", 25)],
    order: WARMER,
    isAlone,
    isMetElsewhere,
  },
  {
    interlock: "miner-limit",
    name: "miners that take 35.5 °C",
    prepare: (under, siteId) => enter(under, siteId, "miner_limit_c", 35.5),
    order: WARMER,
    isAlone,
    isMetElsewhere,
  },
  { interlock: "it-power", name: "miners that run", order: STOP },
  {
    interlock: "pump-overrun",
    name: "a load that was there a moment ago",
    plant: [{ kind: "curtailment", args: { powerShare: 0 } }],
    order: STOP,
    isAlone,
  },
  { interlock: "last-pump", name: "the only pump, under load", lab, by: "wang", order: pump(false, 50), isAlone },
  {
    interlock: "least-flow",
    name: "a clogged loop at 30 Hz",
    lab,
    plant: [{ kind: "clogging", args: { k: 2 } }],
    prepare: (under, siteId) => enter(under, siteId, "supply_flow_m3h", 95),
    by: "wang",
    order: pump(true, 30),
    isAlone,
  },
  {
    interlock: "freeze",
    name: "a loop that freezes",
    lab,
    plant: [{ kind: "freeze" }],
    by: "wang",
    order: { kind: "set_tower_fan", args: { fan: "1", frequency_hz: 30 } },
    isAlone,
    isMetElsewhere,
  },
  { interlock: "ambient", name: "frost", lab, prepare: freeze, by: "wang", order: SPRAY, isAlone, isMetElsewhere },
  { interlock: "on-site", name: "nobody on site", lab, order: { kind: "refill", args: { running: true } }, isAlone },
  {
    interlock: "not-full",
    name: "a full loop",
    lab,
    plant: [jump("return_pressure", 60)],
    order: REFILL,
    isAlone,
    isMetElsewhere,
  },
  ...["miner_wake", "miner_reboot"].map(
    (kind): InterlockRow => ({
      interlock: "flow",
      name: `a loop without flow, ${kind}`,
      lab,
      plant: [{ kind: "pump_trip" }],
      prepare: (under, siteId) => enter(under, siteId, "supply_flow_m3h", 95),
      order: { kind, args: { miners: 10 } },
      isAlone,
    }),
  ),
  {
    interlock: "flow",
    name: "a loop with half of its flow, pdu_outlet",
    lab,
    plant: [{ kind: "clogging", args: { k: 4 } }],
    prepare: (under, siteId) => enter(under, siteId, "supply_flow_m3h", 95),
    by: "wang",
    order: { kind: "pdu_outlet", args: { outlet: 3, on: true } },
    isAlone,
  },
];

/** Outside of what a kind takes: the field that is named. */
export const REFUSED_ARGUMENTS: readonly { readonly order: Order; readonly field: string; readonly by?: Who }[] = [
  { order: { kind: "set_supply_temp", args: { temp_c: 40.5 } }, field: "body.args.temp_c", by: "admin" },
  { order: { kind: "set_supply_temp", args: { temp_c: 19.5 } }, field: "body.args.temp_c", by: "admin" },
  { order: { kind: "set_supply_temp", args: { temp_c: 35.25 } }, field: "body.args.temp_c" },
  { order: pump(true, 51), field: "body.args.frequency_hz", by: "wang" },
  { order: pump(true, 29), field: "body.args.frequency_hz", by: "wang" },
  {
    order: { kind: "set_tower_fan", args: { fan: "1", frequency_hz: 14 } },
    field: "body.args.frequency_hz",
    by: "wang",
  },
  { order: { kind: "set_tower_fan", args: { fan: "4", frequency_hz: 30 } }, field: "body.args.fan", by: "wang" },
  { order: { kind: "miner_sleep", args: { miners: 31 } }, field: "body.args.miners" },
  { order: { kind: "pdu_outlet", args: { outlet: 65, on: false } }, field: "body.args.outlet", by: "wang" },
];

type AcceptedRow = {
  readonly name: string;
  readonly by: Who;
  readonly plant?: readonly Fault[];
  readonly baselineFlowM3h?: number;
  /** One after the other. */
  readonly orders: readonly Order[];
};

const miners = (kind: string): Order => ({ kind, args: { miners: 20 } });
const outlet = (on: boolean): Order => ({ kind: "pdu_outlet", args: { outlet: 3, on } });

/** Kinds without a known vendor's call, at a plant in the right state: they are done, and seen to be done. */
export const ACCEPTED_ROWS: readonly AcceptedRow[] = [
  { name: "outlets", by: "wang", baselineFlowM3h: 90, orders: [outlet(false), outlet(true)] },
  {
    name: "miners that sleep and wake",
    by: "li",
    baselineFlowM3h: 90,
    orders: [miners("miner_sleep"), miners("miner_wake")],
  },
  { name: "miners that reboot", by: "li", baselineFlowM3h: 90, orders: [miners("miner_reboot")] },
  { name: "a slower pump", by: "wang", baselineFlowM3h: 90, orders: [pump(true, 45)] },
  {
    name: "the last pump, without load",
    by: "wang",
    plant: [{ kind: "curtailment", args: { powerShare: 0 } }],
    orders: [pump(false, 50)],
  },
  { name: "tower fans", by: "wang", orders: [{ kind: "set_tower_fan", args: { fan: "all", frequency_hz: 50 } }] },
  { name: "the spray pump", by: "wang", orders: [SPRAY] },
  { name: "a refill", by: "li", orders: [REFILL] },
  { name: "manual running", by: "wang", orders: [{ kind: "set_mode", args: { mode: "manual" }, reason: "tests" }] },
  { name: "what only an admin may set", by: "admin", orders: [PID, { kind: "set_supply_temp", args: { temp_c: 39 } }] },
];
