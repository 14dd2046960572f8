import {
  type AuditRow,
  type BadRow,
  type ChainLink,
  createChainWalk,
  missing,
} from "../../domain/access/audit-chain.ts";
import { type AuditCheckpoint, checkpointText } from "../../domain/access/audit-checkpoint.ts";
import type { Log } from "../../domain/log.ts";
import { readChain, readTrailState } from "./audit-book.ts";
import { type AuditDatabase, codeOf } from "./audit-database.ts";
import { type AuditSigner, sha256 } from "./audit-keys.ts";
import type { CheckpointFile } from "./checkpoint-file.ts";

export type CheckpointerOptions = {
  readonly database: AuditDatabase;
  readonly file: CheckpointFile;
  readonly signer: AuditSigner;
  /** Only one process of an installation writes checkpoints. */
  readonly isActive: () => boolean;
  readonly log: Log;
  /** Milliseconds since the Unix epoch. */
  readonly clock?: () => number;
  /** For tests: how often it looks. */
  readonly lookMs?: number;
};

export interface Checkpointer {
  /** Looks at once, and writes a checkpoint if there are new rows. @throws when the database is away */
  checkpoint(): Promise<void>;
  /** Why no checkpoint is written any more: the trail does not continue from the newest one. */
  problem(): BadRow | null;
  close(): Promise<void>;
}

const LOOK_MS = 5_000;
/** With the time between two looks not more than 60 s. */
const AFTER_MS = 50_000;
const AFTER_ROWS = 1_000;
const PAGE_ROWS = 2_000;
const HEAD = "select seq, encode(hash, 'hex') as hash from audit.head";

/**
 * Signs where the chain stands, into a file outside the database and into the log, every minute and every 1,000 rows. What
 * is new since the last checkpoint is verified first: a trail that does not continue from there gets no further signature,
 * and an error in the log, until a person has accepted it.
 */
export function startCheckpointer(options: CheckpointerOptions): Checkpointer {
  const { database, file, signer, isActive, log, clock = Date.now, lookMs = LOOK_MS } = options;
  let base: AuditCheckpoint | null = null;
  let isBaseKnown = false;
  let knownBytes = 0;
  let writtenAtMs = Number.NEGATIVE_INFINITY;
  let problem: BadRow | null = null;
  let looking: Promise<void> = Promise.resolve();
  let isAway = false;

  async function look(isForced: boolean): Promise<void> {
    // A person may have accepted another state, in a process of their own.
    if (!isBaseKnown || (problem && file.bytes() !== knownBytes)) {
      knownBytes = file.bytes();
      base = await file.newest();
      isBaseKnown = true;
    }
    const [row = {}] = await database.query(HEAD);
    const head: ChainLink = { seq: Number(row["seq"]), hash: String(row["hash"]) };
    if (!problem && !isDue(head, isForced)) return;
    if (base && !signer.isSigned(checkpointText(base), base.signature)) {
      return report({ seq: base.seq, what: `no known key has signed the newest checkpoint, of row ${base.seq}` });
    }
    const { bad, last } = await walkFrom(database, base);
    if (bad) return report(bad);
    if (problem) log.info({ event: "audit.accepted" }, "the audit trail continues from its newest checkpoint again");
    problem = null;
    await write(last);
  }

  function isDue(head: ChainLink, isForced: boolean): boolean {
    if (base && head.seq === base.seq) return head.hash !== base.hash;
    if (base && head.seq < base.seq) return true;
    if (head.seq === 0) return false;
    const isTime = performance.now() - writtenAtMs >= AFTER_MS;
    return isForced || isTime || head.seq - (base?.seq ?? 0) >= AFTER_ROWS;
  }

  async function write({ seq, hash }: ChainLink): Promise<void> {
    if (base?.seq === seq) return;
    const at = new Date(clock()).toISOString();
    const unsigned = { kind: "checkpoint" as const, seq, hash, at, reason: "" };
    const checkpoint = { ...unsigned, signature: signer.sign(checkpointText(unsigned)) };
    await file.append(checkpoint);
    base = checkpoint;
    knownBytes = file.bytes();
    writtenAtMs = performance.now();
    log.info({ event: "audit.checkpoint", checkpoint }, "the audit trail was signed");
  }

  function report(bad: BadRow): void {
    if (problem?.what !== bad.what) {
      const text = "the audit trail does not continue from its newest checkpoint: it is not signed any more";
      log.error({ event: "audit.broken", seq: bad.seq, what: bad.what }, text);
    }
    problem = bad;
  }

  function next(isForced: boolean): Promise<void> {
    const done = looking.then(() => look(isForced));
    looking = done.catch(() => undefined);
    return done;
  }

  const timer = setInterval(() => {
    if (!isActive()) {
      isBaseKnown = false;
      return;
    }
    next(false).then(
      () => {
        isAway = false;
      },
      (error: unknown) => {
        if (!isAway) log.warn({ code: codeOf(error) }, "the audit trail could not be signed; trying again");
        isAway = true;
      },
    );
  }, lookMs).unref();

  return {
    checkpoint: () => next(true),
    problem: () => problem,
    async close() {
      clearInterval(timer);
      await looking;
      if (isActive() && isBaseKnown) await next(true).catch(() => undefined);
    },
  };
}

/** Everything that is new since a checkpoint. `last`: how far the chain is good. */
async function walkFrom(
  database: AuditDatabase,
  from: ChainLink | null,
): Promise<{ readonly bad: BadRow | null; readonly last: ChainLink }> {
  const { head, first } = await readTrailState(database);
  const start = from && from.seq >= first.seq ? from : { seq: first.seq - 1, hash: first.prev };
  const walk = createChainWalk(start, sha256);
  const pages = readChain(database, { after: start.seq, to: head.seq, pageRows: PAGE_ROWS });
  const bad = (await firstBadOf(pages, walk)) ?? judgeHead(walk.last(), head);
  return { bad, last: walk.last() };
}

async function firstBadOf(
  pages: AsyncIterable<readonly AuditRow[]>,
  walk: ReturnType<typeof createChainWalk>,
): Promise<BadRow | null> {
  for await (const page of pages) {
    for (const row of page) {
      const bad = walk.add(row);
      if (bad) return bad;
    }
  }
  return null;
}

function judgeHead(last: ChainLink, head: ChainLink): BadRow | null {
  if (head.seq < last.seq) return { seq: head.seq + 1, what: missing(head.seq + 1, last.seq) };
  if (head.seq > last.seq) return { seq: last.seq + 1, what: missing(last.seq + 1, head.seq) };
  if (head.hash === last.hash) return null;
  return { seq: head.seq, what: `row ${head.seq} is not the one that the newest checkpoint has seen` };
}

/** Accepts what the table holds now, such as a restored backup: only later checkpoints count. @returns the row */
export async function acceptTrail(
  { database, file, signer, clock = Date.now }: Pick<CheckpointerOptions, "database" | "file" | "signer" | "clock">,
  reason: string,
): Promise<ChainLink> {
  const { head } = await readTrailState(database);
  const at = new Date(clock()).toISOString();
  const unsigned = { kind: "restart" as const, ...head, at, reason };
  await file.append({ ...unsigned, signature: signer.sign(checkpointText(unsigned)) });
  return head;
}
