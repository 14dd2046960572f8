import { isRecord, readNumber, refuse } from "../faults/fault-arguments.ts";
import type { FaultBook } from "../faults/fault-book.ts";
import { isFaultKind } from "../faults/fault-kinds.ts";
import type { RandomFaults } from "../faults/random-faults.ts";
import { readingsOf, type SimulatedSite, setClimate, viewOf } from "../fleet/simulated-site.ts";
import { CLIMATES, type Climate } from "../plant/weather.ts";
import { bringUpToDate, type FleetRuntime } from "../server/fleet-runtime.ts";
import type { SiteGate } from "../server/site-gate.ts";
import { CAMERA_ROUTES } from "./camera-routes.ts";
import { readFaultOrder } from "./fault-order.ts";
import { helpText } from "./help-text.ts";
import { readLedger } from "./read-ledger.ts";
import { selectSites, UnknownSiteError } from "./select-sites.ts";
import type { StatsReader } from "./stats.ts";

/** What the control endpoint steers. */
export type ControlContext = {
  readonly runtime: FleetRuntime;
  readonly gate: SiteGate;
  readonly faults: FaultBook;
  readonly randomFaults: RandomFaults;
  readonly readStats: StatsReader;
};

export type ControlRequest = { readonly parameter: string; readonly query: URLSearchParams; readonly body: unknown };
/** A text is sent as plain text, anything else as JSON. */
type Handler = (context: ControlContext, request: ControlRequest) => unknown;

/** `METHOD /path`; `:id` stands for one path segment. */
export const CONTROL_ROUTES: Readonly<Record<string, Handler>> = {
  "GET /": () => helpText(),
  "GET /sites": ({ runtime, gate }) => ({ sites: runtime.sites.map((site) => siteRow(site, gate)) }),
  "GET /sites/:id": ({ runtime }, { parameter }) => siteDetails(runtime, findSite(runtime, parameter)),
  "GET /faults": ({ faults }) => ({ faults: faults.list() }),
  "POST /faults": addFault,
  "DELETE /faults": removeFaults,
  "DELETE /faults/:id": async ({ faults }, { parameter }) => ({
    removed: await faults.remove({ id: readNumber("id", Number(parameter), 1, Number.MAX_SAFE_INTEGER) }),
  }),
  "POST /weather": setWeather,
  "POST /speed": ({ runtime }, { body }) => {
    const { speed } = fieldsOf(body, ["speed"]);
    runtime.clock.setSpeed(readNumber("speed", speed, 0.1, 3600));
    return { speed: runtime.clock.speed() };
  },
  "POST /advance": ({ runtime }, { body }) => {
    const { s } = fieldsOf(body, ["s"]);
    runtime.clock.advance(readNumber("s", s, 1, 86_400));
    return { plantTime: new Date(runtime.clock.now()).toISOString() };
  },
  "POST /fault-rates": ({ randomFaults }, { body }) => {
    const { factor } = fieldsOf(body, ["factor"]);
    randomFaults.setFactor(readNumber("factor", factor, 0, 1000));
    return { factor };
  },
  "GET /ledger": ({ runtime }, { query }) => readLedger(runtime, query),
  "GET /ledger/summary": ({ runtime }) => ({ sites: runtime.ledger.summary() }),
  "GET /stats": ({ readStats }) => readStats(),
  ...CAMERA_ROUTES,
};

function fieldsOf(body: unknown, allowed: readonly string[]): Record<string, unknown> {
  if (!isRecord(body)) refuse("body", body, `an object with ${allowed.join(", ")}`);
  for (const field of Object.keys(body)) if (!allowed.includes(field)) refuse(field, body[field], allowed.join(", "));
  return body;
}

function findSite(runtime: FleetRuntime, id: string): SimulatedSite {
  const site = runtime.sites.find(({ spec }) => spec.id === id);
  if (site === undefined) throw new UnknownSiteError(`no site ${JSON.stringify(id.slice(0, 80))}`);
  return site;
}

function siteRow({ spec, faults }: SimulatedSite, gate: SiteGate) {
  const { id, name, region, zone, dialect, firmware, latencyMs } = spec;
  return {
    id,
    name,
    region,
    zone,
    url: gate.urlOf(spec),
    dialect,
    firmware,
    latencyMs: Math.round(latencyMs * 10) / 10,
    faults: faults.map(({ kind }) => kind),
  };
}

/** The truth about one site, beside what its sensors say. */
export function siteDetails(runtime: FleetRuntime, site: SimulatedSite) {
  bringUpToDate(runtime, site);
  const { spec, plant, controller, parameters, faults, pending } = site;
  return {
    id: spec.id,
    dialect: spec.dialect,
    firmware: spec.firmware,
    plantTime: new Date(plant.timeMs).toISOString(),
    plant,
    sensors: viewOf(site, Date.now()).readings,
    sensorsWithoutFaults: readingsOf(site),
    controller: { ...controller, pendingCommands: pending.map(({ command, dueMs }) => ({ ...command, dueMs })) },
    parameters,
    faults: faults.map(({ id, kind, args, sinceMs }) => ({ id, kind, args, since: new Date(sinceMs).toISOString() })),
  };
}

async function addFault({ runtime, faults }: ControlContext, { body }: ControlRequest) {
  const order = readFaultOrder(runtime.sites, body);
  return { id: await faults.add(order), sites: order.sites.map(({ spec }) => spec.id) };
}

async function removeFaults({ runtime, faults }: ControlContext, { query }: ControlRequest) {
  for (const field of query.keys())
    if (field !== "kind" && field !== "site") refuse(field, query.get(field), "kind, site");
  const kind = query.get("kind");
  const site = query.get("site");
  if (kind !== null && !isFaultKind(kind)) refuse("kind", kind, "a kind of fault, see GET /");
  if (site !== null) findSite(runtime, site);
  return {
    removed: await faults.remove({ ...(kind === null ? {} : { kind }), ...(site === null ? {} : { siteId: site }) }),
  };
}

function setWeather({ runtime }: ControlContext, { body }: ControlRequest) {
  const fields = fieldsOf(body, ["climate", "sites"]);
  const climate = readClimate(fields["climate"]);
  const sites = selectSites(runtime.sites, fields["sites"] ?? "all");
  for (const site of sites) {
    bringUpToDate(runtime, site);
    setClimate(site, climate);
  }
  return { climate, sites: sites.length };
}

function readClimate(input: unknown): Climate {
  const named = Object.entries(CLIMATES).find(([name]) => name === input);
  if (named !== undefined) return named[1];
  const names = Object.keys(CLIMATES).join(", ");
  if (!isRecord(input)) refuse("climate", input, `${names} or {meanC, amplitudeC, meanRh, amplitudeRh}`);
  const { meanC, amplitudeC, meanRh, amplitudeRh } = fieldsOf(input, ["meanC", "amplitudeC", "meanRh", "amplitudeRh"]);
  return {
    meanC: readNumber("climate.meanC", meanC, -60, 60),
    amplitudeC: readNumber("climate.amplitudeC", amplitudeC, 0, 30),
    meanRh: readNumber("climate.meanRh", meanRh, 0, 100),
    amplitudeRh: readNumber("climate.amplitudeRh", amplitudeRh, 0, 50),
  };
}
