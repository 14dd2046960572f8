import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Audit, createAudit } from "../../../adapters/audit/create-audit.ts";
import type { Database } from "../../../adapters/database/database.ts";
import type { AuditEntry } from "../../../domain/access/audit-entry.ts";
import { type RecordedLog, recordedLog } from "../../services/recorded-log.ts";

export type AuditUnderTest = Audit & {
  readonly dataDir: string;
  readonly log: RecordedLog;
  dispose(): Promise<void>;
};

export const SEED = new Uint8Array(32).fill(7);

export type Options = { readonly lookMs?: number; readonly isActive?: () => boolean; readonly dataDir?: string };

/** The audit trail of a database, with a folder of its own for the checkpoints. */
export function openAudit(
  database: Database,
  { lookMs, isActive = () => true, dataDir }: Options = {},
): AuditUnderTest {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), "antbox-audit-"));
  const log = recordedLog();
  const audit = createAudit({
    database,
    dataDir: folder,
    seeds: [SEED],
    isActive,
    log,
    ...(lookMs === undefined ? {} : { lookMs }),
  });
  return {
    ...audit,
    dataDir: folder,
    log,
    async dispose() {
      await audit.close();
      if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function anEntry(given: Partial<AuditEntry> = {}): AuditEntry {
  return { actorKind: "user", actor: "admin", action: "user:update", outcome: "done", target: "eve", ...given };
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** So many entries, one after another. */
export async function recordMany(audit: Pick<Audit, "trail">, count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) await audit.trail.record(anEntry({ detail: { n } }));
}
