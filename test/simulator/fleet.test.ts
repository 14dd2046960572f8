import { readFile, rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { SitesFile } from "../../domain/sites/site.ts";
import { layOut } from "../../simulator/fleet/layout.ts";
import { DEFAULT_OPTIONS, OptionError, parseCommandLine, type SimulatorOptions } from "../../simulator/options.ts";
import { addressOfIndex, indexOfAddress } from "../../simulator/server/site-address.ts";
import { startSimulator } from "../../simulator/simulator.ts";
import { rawGet, readJson, readState } from "./raw-client.ts";

async function start(options: Partial<SimulatorOptions>) {
  const simulator = await startSimulator({ port: 0, latencyMs: [0, 0], warmUpS: 60, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

describe("layout", () => {
  const sites = layOut(DEFAULT_OPTIONS);

  test("150 sites in three regions, zones of at most 20, unique ids", () => {
    expect(new Set(sites.map(({ id }) => id)).size).toBe(150);
    expect(new Set(sites.map(({ region }) => region))).toEqual(new Set(["north", "east", "south"]));
    const zones = Map.groupBy(sites, ({ zone }) => zone);
    expect([...zones.keys()]).toEqual([101, 102, 103, 201, 202, 203, 301, 302, 303].map((number) => `zone-${number}`));
    for (const members of zones.values()) {
      expect(members.length).toBeLessThanOrEqual(20);
      expect(new Set(members.map(({ region }) => region)).size).toBe(1);
    }
  });

  test("mostly dialect A, ten sites of each other one, one firmware that sends text", () => {
    const count = (dialect: string) => sites.filter((site) => site.dialect === dialect).length;
    expect([count("a"), count("immersion"), count("b"), count("c")]).toEqual([120, 10, 10, 10]);
    expect(sites.filter(({ firmware }) => firmware === "strings")).toHaveLength(1);
    expect(sites.filter(({ firmware }) => firmware === "extended").length).toBeGreaterThan(3);
    expect(sites.filter(({ firmware }) => firmware === "extra").length).toBeGreaterThan(3);
  });

  test("latencies differ within their range", () => {
    const latencies = sites.map(({ latencyMs }) => latencyMs);
    expect(Math.min(...latencies)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...latencies)).toBeLessThanOrEqual(80);
    expect(new Set(latencies.map(Math.round)).size).toBeGreaterThan(30);
  });

  test("15,000 sites have unique ids and zones of at most 20", () => {
    const many = layOut({ ...DEFAULT_OPTIONS, sites: 15_000 });
    expect(new Set(many.map(({ id }) => id)).size).toBe(15_000);
    const sizes = [...Map.groupBy(many, ({ region, zone }) => `${region} ${zone}`).values()].map(
      ({ length }) => length,
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(20);
    expect(new Set(many.map(({ zone }) => zone)).size).toBe(sizes.length);
  });

  test("the same seed gives the same fleet, another seed another", () => {
    expect(layOut(DEFAULT_OPTIONS)).toEqual(sites);
    expect(layOut({ ...DEFAULT_OPTIONS, seed: 2 }).map(({ latencyMs }) => latencyMs)).not.toEqual(
      sites.map(({ latencyMs }) => latencyMs),
    );
  });
});

test("two fleets with the same seed and start time say the same", async () => {
  const repeatable = {
    sites: 3,
    dialects: [["a", 1]],
    startMs: Date.UTC(2026, 6, 1, 12),
    seed: 9,
    speed: 0.1,
  } as const;
  const read = async (options: Partial<SimulatorOptions>) => {
    const simulator = await start(options);
    simulator.advance(600);
    // within 10 s of real time the slow plants are still in the same step
    return Promise.all(simulator.sites.map(({ url }) => readState(url)));
  };
  const first = await read(repeatable);
  expect(await read(repeatable)).toEqual(first);
  expect(await read({ ...repeatable, seed: 10 })).not.toEqual(first);
});

test("the sites file is what the platform reads, and its addresses answer", async () => {
  const path = join(tmpdir(), `simulator-sites-${process.pid}.yaml`);
  onTestFinished(() => rm(path, { force: true }));
  const simulator = await start({ sites: 15, sitesFile: path, intervalS: 1, cameras: "small" });
  const { sites } = SitesFile.parse(parse(await readFile(path, "utf8")));
  expect(sites).toHaveLength(15);
  expect(sites[0]).toMatchObject({
    id: "site-001",
    name: "站点 001",
    region: "north",
    zone: "zone-101",
    controller: { url: simulator.sites[0]?.url, profile: "bitmain-antbox-hk3" },
    camera: { url: `${simulator.sites[0]?.url}/stream.m3u8` },
    location: { lat: expect.closeTo(49.6, 0), lon: expect.closeTo(117.4, 0) },
    interval_s: 1,
    miners_expected: 189,
    rated_power_kw: 1030,
  });
  expect(new Set(sites.map(({ controller }) => controller.profile))).toEqual(
    new Set(["bitmain-antbox-hk3", "bitmain-antspace-immersion", "x-nested-x10", "x-flat-strings"]),
  );
  const paths: Record<string, string> = { "x-nested-x10": "/api/status", "x-flat-strings": "/status" };
  for (const { controller, camera } of sites) {
    const path = paths[controller.profile] ?? "/cooler?operation=coolerState";
    expect((await rawGet(controller.url + path)).status).toBe(200);
    expect((await rawGet(camera?.url ?? "")).body.toString()).toMatch(/^#EXTM3U\n/);
  }
});

test("without cameras there are none in the sites file, nor anywhere", async () => {
  const simulator = await start({ sites: 1, cameras: "off" });
  expect(simulator.sitesFile).not.toContain("camera");
  expect((await rawGet(`${simulator.sites[0]?.url}/stream.m3u8`)).status).toBe(404);
});

describe("the protocol at its edges", () => {
  test.for([
    { path: "/", status: 404 },
    { path: "/status", status: 404 },
    { path: "/cooler", status: 200, json: { ok: false } },
    { path: "/cooler?operation=destroy", status: 200, json: { ok: false, method: "destroy", params: null } },
    { path: "/cooler?operation=supplyTempHistory", status: 200, json: { ok: true, params: null } },
    { path: "/cooler?operation=sensorData", status: 200, json: { ok: true, method: "sensorData" } },
    { path: "/cooler?operation=constructor", status: 200, json: { ok: false } },
  ])("GET $path", async ({ path, status, json }) => {
    const simulator = await start({ sites: 1, dialects: [["a", 1]] });
    const answer = await rawGet(`${simulator.sites[0]?.url}${path}`);
    expect(answer.status).toBe(status);
    if (json !== undefined) expect(JSON.parse(answer.body.toString())).toMatchObject(json);
  });

  test("dialects B and C know their own path only, and no commands", async () => {
    const simulator = await start({
      sites: 2,
      dialects: [
        ["b", 1],
        ["c", 1],
      ],
    });
    const [nested, flat] = simulator.sites.map(({ url }) => url);
    expect(await readJson(`${nested}/api/status`)).toMatchObject({ code: 0 });
    expect(await readJson(`${flat}/status`)).toHaveProperty("tLiquidSupply");
    expect((await rawGet(`${nested}/cooler?operation=close`)).status).toBe(404);
    expect((await rawGet(`${flat}/api/status`)).status).toBe(404);
    expect(simulator.ledger.commands({})).toEqual([]);
  });

  test("the firmware that sends text sends nothing else", async () => {
    const simulator = await start({ sites: 150 });
    const site = simulator.sites.find(({ firmware }) => firmware === "strings");
    const state = await readState(site?.url ?? "");
    expect(new Set(Object.values(state).map((value) => typeof value))).toEqual(new Set(["string"]));
  });

  test("all miners are listed when asked for", async () => {
    const simulator = await start({ sites: 1, dialects: [["a", 1]], minerDetails: 189 });
    const { params } = await readJson(`${simulator.sites[0]?.url}/cooler?operation=minerInfo`);
    const { miner_num: online, miner_info: miners } = params as { miner_num: number; miner_info: object };
    expect(Object.keys(miners)).toHaveLength(online);
  });
});

describe("an address per site", () => {
  test.for([0, 254, 255, 65_535, 149_999])("site %s has an address of its own", (index) => {
    expect(indexOfAddress(addressOfIndex(index))).toBe(index);
  });

  test.for(["10.1.0.1", "192.168.0.1", "0.0.0.0", "127.0.0.1", "127.1.0.0", "::1", "::ffff:10.1.0.1", ""])(
    "%s is no site",
    (address) => {
      expect(indexOfAddress(address)).toBe(-1);
    },
  );

  test("every address is its own site, and no other address is served", async () => {
    const simulator = await start({ sites: 300, addressing: "address", dialects: [["a", 1]], witness: true });
    const last = simulator.sites[299]?.url ?? "";
    expect(new URL(last).hostname).toBe("127.1.1.44");
    await readState(last);
    expect(simulator.ledger.summary()[299]).toMatchObject({ siteId: "site-300", wholeStates: 1 });
    const { port } = new URL(last);
    expect((await rawGet(`http://127.1.1.45:${port}/`)).status).toBeNull();
    expect((await rawGet(`http://127.0.0.1:${port}/`)).status).toBeNull();
    const own = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ family, internal }) => family === "IPv4" && !internal);
    if (own !== undefined) expect((await rawGet(`http://${own.address}:${port}/`)).status).toBeNull();
  });

  test("one site's handshake hangs, another is reset at once, the rest go on", async () => {
    const simulator = await start({ sites: 3, addressing: "address", dialects: [["a", 1]] });
    const [hanging = "", refusing = "", good = ""] = simulator.sites.map(({ url }) => url);
    await simulator.addFault({ sites: ["site-001"], kind: "connect_hang" });
    await simulator.addFault({ sites: ["site-002"], kind: "refused" });
    expect(await rawGet(hanging, { waitMs: 500 })).toMatchObject({ connected: false, end: "timeout" });
    expect((await rawGet(refusing)).status).toBeNull();
    expect(await readState(good)).toHaveProperty("supply_liquid_temp");
    await simulator.removeFaults();
    expect(await readState(hanging)).toHaveProperty("supply_liquid_temp");
  });
});

test("a taken port ends the start with a sentence, and leaves nothing open", async () => {
  const first = await start({ sites: 1 });
  const { port } = new URL(first.sites[0]?.url ?? "");
  await expect(startSimulator({ sites: 1, port: Number(port) })).rejects.toThrow(`127.0.0.1:${port}`);
  await expect(startSimulator({ sites: 2, port: Number(port) - 1 })).rejects.toThrow(/cannot listen/);
});

describe("options", () => {
  test("all of them are understood", () => {
    const line =
      "--sites 20 --port 0 --seed 7 --latency 5-9 --sites-file x.yaml --addressing address --interval-s 1 --dialects a:3,b --speed 60 --fault-rates on --climate cold-dry --cameras small --camera-layout mixed --camera-folder pictures";
    expect(parseCommandLine(line.split(" "))).toMatchObject({
      sites: 20,
      port: 0,
      seed: 7,
      latencyMs: [5, 9],
      sitesFile: "x.yaml",
      addressing: "address",
      intervalS: 1,
      dialects: [
        ["a", 3],
        ["b", 1],
      ],
      speed: 60,
      faultRates: true,
      climate: "cold-dry",
      cameras: "small",
      cameraLayout: "mixed",
      cameraFolder: "pictures",
    });
    expect(parseCommandLine([])).toEqual(DEFAULT_OPTIONS);
    expect(parseCommandLine(["--help"])).toBeNull();
  });

  test.for([
    ["--site", "5"],
    ["--sites", "0"],
    ["--sites", "2000"],
    ["--sites", "1e2"],
    ["--port", "70000"],
    ["--latency", "80-20"],
    ["--addressing", "name"],
    ["--interval-s", "0"],
    ["--dialects", "a,z"],
    ["--speed", "fast"],
    ["--climate", "mars"],
    ["--fault-rates", "sometimes"],
    ["--start-at", "noon"],
    ["--cameras", "many"],
    ["--camera-layout", "round"],
    ["--witness", "--dialects", "b"],
    ["150"],
  ])("%s is refused, by name", (argv) => {
    const name = argv.find((word) => word.startsWith("--") && word !== "--witness") ?? argv[0] ?? "";
    expect(() => parseCommandLine(argv)).toThrow(OptionError);
    expect(() => parseCommandLine(argv)).toThrow(name.replace(/^--/, ""));
  });
});

test.for([0, 6, 12, 18])("a fleet that starts at %s:00 UTC is settled when it is first looked at", async (hour) => {
  const startMs = Date.parse("2026-11-25T00:00:00Z") + hour * 3_600_000;
  const simulator = await startSimulator({ sites: 150, port: 0, startMs });
  try {
    const supply = (id: string) => simulator.siteState(id).plant.supplyTempC;
    const before = simulator.sites.map(({ id }) => supply(id));
    simulator.advance(60);
    const jumps = simulator.sites.map(({ id }, index) => Math.abs(supply(id) - (before[index] ?? 0)));
    expect(Math.max(...jumps)).toBeLessThan(1);
  } finally {
    await simulator.close();
  }
});
