import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHistoryImport, type HistoryImport } from "../../../adapters/database/history-import.ts";
import { createLabBook, type LabBook } from "../../../adapters/database/lab-repository.ts";
import { readLatestSnapshots } from "../../../adapters/database/latest-repository.ts";
import type { ImportReport } from "../../../domain/telemetry/import-report.ts";
import { ENGINES, type OpenedEngine } from "./engines.ts";
import { addSites, slotAt } from "./snapshots.ts";

const STORE = { isDryRun: false, skipsBadLines: false };
const DAY_MS = 86_400_000;

/** What people bring: lab readings and files of history, on each engine. */
describe.for(ENGINES.filter(({ isMissing }) => !isMissing))("$name", (engine) => {
  let opened: OpenedEngine;
  let numbers: Map<string, number>;
  let lab: LabBook;
  let imports: HistoryImport;
  const folder = mkdtempSync(join(tmpdir(), "antbox-import-"));

  beforeAll(async () => {
    opened = await engine.open();
    await opened.database.whenReady();
    await addSites(opened.database, 3);
    const rows = await opened.database.query("select code, id from site");
    numbers = new Map(rows.map(({ code, id }) => [String(code), Number(id)]));
    lab = createLabBook({ database: opened.database, numberOf: (siteId) => numbers.get(siteId) });
    imports = createHistoryImport({
      database: opened.database,
      hasSite: (siteId) => numbers.has(siteId),
      folder: join(folder, "import"),
    });
  });
  afterAll(async () => {
    await opened.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  function importText(text: string | Uint8Array, options = STORE, piece = 1000): Promise<ImportReport> {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    return imports.run(
      (async function* () {
        for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
      })(),
      options,
    );
  }

  async function countOf(siteId: string): Promise<number> {
    const text = "select count(*)::int as n from sample where site_id = $1";
    const [row] = await opened.database.query(text, [numbers.get(siteId)]);
    return Number(row?.["n"]);
  }

  test("lab readings: what is entered comes back, newest sample first, page by page", async () => {
    const samples = [
      { takenAt: "2026-01-05T08:00:00.000Z", values: { coolant_ph: 8.25, coolant_iron_mg_l: 0.125 }, note: "A'1; --" },
      { takenAt: "2026-02-05T08:00:00.000Z", values: { coolant_ph: 8.1 }, note: "" },
      { takenAt: "2025-12-05T08:00:00.000Z", values: { coolant_ph: 8.4 }, note: "水样" },
    ];
    for (const sample of samples)
      expect(await lab.add("site-001", sample, "olga")).toHaveLength(Object.keys(sample.values).length);
    const first = await lab.list("site-001", { point: null, withVoided: false, after: null, limit: 2 });
    expect(first.total).toBe(4);
    expect(first.items.map(({ takenAt }) => takenAt.slice(0, 7))).toEqual(["2026-02", "2026-01"]);
    const last = first.items.at(-1);
    const after = last ? { takenAt: last.takenAt, id: last.id } : null;
    const rest = await lab.list("site-001", { point: null, withVoided: false, after, limit: 10 });
    const values = [...first.items, ...rest.items].map(({ point, value }) => [point, value]);
    expect(values).toHaveLength(4);
    expect(values).toEqual(
      expect.arrayContaining([
        ["coolant_ph", 8.1],
        ["coolant_ph", 8.25],
        ["coolant_iron_mg_l", 0.125],
        ["coolant_ph", 8.4],
      ]),
    );
    expect(rest.items.at(-1)).toMatchObject({ enteredBy: "olga", note: "水样", voidedAt: null });
    const iron = await lab.list("site-001", { point: "coolant_iron_mg_l", withVoided: false, after: null, limit: 10 });
    expect(iron.total).toBe(1);
    expect((await lab.list("site-002", { point: null, withVoided: true, after: null, limit: 10 })).total).toBe(0);
  });

  test("lab readings: the same moment twice is refused as a whole; voided, it may be entered again", async () => {
    const takenAt = "2026-02-10T08:00:00.000Z";
    const [ph] = (await lab.add("site-002", { takenAt, values: { coolant_ph: 9.9 }, note: "" }, "olga")) ?? [];
    const both = { takenAt, values: { coolant_iron_mg_l: 3, coolant_ph: 7.9 }, note: "" };
    expect(await lab.add("site-002", both, "olga")).toBeNull();
    expect(await lab.latest("site-002")).toMatchObject([{ point: "coolant_ph", value: 9.9 }]);
    expect(await lab.void("site-001", ph?.id ?? 0, "ivan")).toBeNull();
    expect(await lab.void("site-002", ph?.id ?? 0, "ivan")).toMatchObject({ voidedBy: "ivan", value: 9.9 });
    expect(await lab.void("site-002", ph?.id ?? 0, "olga")).toMatchObject({ voidedBy: "ivan" });
    expect(await lab.latest("site-002")).toEqual([]);
    expect(await lab.add("site-002", both, "olga")).toHaveLength(2);
    expect((await lab.latest("site-002")).map(({ value }) => value).sort()).toEqual([3, 7.9]);
    const all = await lab.list("site-002", { point: null, withVoided: true, after: null, limit: 10 });
    expect(all.total).toBe(3);
  });

  test("import: a dry run stores nothing, the run stores all, the run again adds nothing", async () => {
    const rows = Array.from(
      { length: 1300 },
      (_, n) => `site-001,${slotAt(n, 1)},${30 + (n % 10)},${n % 2 === 0},${40 + (n % 10)}`,
    );
    const text = `\u{FEFF}site,time,supply_temp_c,leak_detected,return_temp_c\r\n${rows.join("\r\n")}\r\n`;
    const dry = await importText(text, { ...STORE, isDryRun: true });
    expect(dry).toMatchObject({ isDryRun: true, isStored: false, rows: 1300, added: 0, problemCount: 0, sites: 1 });
    expect([dry.from, dry.to]).toEqual([slotAt(0), slotAt(1299, 1)]);
    expect(await countOf("site-001")).toBe(0);
    expect(await importText(text)).toMatchObject({ isStored: true, added: 1300, alreadyThere: 0 });
    expect(await importText(text)).toMatchObject({ isStored: true, added: 0, alreadyThere: 1300 });
    expect(await countOf("site-001")).toBe(1300);
    const [newest] = await readLatestSnapshots(opened.database, slotAt(0));
    expect(newest).toMatchObject({
      slot: slotAt(1299, 1),
      profile: "csv-import@1",
      values: { supply_temp_c: 39, return_temp_c: 49, delta_temp_k: 10, leak_detected: false },
      quality: {},
    });
    expect(readdirSync(join(folder, "import"))).toEqual([]);
  });

  test("import: what is stored already stays, and a row that stands twice counts once", async () => {
    const line = (temp: number, n: number) => `site-002,${slotAt(n)},${temp}`;
    await importText(["site,time,supply_temp_c", line(31, 1)].join("\n"));
    const report = await importText(["site,time,supply_temp_c", line(99, 1), line(32, 2), line(33, 2)].join("\n"));
    expect(report).toMatchObject({ rows: 3, added: 1, alreadyThere: 2 });
    const text = "select slot, supply_temp_c from sample where site_id = $1 order by slot";
    const stored = await opened.database.query(text, [numbers.get("site-002")]);
    expect(stored.map(({ supply_temp_c }) => supply_temp_c)).toEqual([31, 32]);
  });

  test("import: days long past get their partitions, and roll-ups of every new row are due", async () => {
    const old = [399, 200, 100, 10].map((days) => new Date(Date.now() - days * DAY_MS).toISOString());
    const text = ["time,site,total_power_kw", ...old.map((time) => `${time},site-003,900`)].join("\n");
    await opened.database.query("delete from rollup_due");
    expect(await importText(text)).toMatchObject({ isStored: true, added: 4, problemCount: 0 });
    const due = await opened.database.query("select distinct bucket from rollup_due where level = '5m'");
    expect(due).toHaveLength(4);
  });

  test("import: a file with a bad line is not stored, unless bad lines are skipped", async () => {
    const text = `site,time,supply_temp_c\nsite-003,${slotAt(5)},31\nsite-003,${slotAt(6)},NaN\nsite-x,yesterday,1\n`;
    const before = await countOf("site-003");
    const refused = await importText(text);
    expect(refused).toMatchObject({ isStored: false, rows: 1, added: 0, problemCount: 3 });
    expect(refused.problems.map(({ line, field }) => [line, field])).toEqual([
      [3, "supply_temp_c"],
      [4, "site"],
      [4, "time"],
    ]);
    expect(await countOf("site-003")).toBe(before);
    const skipped = await importText(text, { ...STORE, skipsBadLines: true });
    expect(skipped).toMatchObject({ isStored: true, added: 1, problemCount: 3 });
  });

  test("import: no file, another kind of file, one that is not UTF-8, and thousands of bad lines", async () => {
    expect((await importText("")).problems).toMatchObject([{ allowed: "the file is empty" }]);
    expect((await importText(`\n\n`)).problems).toMatchObject([{ allowed: "the file is empty" }]);
    const binary = Uint8Array.from({ length: 200_000 }, (_, n) => (n * 31) % 128);
    expect((await importText(binary)).isStored).toBe(false);
    await expect(importText(Uint8Array.from([0x73, 0xff, 0xfe]))).rejects.toMatchObject({ code: "request.invalid" });
    const bad = await importText(`site,time,supply_temp_c\n${"x,y,z\n".repeat(5000)}`);
    expect([bad.problemCount, bad.problems.length]).toEqual([15_000, 100]);
    expect(readdirSync(join(folder, "import"))).toEqual([]);
  });

  test("import: one at a time, and a broken upload leaves nothing behind", async () => {
    const hang = Promise.withResolvers<void>();
    const slow = (async function* () {
      yield new TextEncoder().encode("site,time,supply_temp_c\n");
      await hang.promise;
      throw new Error("the client is gone");
    })();
    const first = imports.run(slow, STORE);
    await expect(importText("site")).rejects.toMatchObject({ code: "request.rate-limited" });
    hang.resolve();
    await expect(first).rejects.toThrow("the client is gone");
    expect(existsSync(join(folder, "import")) ? readdirSync(join(folder, "import")) : []).toEqual([]);
    expect((await importText(`site,time,supply_temp_c\nsite-001,${slotAt(7)},31`)).isStored).toBe(true);
  });
});
