import { createAuditTrail } from "../adapters/audit/audit-trail.ts";
import { openDatabase } from "../adapters/database/open-database.ts";
import { resetAdmin } from "../adapters/security/ensure-admin.ts";
import { readConfig } from "../config.ts";
import { AppError } from "../domain/errors.ts";
import type { Log } from "../domain/log.ts";

/**
 * `npm run reset-admin`, with the environment of the platform: for the day when no administrator can sign in any more. Gives
 * the account `admin` a fresh password, which is printed once, and takes its second factor and its lock away. Whoever may run
 * it owns the machine and the database anyway. See docs/operating.md.
 */
const REACHED_WITHIN_MS = 10_000;
const log: Log = {
  info: () => undefined,
  warn: (_facts, text) => console.error(`reset-admin: ${text}`),
  error: (_facts, text) => console.error(`reset-admin: ${text}`),
};

async function main(): Promise<void> {
  const { databaseUrl: url, databaseAccess: access, dataDir } = readConfig(process.env);
  const database = await openDatabase({ url, access, dataDir, log }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== "storage.locked") throw error;
    throw new AppError("storage.locked", "the platform is running on the embedded database: stop it first", {
      cause: error,
    });
  });
  const timer = setTimeout(() => {
    console.error("reset-admin: the database cannot be reached");
    process.exit(1);
  }, REACHED_WITHIN_MS);
  try {
    await database.whenReady();
    clearTimeout(timer);
    const audit = createAuditTrail({ database, log });
    // First, so that it cannot happen unseen.
    await audit.record({ actorKind: "platform", actor: "", action: "user:reset", outcome: "done", target: "admin" });
    await audit.close();
    console.log(`user admin, password ${await resetAdmin(database)}`);
  } finally {
    clearTimeout(timer);
    await database.close();
  }
}

main().catch((error: unknown) => {
  console.error(`reset-admin: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
