import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { createInventory } from "../../../adapters/inventory/create-inventory.ts";
import { changeSites, listSites, upsertSites } from "../../../adapters/inventory/site-repository.ts";
import type { Site } from "../../../domain/sites/site.ts";
import { aSite } from "../../api/builders.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { ENGINES, type OpenedEngine } from "../database/engines.ts";

for (const { name, isMissing, open } of ENGINES)
  describe.skipIf(isMissing)(`changes of sites on ${name}`, () => {
    let engine: OpenedEngine;
    let database: Database;
    beforeAll(async () => {
      engine = await open();
      database = engine.database;
      await database.whenReady();
    });
    afterAll(() => engine.dispose());
    beforeEach(async () => {
      await database.query("delete from site");
      await database.query("delete from sites_file");
      await upsertSites(database, [aSite(1), aSite(2)]);
    });
    const renamed = (n: number, name: string): Site => aSite(n, { name });
    const names = async () => (await listSites(database)).map(({ site, version }) => [site.id, site.name, version]);

    test("are made on the version that was seen, all or none", async () => {
      expect(await changeSites(database, [{ site: renamed(1, "a"), onVersion: 1 }])).toMatchObject([{ version: 2 }]);
      const mixed = [
        { site: renamed(2, "b"), onVersion: 1 },
        { site: renamed(1, "c"), onVersion: 1 },
        { site: aSite(3), onVersion: 0 },
      ];
      expect(await changeSites(database, mixed)).toBeNull();
      expect(await names()).toEqual([
        ["site-001", "a", 2],
        ["site-002", "站点 2", 1],
      ]);
    });

    test("do not add a site that is there, nor change one that is not", async () => {
      expect(await changeSites(database, [{ site: renamed(1, "a"), onVersion: 0 }])).toBeNull();
      expect(await changeSites(database, [{ site: aSite(9), onVersion: 1 }])).toBeNull();
      expect(await changeSites(database, [{ site: aSite(9), onVersion: 0 }])).toMatchObject([{ version: 1 }]);
    });

    test("of the same site at once are made one after another, and one of them only", async () => {
      const made = await Promise.all(
        Array.from({ length: 12 }, (_, n) => changeSites(database, [{ site: renamed(1, `n${n}`), onVersion: 1 }])),
      );
      expect(made.filter((rows) => rows !== null)).toHaveLength(1);
      expect((await names())[0]?.[2]).toBe(2);
    });

    test("by a sites file count as well", async () => {
      await upsertSites(database, [renamed(1, "from a file")]);
      expect(await changeSites(database, [{ site: renamed(1, "a"), onVersion: 1 }])).toBeNull();
    });

    test("of one process are seen by the other, and a late one is told and has the present state", async () => {
      const [one, other] = [0, 1].map(() => createInventory({ database, log: recordedLog(), lookMs: 50 }));
      if (!one || !other) throw new Error("two inventories");
      try {
        await Promise.all([one.load(), other.load()]);
        expect(await one.change([{ site: renamed(1, "first"), onVersion: one.versionOf("site-001") }])).toBe(true);
        expect(one.get("site-001")?.name).toBe("first");
        expect(await other.change([{ site: renamed(1, "late"), onVersion: other.versionOf("site-001") }])).toBe(false);
        expect(other.get("site-001")?.name).toBe("first");
        other.watchDatabase();
        await one.change([{ site: aSite(7), onVersion: 0 }]);
        await vi.waitFor(() => expect(other.get("site-007")?.name).toBe("站点 7"), { timeout: 5_000 });
        expect(other.versionOf("site-007")).toBe(1);
      } finally {
        one.close();
        other.close();
      }
    });

    test("of what another process' sites file says are left to that file, as long as somebody follows it", async () => {
      const folder = mkdtempSync(join(tmpdir(), "antbox-managed-"));
      const [owner, other] = [0, 1].map(() => createInventory({ database, log: recordedLog(), lookMs: 50 }));
      if (!owner || !other) throw new Error("two inventories");
      const line = (n: number) =>
        `{ id: site-00${n}, name: Listed, controller: { url: 'http://10.1.101.1', profile: bitmain-antbox-hk3 } }`;
      try {
        const file = join(folder, "sites.yaml");
        writeFileSync(file, `sites: [${line(1)}, ${line(2)}]`);
        await owner.importSitesFile(file);
        await other.load();
        other.watchDatabase();
        const told = () => [other.managedBy("site-001"), other.managedBy("site-002")];
        await vi.waitFor(() => expect(told()).toEqual(["sites.yaml", "sites.yaml"]), { timeout: 5_000 });
        writeFileSync(file, `sites: [${line(1)}]`);
        await owner.importSitesFile(file);
        await vi.waitFor(() => expect(told()).toEqual(["sites.yaml", null]), { timeout: 5_000 });
        await database.query("update sites_file set seen_at = now() - interval '3 minutes'");
        await vi.waitFor(() => expect(told()).toEqual([null, null]), { timeout: 5_000 });
      } finally {
        owner.close();
        other.close();
        rmSync(folder, { recursive: true });
      }
    });

    test("leave what a sites file says above what is stored", async () => {
      const folder = mkdtempSync(join(tmpdir(), "antbox-managed-"));
      const inventory = createInventory({ database, log: recordedLog() });
      try {
        const file = join(folder, "sites.yaml");
        writeFileSync(
          file,
          "sites: [{ id: site-001, name: Listed, controller: { url: 'http://10.1.101.1', profile: bitmain-antbox-hk3 } }]",
        );
        await inventory.importSitesFile(file);
        expect([inventory.managedBy("site-001"), inventory.managedBy("site-002")]).toEqual(["sites.yaml", null]);
        await inventory.change([{ site: renamed(2, "free"), onVersion: inventory.versionOf("site-002") }]);
        expect([inventory.get("site-001")?.name, inventory.get("site-002")?.name]).toEqual(["Listed", "free"]);
      } finally {
        inventory.close();
        rmSync(folder, { recursive: true });
      }
    });
  });
