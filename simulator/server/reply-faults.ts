import type { Dialect, JsonObject } from "../dialects/dialect.ts";
import { type ActiveFault, namesOf, numberOf, textOf } from "../faults/active-fault.ts";
import { isRecord } from "../faults/fault-arguments.ts";
import type { SimulatedSite } from "../fleet/simulated-site.ts";
import type { SensorName } from "../plant/measure.ts";
import { faultHits } from "./fault-scope.ts";
import type { ReadKind } from "./reply-body.ts";

type Path = readonly string[];
/** Where each dialect keeps a reading. */
const PATHS: Readonly<Record<Dialect, Partial<Record<SensorName, Path>>>> = {
  a: {
    supply_temp: ["params", "supply_liquid_temp"],
    return_temp: ["params", "return_liquid_temp"],
    tower_inlet_temp: ["params", "colding_tower_inlet_temp"],
    container_temp: ["params", "antbox_internal_temp"],
    container_rh: ["params", "antbox_internal_humidity"],
    supply_pressure: ["params", "supply_liquid_pressure"],
    return_pressure: ["params", "return_liquid_pressure"],
    supply_flow: ["params", "supply_liquid_flow"],
    box1_power: ["params", "distribution_box1_power"],
    box2_power: ["params", "distribution_box2_power"],
  },
  immersion: {
    supply_temp: ["params", "primary_supply_temp"],
    return_temp: ["params", "primary_return_temp"],
    container_temp: ["params", "container_temp"],
    container_rh: ["params", "container_humidity"],
    box1_power: ["params", "distribution_box_power"],
  },
  b: {
    supply_temp: ["data", "gy", "gywd"],
    return_temp: ["data", "gy", "hywd"],
    tower_inlet_temp: ["data", "lqt", "jswd"],
    container_temp: ["data", "hj", "nwd"],
    container_rh: ["data", "hj", "nsd"],
    supply_pressure: ["data", "gy", "gyyl"],
    return_pressure: ["data", "gy", "hyyl"],
    supply_flow: ["data", "gy", "ll"],
    box1_power: ["data", "dl", "p1"],
    box2_power: ["data", "dl", "p2"],
  },
  c: {
    supply_temp: ["tLiquidSupply"],
    return_temp: ["tLiquidReturn"],
    tower_inlet_temp: ["tTowerIn"],
    container_temp: ["tCabin"],
    container_rh: ["rhCabin"],
    supply_pressure: ["pSupply"],
    return_pressure: ["pReturn"],
    supply_flow: ["flow"],
    box1_power: ["powerTotal"],
  },
  d: {
    supply_temp: ["supplyC"],
    return_temp: ["returnC"],
    tower_inlet_temp: ["towerInletC"],
    container_temp: ["boxC"],
    container_rh: ["boxRhPct"],
    supply_pressure: ["supplyKpa"],
    return_pressure: ["returnKpa"],
    supply_flow: ["flowM3h"],
    box1_power: ["box1Kw"],
    box2_power: ["box2Kw"],
  },
};
const TEMPERATURES = ["supply_temp", "return_temp", "tower_inlet_temp", "container_temp"] as const;
const CHIP_PATHS: readonly Path[] = [
  ["params", "chip_max_temp"],
  ["params", "pcb_max_temp"],
];

/** Numbers and booleans as text, at any depth; objects and lists stay. */
export function withStringValues(object: JsonObject): JsonObject {
  const change = (value: unknown): unknown => {
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    if (Array.isArray(value)) return value.map(change);
    return isRecord(value) ? withStringValues(value) : value;
  };
  // `ok` and `code` stay what they are: they belong to the envelope, not to the readings
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, key === "ok" || key === "code" ? value : change(value)]),
  );
}

/** The reply after the faults that change its values or its keys. */
export function alterObject(object: JsonObject, site: SimulatedSite, kind: ReadKind): JsonObject {
  const { effects, spec } = site;
  if (effects.replies.length === 0 && effects.firmwareChanges.length === 0) return object;
  let altered = structuredClone(object);
  if (kind === "state") for (const fault of effects.firmwareChanges) changeFirmware(altered, spec.dialect, fault);
  for (const fault of effects.replies) {
    if (faultHits(fault, kind)) altered = alterOnce(altered, fault, spec.dialect, kind);
  }
  return altered;
}

function alterOnce(object: JsonObject, fault: ActiveFault, dialect: Dialect, kind: ReadKind): JsonObject {
  switch (fault.kind) {
    case "string_numbers":
      return withStringValues(object);
    case "sentinel":
      for (const path of sentinelPaths(fault, dialect, kind)) setAt(object, path, sentinelText(fault, object, path));
      return object;
    case "hostile_values":
      if (kind === "state" && dialect === "a") makeHostile(object);
      return object;
    case "params_null":
      return dialect === "c" ? {} : { ...object, [dialect === "b" ? "data" : "params"]: null };
    case "ok_false":
      return refusal(object, dialect);
    case "wrong_method":
      return otherAnswer(object, dialect);
    default:
      return object;
  }
}

function changeFirmware(object: JsonObject, dialect: Dialect, fault: ActiveFault): void {
  const body = dialect === "c" ? object : object[dialect === "b" ? "data" : "params"];
  if (!isRecord(body)) return;
  for (const name of namesOf(fault, "remove")) delete body[name];
  for (const name of namesOf(fault, "add")) {
    Object.defineProperty(body, name, { value: 1, enumerable: true, configurable: true, writable: true });
  }
}

function sentinelPaths(fault: ActiveFault, dialect: Dialect, kind: ReadKind): readonly Path[] {
  const wanted = textOf(fault, "sensor");
  if (kind !== "state") return wanted === "temperatures" ? CHIP_PATHS : [];
  const names = wanted === "temperatures" ? TEMPERATURES : [wanted as SensorName];
  return names.flatMap((name) => {
    const path = PATHS[dialect][name];
    return path === undefined ? [] : [path];
  });
}

/** Where the dialect writes text, the sentinel is text too. */
function sentinelText(fault: ActiveFault, object: JsonObject, path: Path): number | string {
  const value = numberOf(fault, "value");
  return typeof valueAt(object, path) === "string" ? String(value) : value;
}

function makeHostile(object: JsonObject): void {
  const { params } = object;
  if (!isRecord(params)) return;
  Object.assign(params, {
    supply_liquid_temp: "<img onerror=alert(1)>",
    return_liquid_temp: "45.5",
    supply_liquid_pressure: 29,
    leakage_fault: "false",
    circulating_pump: "false",
  });
  delete params["supply_liquid_flow"];
}

function refusal(object: JsonObject, dialect: Dialect): JsonObject {
  if (dialect === "b") return { code: 1, msg: "busy", data: null };
  if (dialect === "c" || dialect === "d") return { error: "busy" };
  return { ok: false, method: object["method"], params: null };
}

function otherAnswer(object: JsonObject, dialect: Dialect): JsonObject {
  if (dialect === "b") return { code: 0, msg: "success", data: { log: [] } };
  if (dialect === "c") return { history: "" };
  const method = object["method"] === "minerInfo" ? "sensorData" : "minerInfo";
  return { ok: true, method, params: { miner_num: 0, temperature: 20 } };
}

function valueAt(object: JsonObject, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), object);
}

function setAt(object: JsonObject, path: Path, value: unknown): void {
  const parent = valueAt(object, path.slice(0, -1));
  const key = path.at(-1);
  if (isRecord(parent) && key !== undefined && key in parent) parent[key] = value;
}

/** Where a key can be put in front of all others of the reading, and the supply temperature as written. */
const FRONT: Readonly<Record<Dialect, RegExp>> = {
  a: /"params":\{/,
  immersion: /"params":\{/,
  b: /"gy":\{/,
  c: /^\{/,
  d: /^\{/,
};

/** The reply after the faults that make it something else than one ordinary JSON text. */
export function alterText(text: string, site: SimulatedSite, kind: ReadKind): Buffer {
  let body = Buffer.from(text);
  for (const fault of site.effects.replies) {
    if (faultHits(fault, kind)) body = alterBytes(body, fault, site.spec.dialect);
  }
  return body;
}

function alterBytes(body: Buffer<ArrayBuffer>, fault: ActiveFault, dialect: Dialect): Buffer<ArrayBuffer> {
  const supplyKey = PATHS[dialect].supply_temp?.at(-1) ?? "";
  const inFront = (insert: string) =>
    Buffer.from(body.toString().replace(FRONT[dialect], (found) => `${found}${insert},`));
  switch (fault.kind) {
    case "duplicate_keys":
      return inFront(`"${supplyKey}":1`);
    case "proto_key":
      return inFront(`"__proto__":{"polluted":true,"${supplyKey}":99},"constructor":{"prototype":{"polluted":true}}`);
    case "deep_nesting": {
      const depth = Math.round(numberOf(fault, "depth"));
      return inFront(`"deep":${"[".repeat(depth)}${"]".repeat(depth)}`);
    }
    case "nan":
      return withSupplyValue(body, supplyKey, "NaN");
    case "huge_number":
      return withSupplyValue(body, supplyKey, "1e999");
    case "invalid_utf8":
      return Buffer.concat([
        Buffer.from('{"note":"'),
        Buffer.from([0xff, 0xfe, 0xc3, 0x28]),
        Buffer.from('",'),
        body.subarray(1),
      ]);
    case "empty_body":
      return Buffer.alloc(0);
    case "raw_body":
      return Buffer.from(textOf(fault, "base64"), "base64");
    default:
      return body;
  }
}

/** Puts a bare word where the supply temperature stood; in a reply without one, where its first number stood. */
function withSupplyValue(body: Buffer, supplyKey: string, word: string): Buffer<ArrayBuffer> {
  const text = body.toString();
  const atKey = new RegExp(`("${supplyKey}":)("[^"]*"|[-0-9.]+)`);
  return Buffer.from(
    text.replace(atKey.test(text) ? atKey : /(:)([-0-9.]+)/, (_, before: string) => `${before}${word}`),
  );
}
