import path from "node:path";
import type { AuditRow, BadRow } from "../../domain/access/audit-chain.ts";
import type { AuditFilter, AuditVerification } from "../../domain/access/audit-report.ts";
import { AppError } from "../../domain/errors.ts";
import type { Log } from "../../domain/log.ts";
import { exportEntries, listEntries, readChain, readTrailState } from "./audit-book.ts";
import type { AuditDatabase } from "./audit-database.ts";
import { type AuditVerifier, createAuditSigner } from "./audit-keys.ts";
import { type AuditRecorder, createAuditTrail } from "./audit-trail.ts";
import { type CheckpointFile, createCheckpointFile } from "./checkpoint-file.ts";
import { type Checkpointer, startCheckpointer } from "./checkpointer.ts";
import { cutTrail } from "./cut-trail.ts";
import { verifyTrail } from "./verify-trail.ts";

/** What pages and programs read of the trail. Everything rejects while the database is away. */
export interface AuditBook {
  /** Newest first. @param page `before`: a row's number, null = from the newest */
  list(
    filter: AuditFilter,
    page: { readonly before: number | null; readonly limit: number },
  ): Promise<{ readonly items: readonly AuditRow[]; readonly total: number }>;
  /** All that match, oldest first. */
  export(filter: AuditFilter): AsyncIterable<readonly AuditRow[]>;
  /** @throws {AppError} `storage.timeout` when it takes longer than that */
  verify(withinMs: number): Promise<AuditVerification>;
}

export type Audit = {
  readonly trail: AuditRecorder;
  readonly book: AuditBook;
  readonly checkpointer: Checkpointer;
  /** Removes what is older, and writes down that it did. @returns how many rows */
  cut(nowMs: number, days: number): Promise<number>;
  /** Why the trail is not signed any more; null while all is well. */
  problem(): BadRow | null;
  close(): Promise<void>;
};

export type AuditOptions = {
  readonly database: AuditDatabase;
  readonly dataDir: string;
  /** 32 bytes for the signatures, of the present SECRET_KEY and of the ones before. */
  readonly seeds: readonly [Uint8Array, ...Uint8Array[]];
  /** True in the one process that writes checkpoints. */
  readonly isActive: () => boolean;
  readonly log: Log;
  readonly clock?: () => number;
  /** For tests: how often it looks whether there is something to sign. */
  readonly lookMs?: number;
};

const CHECKPOINT_FILE = "audit-checkpoints.jsonl";
/** Small enough for a process that also shows live values. */
const PAGE_ROWS = 1_000;
const TRIES = 3;

export function checkpointFileIn(dataDir: string): CheckpointFile {
  return createCheckpointFile(path.join(dataDir, CHECKPOINT_FILE));
}

/** The audit trail with everything around it. */
export function createAudit({ database, dataDir, seeds, isActive, log, clock, lookMs }: AuditOptions): Audit {
  const [seed, ...former] = seeds;
  const signer = createAuditSigner(seed, former);
  const file = checkpointFileIn(dataDir);
  const time = clock ? { clock } : {};
  const trail = createAuditTrail({ database, log, ...time });
  const pace = lookMs === undefined ? {} : { lookMs };
  const checkpointer = startCheckpointer({ database, file, signer, isActive, log, ...time, ...pace });
  return {
    trail,
    checkpointer,
    problem: checkpointer.problem,
    book: {
      list: (filter, page) => listEntries(database, filter, page),
      export: (filter) => exportEntries(database, filter),
      verify: (withinMs) => verifyDatabase({ database, file, keys: signer, withinMs, pageRows: PAGE_ROWS }),
    },
    async cut(nowMs, days) {
      const done = await cutTrail(database, signer, { nowMs, days });
      if (!done) return 0;
      const { rows, firstSeq, before } = done;
      const detail = { rows, firstSeq, before, days };
      await trail.record({ actorKind: "platform", actor: "", action: "audit:cut", outcome: "done", detail });
      return rows;
    },
    async close() {
      await trail.close();
      await checkpointer.close();
    },
  };
}

export type VerifyOptions = {
  readonly database: AuditDatabase;
  readonly file: CheckpointFile;
  readonly keys: AuditVerifier;
  readonly withinMs: number;
  readonly pageRows: number;
};

/** @throws {AppError} `storage.timeout` */
export async function verifyDatabase(options: VerifyOptions): Promise<AuditVerification> {
  const { database, file, keys, withinMs, pageRows } = options;
  const endMs = performance.now() + withinMs;
  for (let tries = 1; ; tries += 1) {
    // Before the head: a checkpoint that is written meanwhile would know more rows than are read.
    const checkpoints = await file.read();
    const state = await readTrailState(database);
    const { head, first } = state;
    const rows = inTime(readChain(database, { after: first.seq - 1, to: head.seq, pageRows }), endMs);
    const result = await verifyTrail({ state, rows, checkpoints, keys });
    if (result.ok || tries === TRIES) return result;
    // The oldest rows may have been cut, by retention, while they were read.
    if ((await readTrailState(database)).first.seq === first.seq) return result;
  }
}

async function* inTime<T>(pages: AsyncIterable<T>, endMs: number): AsyncGenerator<T> {
  for await (const page of pages) {
    if (performance.now() > endMs) {
      const detail = "the trail is too long to be verified here: use `npm run audit -- verify` on the server";
      throw new AppError("storage.timeout", detail);
    }
    yield page;
  }
}
