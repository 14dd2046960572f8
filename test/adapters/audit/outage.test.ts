import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { openDatabase } from "../../../adapters/database/open-database.ts";
import { createFreshDatabase } from "../../services/fresh-database.ts";
import { type PostgresServer, startPostgres } from "../../services/postgres-server.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { type AuditUnderTest, anEntry, openAudit, recordMany } from "./audit-under-test.ts";

const REFUSALS = 150;

describe.skipIf(inject("databaseUrl") === null)("while a real server is gone", () => {
  let server: PostgresServer;
  let database: Database;
  let audit: AuditUnderTest;
  beforeAll(async () => {
    server = await startPostgres();
    const { url } = await createFreshDatabase(server.url, { timescale: false });
    database = await openDatabase({ url, dataDir: "", log: recordedLog() });
    await database.whenReady();
    audit = openAudit(database);
  });
  afterAll(async () => {
    await audit?.dispose();
    await database?.close();
    await server?.dispose();
  });

  test("changes are refused, refused attempts are kept and delivered, and the chain is whole", {
    timeout: 90_000,
  }, async () => {
    await recordMany(audit, 3);
    await audit.checkpointer.checkpoint();
    await server.stop("immediate");
    await expect(audit.trail.record(anEntry())).rejects.toMatchObject({ code: "storage.unavailable" });
    for (let n = 0; n < REFUSALS; n += 1) {
      audit.trail.note(anEntry({ actor: `stranger ${n}`, outcome: "refused" }));
    }
    await vi.waitFor(() => expect(audit.log.texts("warn")).not.toEqual([]), { timeout: 20_000 });
    expect(audit.trail.stats().queued).toBe(REFUSALS);
    await server.start();
    await vi.waitFor(() => expect(audit.trail.stats().queued).toBe(0), { timeout: 30_000 });
    const { items, total } = await audit.book.list({ outcome: "refused" }, { before: null, limit: 500 });
    expect(total).toBe(REFUSALS);
    const actors = items.map(({ actor }) => actor).reverse();
    expect(actors).toEqual(Array.from({ length: REFUSALS }, (_, n) => `stranger ${n}`));
    expect(await audit.book.verify(60_000)).toMatchObject({
      ok: true,
      rows: 3 + REFUSALS,
      checkpoint: { isGood: true },
    });
  });
});
