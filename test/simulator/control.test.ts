import { request as httpRequest } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { FAULT_KINDS } from "../../simulator/faults/fault-kinds.ts";
import { type RunningSimulator, startSimulator } from "../../simulator/simulator.ts";
import { control, rawGet, readState } from "./raw-client.ts";

let simulator: RunningSimulator;
const call = (method: string, path: string, body?: unknown) => control(simulator.controlUrl, method, path, body);
const addFault = (body: unknown) => call("POST", "/faults", body);

beforeAll(async () => {
  simulator = await startSimulator({ sites: 45, port: 0, latencyMs: [0, 0], warmUpS: 60 });
});
afterEach(() => simulator.removeFaults());
afterAll(() => simulator.close());

test("GET / lists every call and every fault", async () => {
  const text = await (await fetch(`${simulator.controlUrl}/`)).text();
  for (const kind of Object.keys(FAULT_KINDS)) expect(text).toContain(kind);
  for (const path of ["/faults", "/weather", "/speed", "/advance", "/ledger", "/stats"]) expect(text).toContain(path);
});

test("GET /sites and /sites/{id} tell what a site is and how its plant really is", async () => {
  const { json } = await call("GET", "/sites");
  expect((json["sites"] as unknown[]).length).toBe(45);
  const { json: one } = await call("GET", "/sites/site-007");
  expect(one).toMatchObject({
    id: "site-007",
    plant: { pumpRunning: true },
    controller: { coolingOn: true },
    faults: [],
  });
});

describe("POST /faults", () => {
  test.for([
    { sites: "all", expected: 45 },
    { sites: ["site-001", "site-002", "site-002"], expected: 2 },
    { sites: { region: "east" }, expected: 15 },
    { sites: { zone: "zone-301" }, expected: 15 },
    { sites: { share: 0.4, seed: 3 }, expected: 18 },
  ])("takes sites $sites", async ({ sites, expected }) => {
    const { status, json } = await addFault({ sites, kind: "slow" });
    expect(status).toBe(200);
    expect(json["sites"]).toHaveLength(expected);
    expect((await call("GET", "/faults")).json["faults"]).toMatchObject([
      { kind: "slow", siteCount: expected, active: true },
    ]);
  });

  test("the same share and seed are the same sites", async () => {
    const pick = async (seed: number) => (await addFault({ sites: { share: 0.2, seed }, kind: "slow" })).json["sites"];
    expect(await pick(5)).toEqual(await pick(5));
    expect(await pick(5)).not.toEqual(await pick(6));
  });

  test.for([
    { body: [], field: "body" },
    { body: { sites: "all" }, field: "kind" },
    { body: { sites: "all", kind: "explode" }, field: "kind" },
    { body: { sites: "all", kind: "__proto__" }, field: "kind" },
    { body: { kind: "slow" }, field: "sites" },
    { body: { sites: [], kind: "slow" }, field: "sites" },
    { body: { sites: { zone: "zone-999" }, kind: "slow" }, field: "sites.zone" },
    { body: { sites: { share: 2 }, kind: "slow" }, field: "sites.share" },
    { body: { sites: { everything: 1 }, kind: "slow" }, field: "sites" },
    { body: { sites: "all", kind: "slow", forS: 0 }, field: "forS" },
    { body: { sites: "all", kind: "slow", forS: "1" }, field: "forS" },
    { body: { sites: "all", kind: "slow", everyS: 5 }, field: "everyS" },
    { body: { sites: "all", kind: "slow", forS: 5, everyS: 5 }, field: "everyS" },
    { body: { sites: "all", kind: "slow", size: 5 }, field: "size" },
    { body: { sites: "all", kind: "slow", args: 5 }, field: "args" },
    { body: { sites: "all", kind: "slow", args: { minMs: -1 } }, field: "args.minMs" },
    { body: { sites: "all", kind: "slow", args: { minMs: null } }, field: "args.minMs" },
    { body: { sites: "all", kind: "slow", args: { speed: 1 } }, field: "args.speed" },
    { body: { sites: "all", kind: "fan_trip", args: { fan: "4" } }, field: "args.fan" },
    { body: { sites: "all", kind: "sensor_jump", args: { sensor: "x".repeat(500) } }, field: "args.sensor" },
    { body: { sites: "all", kind: "firmware_change", args: { add: "x" } }, field: "args.add" },
  ])("refuses $body and names the field", async ({ body, field }) => {
    const { status, json } = await addFault(body);
    expect(status).toBe(400);
    const error = String(json["error"]);
    expect(error.startsWith(`${field}:`)).toBe(true);
    expect(error).toContain("allowed");
    expect(error.length).toBeLessThan(1200);
    expect((await call("GET", "/faults")).json["faults"]).toEqual([]);
  });

  test("answers 404 for a site nobody has", async () => {
    const { status, json } = await addFault({ sites: ["site-001", "site-999"], kind: "slow" });
    expect(status).toBe(404);
    expect(json["error"]).toContain("site-999");
    expect((await call("GET", "/faults")).json["faults"]).toEqual([]);
  });

  test("refuses what is no JSON, and what is not declared as JSON", async () => {
    const post = (headers: Record<string, string>, body: string) =>
      fetch(`${simulator.controlUrl}/faults`, { method: "POST", headers, body });
    expect((await post({ "content-type": "application/json" }, "{")).status).toBe(400);
    expect((await post({ "content-type": "text/plain" }, '{"sites":"all","kind":"slow"}')).status).toBe(415);
  });
});

describe("DELETE /faults", () => {
  test("ends all, those of a kind, those of a site, or one", async () => {
    const { json } = await addFault({ sites: "all", kind: "leak_contact" });
    await addFault({ sites: ["site-001", "site-002"], kind: "no_effect" });
    await addFault({ sites: ["site-001"], kind: "slow" });
    expect((await call("DELETE", "/faults?site=site-001&kind=no_effect")).json).toEqual({ removed: 1 });
    expect((await call("GET", "/sites/site-001")).json["faults"]).toMatchObject([
      { kind: "leak_contact" },
      { kind: "slow" },
    ]);
    expect((await call("GET", "/sites/site-002")).json["faults"]).toMatchObject([
      { kind: "leak_contact" },
      { kind: "no_effect" },
    ]);
    expect((await call("DELETE", `/faults/${json["id"]}`)).json).toEqual({ removed: 1 });
    expect((await call("DELETE", "/faults")).json).toEqual({ removed: 2 });
    expect((await call("GET", "/faults")).json).toEqual({ faults: [] });
  });

  test.for([
    { path: "/faults?kind=nope", status: 400 },
    { path: "/faults?site=site-999", status: 404 },
    { path: "/faults?colour=red", status: 400 },
    { path: "/faults/abc", status: 400 },
  ])("refuses $path", async ({ path, status }) => {
    expect((await call("DELETE", path)).status).toBe(status);
  });
});

describe("weather, speed and time", () => {
  test("weather of a region changes its plants", async () => {
    expect((await call("POST", "/weather", { climate: "gulf-summer", sites: { region: "north" } })).json).toMatchObject(
      { sites: 15 },
    );
    await call("POST", "/advance", { s: 60 });
    expect(simulator.siteState("site-001").plant.ambientTempC).toBeGreaterThan(25);
    const own = { meanC: -30, amplitudeC: 0, meanRh: 50, amplitudeRh: 0 };
    expect((await call("POST", "/weather", { climate: own })).json).toMatchObject({ sites: 45 });
    await call("POST", "/advance", { s: 60 });
    expect(simulator.siteState("site-001").plant.ambientTempC).toBeLessThan(-25);
  });

  test("speed makes plant time run", async () => {
    const before = Date.parse(simulator.siteState("site-001").plantTime);
    await call("POST", "/speed", { speed: 600 });
    await expect
      .poll(() => Date.parse(simulator.siteState("site-001").plantTime) - before, { timeout: 5000 })
      .toBeGreaterThan(60_000);
    expect((await call("POST", "/speed", { speed: 1 })).json).toEqual({ speed: 1 });
  });

  test.for([
    { path: "/weather", body: { climate: "mars" }, field: "climate" },
    {
      path: "/weather",
      body: { climate: { meanC: 900, amplitudeC: 0, meanRh: 1, amplitudeRh: 1 } },
      field: "climate.meanC",
    },
    { path: "/weather", body: { climate: "cold-dry", wind: 3 }, field: "wind" },
    { path: "/speed", body: { speed: 0 }, field: "speed" },
    { path: "/speed", body: {}, field: "speed" },
    { path: "/advance", body: { s: 1e9 }, field: "s" },
    { path: "/fault-rates", body: { factor: -1 }, field: "factor" },
  ])("$path refuses $body", async ({ path, body, field }) => {
    const { status, json } = await call("POST", path, body);
    expect(status).toBe(400);
    expect(String(json["error"]).startsWith(`${field}:`)).toBe(true);
  });
});

test("GET /ledger pages through everything", async () => {
  for (let poll = 0; poll < 5; poll += 1) await readState(simulator.sites[0]?.url ?? "");
  const { json: page } = await call("GET", "/ledger?site=site-001&limit=2");
  const columns = page["columns"] as string[];
  const rows = page["rows"] as unknown[][];
  expect(rows).toHaveLength(2);
  expect(rows[0]?.[columns.indexOf("siteId")]).toBe("site-001");
  const { json: rest } = await call("GET", `/ledger?site=site-001&after=${page["next"]}`);
  expect((rest["rows"] as unknown[]).length).toBeGreaterThanOrEqual(3);
  expect(rest["next"]).toBeNull();
  expect((await call("GET", "/ledger?kind=commands")).json["columns"]).toContain("acted");
  expect((await call("GET", "/ledger/summary")).json["sites"]).toHaveLength(45);
});

test.for(["kind=x", "limit=0", "limit=1e9", "since=abc", "after=-2", "page=1"])(
  "GET /ledger?%s is refused",
  async (query) => {
    expect((await call("GET", `/ledger?${query}`)).status).toBe(400);
  },
);

test.for([
  { method: "GET", path: "/sites/site-999" },
  { method: "GET", path: "/ledger?site=site-999" },
  { method: "GET", path: "/nothing" },
  { method: "PUT", path: "/faults" },
])("$method $path answers 404", async ({ method, path }) => {
  expect((await call(method, path)).status).toBe(404);
});

test("random faults come at a high factor and stop at 0", async () => {
  await call("POST", "/fault-rates", { factor: 1000 });
  await expect
    .poll(async () => ((await call("GET", "/faults")).json["faults"] as unknown[]).length, { timeout: 10_000 })
    .toBeGreaterThan(2);
  expect((await call("POST", "/fault-rates", { factor: 0 })).json).toEqual({ factor: 0 });
});

test("GET /stats counts requests and connections", async () => {
  const before = simulator.stats().requests;
  await rawGet(`${simulator.sites[0]?.url}/cooler?operation=coolerState`);
  expect((await call("GET", "/stats")).json).toMatchObject({ sites: 45, requests: before + 1, inFlight: 0 });
});

test.for([
  { name: "a web page", headers: { origin: "http://evil.example" } },
  { name: "another host name", headers: { host: "evil.example" } },
])("$name is refused", async ({ headers }) => {
  const { hostname, port } = new URL(simulator.controlUrl);
  const status = await new Promise((resolve, reject) => {
    httpRequest({ host: hostname, port, path: "/stats", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
  expect(status).toBe(403);
});
