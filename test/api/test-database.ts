import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import type { Database } from "../../adapters/database/database.ts";
import { openDatabase } from "../../adapters/database/open-database.ts";
import { createPasswords } from "../../adapters/security/passwords.ts";
import { ROLES } from "../../domain/access/session-user.ts";
import type { Log } from "../../domain/log.ts";
import { createFreshDatabase } from "../services/fresh-database.ts";

export const PASSWORD = "correct horse battery staple";
export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** PostgreSQL where it is installed, otherwise the embedded database: the same SQL. */
export async function openTestDatabase(): Promise<{ database: Database; dispose(): Promise<void> }> {
  const server = inject("databaseUrl");
  const folder = mkdtempSync(join(tmpdir(), "antbox-api-"));
  const fresh = server ? await createFreshDatabase(server, { timescale: false }) : null;
  const database = await openDatabase({ url: fresh?.url ?? null, dataDir: folder, log: silent });
  await database.whenReady();
  return {
    database,
    async dispose() {
      await database.close();
      await fresh?.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One account per role, each named after its role. */
export async function addAccounts(database: Database): Promise<void> {
  const hash = await createPasswords().hash(PASSWORD);
  for (const role of ROLES) {
    await database.query("insert into user_account (username, password_hash, role) values ($1, $2, $3)", [
      role,
      hash,
      role,
    ]);
  }
}
