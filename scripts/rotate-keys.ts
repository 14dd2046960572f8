import { createAuditTrail } from "../adapters/audit/audit-trail.ts";
import { openDatabase } from "../adapters/database/open-database.ts";
import { resealAll } from "../adapters/security/reseal.ts";
import { createSecretBox } from "../adapters/security/secret-box.ts";
import { readConfig } from "../config.ts";
import { AppError } from "../domain/errors.ts";
import type { Log } from "../domain/log.ts";

/**
 * `npm run rotate-keys`, with SECRET_KEY and SECRET_KEY_PREVIOUS as the platform has them: seals everything in the database
 * with the new key. See docs/operating.md.
 */
const REACHED_WITHIN_MS = 10_000;
const log: Log = {
  info: () => undefined,
  warn: (_facts, text) => console.error(`rotate-keys: ${text}`),
  error: (_facts, text) => console.error(`rotate-keys: ${text}`),
};

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const { secretKey, previousSecretKey, databaseUrl: url, databaseAccess: access, dataDir } = config;
  if (previousSecretKey === null) {
    throw new AppError("config.invalid", "SECRET_KEY_PREVIOUS: give the key that was in use before");
  }
  if (secretKey.equals(previousSecretKey)) {
    throw new AppError("config.invalid", "SECRET_KEY and SECRET_KEY_PREVIOUS are the same key");
  }
  const database = await openDatabase({ url, access, dataDir, log }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== "storage.locked") throw error;
    const text = "the platform is running on the embedded database, and does this itself: its job is called reseal";
    throw new AppError("storage.locked", text, { cause: error });
  });
  try {
    await within(REACHED_WITHIN_MS, database.whenReady());
    const { checked, resealed, unreadable } = await resealAll(database, createSecretBox(secretKey, previousSecretKey));
    const audit = createAuditTrail({ database, log });
    await audit.record({
      actorKind: "platform",
      actor: "",
      action: "secrets:reseal",
      outcome: unreadable > 0 ? "failed" : "done",
      detail: { checked, resealed, unreadable },
    });
    await audit.close();
    console.log(`${checked} secrets, ${resealed} sealed anew`);
    if (unreadable > 0)
      throw new AppError("secret.unreadable", `${unreadable} open with neither key: they stay as they are`);
    console.log("SECRET_KEY_PREVIOUS is not needed any more once every process has been started with the new key");
  } finally {
    await database.close();
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    timeout.reject(new AppError("storage.unavailable", "the database cannot be reached"));
  }, ms);
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

main().catch((error: unknown) => {
  console.error(`rotate-keys: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
