import { SENSORS, type SensorName } from "../plant/measure.ts";
import { CAMERA_FAULT_KINDS } from "./camera-fault-kinds.ts";

/** One argument of a fault: what is allowed, and what it is when nobody says. */
export type ArgumentRule =
  | { readonly type: "number"; readonly min: number; readonly max: number; readonly default: number }
  | { readonly type: "choice"; readonly options: readonly string[]; readonly default: string }
  | { readonly type: "text"; readonly maxLength: number; readonly default: string }
  | { readonly type: "flag"; readonly default: boolean }
  | { readonly type: "names"; readonly options: readonly string[] | null; readonly default: readonly string[] };

/**
 * Where a fault acts: in the plant, in a sensor, in the controller, on commands, on the way (transport), in what the reply says,
 * or in the camera.
 * Of several transport faults of one site the newest acts; all others add up.
 */
type FaultLayer = "plant" | "sensor" | "controller" | "command" | "transport" | "reply" | "camera";

export type FaultDefinition = {
  readonly layer: FaultLayer;
  readonly summary: string;
  readonly args: Readonly<Record<string, ArgumentRule>>;
};

const number = (min: number, max: number, value: number) => ({ type: "number", min, max, default: value }) as const;
const choice = <Word extends string>(options: readonly Word[], value: Word) =>
  ({ type: "choice", options, default: value }) as const;
const flag = (value: boolean) => ({ type: "flag", default: value }) as const;

const SENSOR_NAMES = Object.keys(SENSORS) as SensorName[];
const sensor = (value: SensorName) => choice(SENSOR_NAMES, value);
/** Which requests a transport or reply fault hits. */
const on = choice(["all", "state", "miners", "commands"], "all");
/** The fault stays until the controller gets a `reset` command. */
const untilReset = flag(false);

const PLANT = {
  power_fault: {
    layer: "plant",
    summary: "a phase of the cooling's supply is missing: pumps and fans stop, the power fault bit",
    args: { untilReset },
  },
  pump_trip: { layer: "plant", summary: "circulation pump stops, fault bit", args: { untilReset } },
  fan_trip: {
    layer: "plant",
    summary: "tower fan 1, 2, 3 or all of them stop, fault bit",
    args: { fan: choice(["1", "2", "3", "all"], "all"), untilReset },
  },
  spray_fail: { layer: "plant", summary: "no spray: the sink becomes the dry bulb", args: { untilReset } },
  leak: {
    layer: "plant",
    summary: "slow leak; the leak contact gets wet after so many litres",
    args: { lPerH: number(0.1, 5000, 10), contactAfterL: number(0, 100_000, 50) },
  },
  leak_contact: {
    layer: "plant",
    summary: "the leak contact alone; blinkS > 0 lets it blink with that period",
    args: { blinkS: number(0, 3600, 0) },
  },
  clogging: {
    layer: "plant",
    summary: "flow resistance grows by so much a day, or is k at once; clean again when it ends",
    args: { perDayPct: number(0, 10_000, 1), k: number(1, 20, 1) },
  },
  tank_level_low: { layer: "plant", summary: "make-up tank at 15 %; filled again when it ends", args: {} },
  tower_dry: { layer: "plant", summary: "tower basin runs empty, the spray runs dry", args: {} },
  freeze: { layer: "plant", summary: "miners dark, cooler stuck open in frost: cold supply, freeze bit", args: {} },
  curtailment: {
    layer: "plant",
    summary: "the miners' power falls to this share",
    args: { powerShare: number(0, 1, 0.1) },
  },
} as const satisfies Record<string, FaultDefinition>;

const SENSOR = {
  sensor_frozen: {
    layer: "sensor",
    summary: "one sensor, or all, hold the reading of the moment",
    args: { sensor: choice([...SENSOR_NAMES, "all"], "supply_temp") },
  },
  sensor_jump: {
    layer: "sensor",
    summary: "a sensor is off by a constant, in °C, kPa, %, m³/h or kW",
    args: { sensor: sensor("supply_temp"), by: number(-10_000, 10_000, 10) },
  },
  sensor_drift: {
    layer: "sensor",
    summary: "a sensor drifts by so much an hour of plant time",
    args: { sensor: sensor("supply_temp"), perHour: number(-10_000, 10_000, 2) },
  },
  sensor_swapped: {
    layer: "sensor",
    summary: "two sensors are wired to each other's input",
    args: { sensor: sensor("supply_temp"), with: sensor("return_temp") },
  },
  scale_1000: {
    layer: "sensor",
    summary: "a reading a thousand times too large",
    args: { sensor: sensor("supply_pressure"), factor: number(0.000001, 1_000_000, 1000) },
  },
  unit_change: {
    layer: "sensor",
    summary: "temperatures in °F, pressures in bar, or everything tenfold",
    args: { unit: choice(["fahrenheit", "bar", "x10"], "fahrenheit") },
  },
} as const satisfies Record<string, FaultDefinition>;

const CONTROLLER = {
  plc_disconnect: { layer: "controller", summary: "`disconnect` true, all values held, commands refused", args: {} },
  reboot: {
    layer: "controller",
    summary: "refuses connections while it lasts, then runs with default settings; forS is 15 unless given",
    args: {},
  },
  clock_skew: {
    layer: "controller",
    summary: "the device's clock is off (dialect B sends it)",
    args: { byS: number(-31_536_000, 31_536_000, 300) },
  },
  firmware_change: {
    layer: "controller",
    summary: "the state reply gains and loses keys",
    args: {
      add: { type: "names", options: null, default: ["new_field"] },
      remove: { type: "names", options: null, default: [] },
    },
  },
} as const satisfies Record<string, FaultDefinition>;

const COMMAND = {
  command_lag: {
    layer: "command",
    summary: "commands take effect after so many seconds of plant time (usual: 5–20)",
    args: { lagS: number(0, 3600, 60) },
  },
  no_effect: { layer: "command", summary: "commands answer ok and do nothing", args: {} },
  answer_lost: {
    layer: "command",
    summary: "commands act, the answer never comes",
    args: { how: choice(["hang", "reset"], "hang") },
  },
  command_refused: { layer: "command", summary: "commands answer ok: false and do nothing", args: {} },
} as const satisfies Record<string, FaultDefinition>;

const TRANSPORT = {
  slow: {
    layer: "transport",
    summary: "answers minMs … maxMs later than usual",
    args: { minMs: number(0, 600_000, 1000), maxMs: number(0, 600_000, 5000), on },
  },
  timeout: { layer: "transport", summary: "reads the request, never answers", args: { on } },
  connect_hang: {
    layer: "transport",
    summary: "the handshake never ends: the accept queue is full; kept connections go silent",
    args: {},
  },
  refused: { layer: "transport", summary: "connection refused (with an address per site: reset at once)", args: {} },
  reset: {
    layer: "transport",
    summary: "connection reset, before the answer or in its middle",
    args: { when: choice(["request", "half"], "request"), on },
  },
  http_500: { layer: "transport", summary: "an error status", args: { status: number(201, 599, 500), on } },
  truncated: {
    layer: "transport",
    summary: "half of the JSON: with a matching length, or cut by a close",
    args: { mode: choice(["length", "cut"], "length"), on },
  },
  html_page: { layer: "transport", summary: "200 with a login page", args: { on } },
  slow_drip: {
    layer: "transport",
    summary: "the header, then one byte every so many ms",
    args: { everyMs: number(1, 60_000, 100), on },
  },
  slow_header: {
    layer: "transport",
    summary: "the header itself byte by byte",
    args: { everyMs: number(1, 60_000, 100), on },
  },
  huge_body: {
    layer: "transport",
    summary: "an endless-looking JSON body, streamed",
    args: { mb: number(1, 4096, 300), declared: flag(false), on },
  },
  gzip_bomb: {
    layer: "transport",
    summary: "content-encoding gzip, a few hundred KB that unpack to so many MiB",
    args: { mb: number(1, 512, 200), on },
  },
  redirect: {
    layer: "transport",
    summary: "302 to another place",
    args: {
      status: choice(["301", "302", "307", "308"], "302"),
      to: { type: "text", maxLength: 300, default: "http://127.0.0.1:9/" },
      on,
    },
  },
  header_flood: {
    layer: "transport",
    summary: "so many KB of header lines before the body",
    args: { kb: number(1, 10_240, 64), on },
  },
  not_http: { layer: "transport", summary: "a greeting of another protocol, then close", args: { on } },
  continue_100: { layer: "transport", summary: "100 Continue in front of a good answer", args: { on } },
  idle_close: {
    layer: "transport",
    summary: "closes a kept connection so many ms after an answer",
    args: { afterMs: number(0, 600_000, 1000), on },
  },
  flap: {
    layer: "transport",
    summary: "a share of the answers, at random, is an error 500",
    args: { share: number(0, 1, 0.5), on },
  },
  segment_loss: {
    layer: "transport",
    summary: "a zone or region is silent",
    args: { how: choice(["hang", "connect_hang", "refused"], "hang") },
  },
  all_silent: {
    layer: "transport",
    summary: "every site is silent",
    args: { how: choice(["hang", "connect_hang", "refused"], "hang") },
  },
} as const satisfies Record<string, FaultDefinition>;

const REPLY = {
  string_numbers: { layer: "reply", summary: "numbers and booleans as text", args: { on } },
  sentinel: {
    layer: "reply",
    summary: 'a value that means "no data" in one reading, or in every temperature',
    args: {
      sensor: choice([...SENSOR_NAMES, "temperatures"], "temperatures"),
      value: number(-1_000_000, -1, -100_001),
    },
  },
  hostile_values: {
    layer: "reply",
    summary: "dialect A: markup, text, wrong scale and a deleted field in one reply",
    args: {},
  },
  duplicate_keys: { layer: "reply", summary: "a key twice, the false value first", args: { on } },
  proto_key: { layer: "reply", summary: "keys `__proto__` and `constructor`", args: { on } },
  nan: { layer: "reply", summary: "NaN as a number: no JSON", args: { on } },
  huge_number: { layer: "reply", summary: "1e999 as supply temperature", args: { on } },
  deep_nesting: {
    layer: "reply",
    summary: "an unknown key with arrays so deep",
    args: { depth: number(1, 500_000, 100_000), on },
  },
  invalid_utf8: { layer: "reply", summary: "bytes that are no UTF-8", args: { on } },
  empty_body: { layer: "reply", summary: "200 with no body", args: { on } },
  params_null: { layer: "reply", summary: "`params: null`", args: { on } },
  ok_false: { layer: "reply", summary: "`ok: false` with status 200", args: { on } },
  wrong_method: { layer: "reply", summary: "a good answer of another operation", args: { on } },
  raw_body: {
    layer: "reply",
    summary: "any body, base64",
    args: { base64: { type: "text", maxLength: 4_000_000, default: "" }, on },
  },
} as const satisfies Record<string, FaultDefinition>;

/** Every fault of the simulator. A new one is one entry here and its effect at its layer. */
export const FAULT_KINDS = {
  ...PLANT,
  ...SENSOR,
  ...CONTROLLER,
  ...COMMAND,
  ...TRANSPORT,
  ...REPLY,
  ...CAMERA_FAULT_KINDS,
};
export type FaultKind = keyof typeof FAULT_KINDS;
export type TransportKind = keyof typeof TRANSPORT;

export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(FAULT_KINDS, text);
}
