import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { createInventory, type FileInventory } from "../../../adapters/inventory/create-inventory.ts";
import { parseSites } from "../../../adapters/inventory/read-sites-file.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { ENGINES, type OpenedEngine } from "../database/engines.ts";

const SITE = `
  - id: site-001
    name: 站点 1
    region: north
    zone: zone-101
    controller: { url: "http://10.1.101.1", profile: bitmain-antbox-hk3 }
    camera: { url: "http://10.1.101.1/stream.m3u8", queries: true }
    location: { lat: 24.45, lon: 54.38 }
    interval_s: 30
    miners_expected: 210
    rated_power_kw: 1050.5
`;
const yaml = (...ids: string[]) =>
  `sites:\n${ids.map((id) => SITE.trim().replace("site-001", id).replace(/^/, "  ")).join("\n")}\n`;

describe("a sites file", () => {
  const problemsOf = (text: string): string[] => {
    try {
      parseSites(text, "sites.yaml", (id) => id.startsWith("bitmain"));
      return [];
    } catch (error) {
      return error instanceof Error ? error.message.split("\n") : [];
    }
  };

  test("gives its sites, from YAML and from JSON alike", () => {
    const [site] = parseSites(`sites:${SITE}`, "sites.yaml", () => true);
    expect(site).toEqual({
      id: "site-001",
      name: "站点 1",
      region: "north",
      zone: "zone-101",
      enabled: true,
      controllerUrl: "http://10.1.101.1",
      profileId: "bitmain-antbox-hk3",
      cameraUrl: "http://10.1.101.1/stream.m3u8",
      cameraQueries: true,
      location: { lat: 24.45, lon: 54.38 },
      intervalS: 30,
      minersExpected: 210,
      ratedPowerKw: 1050.5,
    });
    const json = JSON.stringify({ sites: [{ id: "a", name: "A", controller: { url: "http://h", profile: "p" } }] });
    expect(parseSites(json, "sites.json", () => true)).toMatchObject([{ id: "a", region: "default", intervalS: null }]);
  });

  test.for([
    {
      name: "an unknown key",
      from: "interval_s: 30",
      to: "intervall_s: 30",
      line: 9,
      field: "sites[0].intervall_s",
      says: /unknown key; allowed: id, name.*interval_s/,
    },
    {
      name: "an unknown key below",
      from: "lon: 54.38",
      to: "long: 54.38",
      line: 8,
      field: "sites[0].location.long",
      says: /allowed: lat, lon/,
    },
    {
      name: "a missing value",
      from: "name: 站点 1",
      to: "enabled: true",
      line: 2,
      field: "sites[0].name",
      says: /expected string/,
    },
    {
      name: "a wrong type",
      from: "interval_s: 30",
      to: "interval_s: often",
      line: 9,
      field: "sites[0].interval_s",
      says: /expected number.*got "often"/,
    },
    {
      name: "a value out of range",
      from: "lat: 24.45",
      to: "lat: 91",
      line: 8,
      field: "sites[0].location.lat",
      says: /90, got 91/,
    },
    {
      name: "a bad id",
      from: "id: site-001",
      to: "id: Site 1",
      line: 2,
      field: "sites[0].id",
      says: /pattern.*got "Site 1"/,
    },
    {
      name: "an unknown profile",
      from: "bitmain-antbox-hk3",
      to: "acme-1",
      line: 6,
      field: "sites[0].controller.profile",
      says: /no profile "acme-1"/,
    },
    {
      name: "a foreign scheme",
      from: 'http://10.1.101.1"',
      to: 'ftp://secret.example"',
      line: 6,
      field: "sites[0].controller.url",
      says: /Invalid/,
    },
    {
      name: "a password in an address",
      from: '//10.1.101.1"',
      to: '//user:hunter2@10.1.101.1"',
      line: 6,
      field: "sites[0].controller.url",
      says: /must have no user name/,
    },
  ])("with $name is refused with file, line and field", ({ from, to, line, field, says }) => {
    const text = `sites:${SITE}`;
    expect(text).toContain(from);
    const problems = problemsOf(text.replace(from, to));
    const problem = problems.find((it) => it.startsWith(`sites.yaml:${line}: ${field}: `));
    expect(problem, problems.join("\n")).toMatch(says);
    expect(problems.join("\n")).not.toMatch(/10\.1\.101\.1|secret\.example|hunter2/);
  });

  test("names both places of an id that is there twice", () => {
    expect(problemsOf(yaml("site-001", "site-002", "site-001"))).toEqual([
      expect.stringMatching(/^sites\.yaml:22: sites\[2\]\.id: "site-001" is there twice, first as sites\[0\]$/),
    ]);
  });

  test.for([
    { name: "broken YAML", text: "sites:\n  - id: [", says: /^sites\.yaml:[23]: / },
    { name: "a key twice", text: "sites: []\nsites: []", says: /^sites\.yaml:2: .*unique/ },
    { name: "nothing", text: "", says: /^sites\.yaml:1: the file: .*expected object/ },
    { name: "a list", text: "- a", says: /^sites\.yaml:1: the file: / },
    { name: "a billion laughs", text: billionLaughs(), says: /alias/i },
    {
      name: "a hostile key",
      text: "sites: []\n__proto__: { polluted: true }",
      says: /^sites\.yaml:2: __proto__: unknown key/,
    },
  ])("that holds $name is refused with one line", ({ text, says }) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(says);
    expect({}).not.toHaveProperty("polluted");
  });

  test("with many problems names the first twenty", () => {
    const text = yaml(...Array.from({ length: 50 }, (_, n) => `Site ${n}`));
    const problems = problemsOf(text);
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe("sites.yaml: and 30 more");
  });
});

function billionLaughs(): string {
  const levels = Array.from({ length: 9 }, (_, n) => `x${n + 1}: &x${n + 1} [${Array(9).fill(`*x${n}`).join(",")}]`);
  return ["x0: &x0 lol", ...levels, "sites: *x9"].join("\n");
}

describe.for(ENGINES)("the inventory on $name", ({ isMissing, open }) => {
  let opened: OpenedEngine;
  let database: Database;
  let folder: string;
  let file: string;
  let inventory: FileInventory;
  const log = recordedLog();

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    database = opened.database;
  });
  afterAll(() => opened?.dispose());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "antbox-inventory-"));
    file = join(folder, "sites.yaml");
    inventory = createInventory({ database, log, lookMs: 20 });
    if (!isMissing) await database.query("delete from site");
  });
  afterEach(() => {
    inventory.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const it = test.skipIf(isMissing);
  const ids = () => inventory.all().map(({ id }) => id);

  it("imports a file, and knows the same after a restart without it", async () => {
    writeFileSync(file, yaml("site-002", "site-001"));
    const report = await inventory.importSitesFile(file);
    expect(report).toEqual({ sites: 2, added: ["site-002", "site-001"], changed: [], unlisted: [] });
    expect(ids()).toEqual(["site-001", "site-002"]);
    const again = createInventory({ database, log });
    await again.load();
    expect(again.all()).toEqual(inventory.all());
    expect(again.numberOf("site-001")).toBe(inventory.numberOf("site-001"));
    expect(again.numberOf("site-009")).toBeUndefined();
    again.close();
  });

  it("replaces by id, keeps numbers, and leaves what the file no longer names", async () => {
    writeFileSync(file, yaml("site-001", "site-002"));
    await inventory.importSitesFile(file);
    const number = inventory.numberOf("site-001");
    let changes = 0;
    inventory.onChange(() => {
      changes += 1;
    });
    writeFileSync(file, yaml("site-001", "site-003").replace("interval_s: 30", "interval_s: 45"));
    const report = await inventory.importSitesFile(file);
    expect(report).toEqual({ sites: 2, added: ["site-003"], changed: ["site-001"], unlisted: ["site-002"] });
    expect(inventory.get("site-001")?.intervalS).toBe(45);
    expect(inventory.numberOf("site-001")).toBe(number);
    expect(ids()).toEqual(["site-001", "site-002", "site-003"]);
    expect(changes).toBe(1);
    expect(await inventory.importSitesFile(file)).toMatchObject({ added: [], changed: [] });
    expect(changes).toBe(1);
  });

  it("does not use up numbers for sites that did not change", async () => {
    writeFileSync(file, yaml("site-001", "site-002"));
    for (let n = 0; n < 3; n += 1) await inventory.importSitesFile(file);
    writeFileSync(file, yaml("site-001", "site-002", "site-003"));
    await inventory.importSitesFile(file);
    expect(Number(inventory.numberOf("site-003")) - Number(inventory.numberOf("site-002"))).toBe(1);
  });

  it("follows the file when it is written, replaced, or linked anew, and keeps the sites when it is bad", async () => {
    const versions = join(folder, "versions");
    for (const [name, content] of Object.entries({ one: yaml("site-001"), two: yaml("site-001", "site-002") })) {
      mkdirSync(join(versions, name), { recursive: true });
      writeFileSync(join(versions, name, "sites.yaml"), content);
    }
    symlinkSync(join(versions, "one"), join(folder, "current"));
    symlinkSync(join("current", "sites.yaml"), file);
    await inventory.importSitesFile(file);
    inventory.watchSitesFile(file);
    await vi.waitFor(() => expect(ids()).toEqual(["site-001"]));
    await new Promise((resolve) => setTimeout(resolve, 100));

    symlinkSync(join(versions, "two"), join(folder, "next"));
    renameSync(join(folder, "next"), join(folder, "current"));
    await vi.waitFor(() => expect(ids()).toEqual(["site-001", "site-002"]), 5_000);

    writeFileSync(join(folder, "new.yaml"), yaml("site-001", "site-002", "site-003"));
    renameSync(join(folder, "new.yaml"), file);
    await vi.waitFor(() => expect(ids()).toEqual(["site-001", "site-002", "site-003"]), 5_000);

    writeFileSync(file, "sites: [{ id: 7 }]");
    await vi.waitFor(() => expect(log.texts("error")).toContain("the changed sites file is not taken over"), 5_000);
    expect(ids()).toEqual(["site-001", "site-002", "site-003"]);
  });
});

test("works from the file alone while the database is away, and stores the sites when it is there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "antbox-inventory-"));
  const { promise, resolve } = Promise.withResolvers<void>();
  const stored: string[] = [];
  const database = {
    whenReady: () => promise,
    transaction: async () => [],
    async query(text: string, values: readonly unknown[] = []) {
      if (!text.includes("insert into site")) return [];
      stored.push(...(values[0] as string[]));
      return stored.map((code, index) => ({ id: index + 1, code }));
    },
  };
  const inventory = createInventory({ database, log: recordedLog() });
  try {
    writeFileSync(join(folder, "sites.yaml"), yaml("site-001"));
    await inventory.importSitesFile(join(folder, "sites.yaml"));
    expect(inventory.get("site-001")?.zone).toBe("zone-101");
    expect(inventory.numberOf("site-001")).toBeUndefined();
    resolve();
    await vi.waitFor(() => expect(inventory.numberOf("site-001")).toBe(1));
  } finally {
    inventory.close();
    rmSync(folder, { recursive: true });
  }
});
