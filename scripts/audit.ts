import { createWriteStream, existsSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { exportEntries } from "../adapters/audit/audit-book.ts";
import { type AuditSigner, createAuditSigner, createAuditVerifier } from "../adapters/audit/audit-keys.ts";
import { createAuditTrail } from "../adapters/audit/audit-trail.ts";
import { type CheckpointFile, createCheckpointFile } from "../adapters/audit/checkpoint-file.ts";
import { acceptTrail } from "../adapters/audit/checkpointer.ts";
import { checkpointFileIn, verifyDatabase } from "../adapters/audit/create-audit.ts";
import { EXPORTED_COLUMNS, exportedLines, exportedPages } from "../adapters/audit/export-rows.ts";
import { readExportedRows, readExportedState } from "../adapters/audit/exported-rows.ts";
import { verifyTrail } from "../adapters/audit/verify-trail.ts";
import type { Database } from "../adapters/database/database.ts";
import { openDatabase } from "../adapters/database/open-database.ts";
import { writeCsv } from "../adapters/documents/write-csv.ts";
import { deriveKey } from "../adapters/security/derive-key.ts";
import { type Config, readConfig } from "../config.ts";
import type { AuditVerification } from "../domain/access/audit-report.ts";

const USAGE = `usage: npm run audit -- verify
       npm run audit -- verify --from EXPORT.jsonl --public-key KEY [--checkpoints FILE]
       npm run audit -- export [--format csv|json] [--to FILE]
       npm run audit -- key
       npm run audit -- accept --reason TEXT

verify   reads every entry, and the checkpoints in DATA_DIR, or those of a file; an export needs no database, only the key
export   writes all entries; --format json is what verify --from reads
key      prints the public key of the signatures
accept   goes on from what the table holds now, after a backup was restored on purpose: older checkpoints count no more

Configuration comes from the same environment as that of the platform. An embedded database is free for this only while
the platform is stopped; on its page, and at /api/v1/audit/verify, the platform verifies itself.
Exit code: 0 the trail is good, 1 it is not, 2 wrong use or no database.`;

const PAGE_ROWS = 5_000;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Wrong use of the command: shown with the usage. */
class WrongUse extends Error {}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(`audit: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof WrongUse) console.error(USAGE);
  process.exitCode = 2;
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = argumentsOf(args);
  const [command] = positionals;
  switch (command) {
    case "verify":
      return values.from === undefined ? verifyOwn() : verifyExport(values.from, values);
    case "export":
      return exportAll(values.format, values.to);
    case "key":
      console.log(signerOf(readConfig(process.env)).publicKey);
      return 0;
    case "accept":
      return accept(values.reason);
    default:
      throw new WrongUse(command === undefined ? "what is to be done?" : `"${command}" is no command of this`);
  }
}

function argumentsOf(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        from: { type: "string" },
        "public-key": { type: "string", multiple: true },
        checkpoints: { type: "string" },
        format: { type: "string", default: "csv" },
        to: { type: "string" },
        reason: { type: "string" },
      },
    });
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error));
  }
}

async function verifyOwn(): Promise<number> {
  return withTrail(async ({ database, file, signer }) => {
    const withinMs = Number.POSITIVE_INFINITY;
    return report(await verifyDatabase({ database, file, keys: signer, withinMs, pageRows: PAGE_ROWS }));
  });
}

async function verifyExport(
  from: string,
  { "public-key": keys = [], checkpoints }: { readonly "public-key"?: string[]; readonly checkpoints?: string },
): Promise<number> {
  if (keys.length === 0) throw new WrongUse("--public-key is needed: the key that `npm run audit -- key` prints");
  const none: CheckpointFile["read"] = async () => (async function* () {})();
  const read = checkpoints === undefined ? none : createCheckpointFile(path.resolve(checkpoints)).read;
  const result = await verifyTrail({
    state: await readExportedState(from),
    rows: readExportedRows(from),
    checkpoints: await read(),
    keys: createAuditVerifier(keys),
    isPart: true,
  });
  return report(result);
}

function report({ ok, rows, durationMs, firstBad, checkpoint, publicKey }: AuditVerification): number {
  console.log(`rows        ${rows}`);
  console.log(`rate        ${Math.round(rows / Math.max(0.001, durationMs / 1000))} rows/s`);
  const word = checkpoint?.isGood ? "good" : "NOT GOOD";
  console.log(`checkpoint  ${checkpoint ? `row ${checkpoint.seq}, ${checkpoint.at}: ${word}` : "none here"}`);
  console.log(`public key  ${publicKey}`);
  console.log(firstBad ? `FIRST BAD   row ${firstBad.seq}: ${firstBad.what}` : "result      good");
  return ok ? 0 : 1;
}

async function exportAll(format: string, to: string | undefined): Promise<number> {
  if (format !== "csv" && format !== "json") throw new WrongUse(`--format "${format}" must be csv or json`);
  return withTrail(async ({ database }) => {
    await record(database, "audit:export", { format });
    const pages = exportEntries(database, {});
    const chunks =
      format === "csv" ? writeCsv({ columns: EXPORTED_COLUMNS, pages: exportedPages(pages) }) : exportedLines(pages);
    const target = to === undefined ? process.stdout : createWriteStream(to, { flags: "wx", mode: 0o600 });
    await pipeline(Readable.from(chunks), target, { end: to !== undefined });
    return 0;
  });
}

async function accept(reason: string | undefined): Promise<number> {
  if (reason === undefined || reason.trim() === "") throw new WrongUse("--reason is needed: it is kept and signed");
  return withTrail(async ({ database, file, signer }) => {
    await record(database, "audit:accept", { reason });
    const { seq } = await acceptTrail({ database, file, signer }, reason.slice(0, 500));
    console.log(`the audit trail goes on from row ${seq}; earlier checkpoints count no more`);
    return 0;
  });
}

/** Whoever sits at the machine. @throws {AppError} `storage.unavailable` */
function record(database: Database, action: string, detail: Record<string, unknown>): Promise<void> {
  const trail = createAuditTrail({ database, log: quiet });
  const target = "command line";
  return trail.record({ actorKind: "platform", actor: "", action, outcome: "done", target, detail });
}

type Opened = { readonly database: Database; readonly file: CheckpointFile; readonly signer: AuditSigner };

async function withTrail(work: (opened: Opened) => Promise<number>): Promise<number> {
  const config = readConfig(process.env);
  if (config.databaseUrl === null && !existsSync(path.join(config.dataDir, "database"))) {
    throw new Error(`${config.dataDir}: there is no embedded database; set DATA_DIR or DATABASE_URL`);
  }
  const database = await openDatabase({
    url: config.databaseUrl,
    access: config.databaseAccess,
    dataDir: config.dataDir,
    log: quiet,
  });
  try {
    if (!(await database.isReachable())) throw new Error("the database cannot be reached");
    return await work({ database, file: checkpointFileIn(config.dataDir), signer: signerOf(config) });
  } finally {
    await database.close();
  }
}

function signerOf({ secretKey, previousSecretKey }: Config): AuditSigner {
  const seedOf = (key: Uint8Array) => deriveKey(key, "audit-checkpoints");
  return createAuditSigner(seedOf(secretKey), previousSecretKey === null ? [] : [seedOf(previousSecretKey)]);
}
