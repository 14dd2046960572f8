import {
  type AuditRow,
  type BadRow,
  CHAIN_START,
  type ChainLink,
  createChainWalk,
  missing,
} from "../../domain/access/audit-chain.ts";
import { type AuditCheckpoint, checkpointText, cutText } from "../../domain/access/audit-checkpoint.ts";
import type { AuditVerification, CheckpointVerdict } from "../../domain/access/audit-report.ts";
import { type AuditVerifier, sha256 } from "./audit-keys.ts";

/** What the head says, in one snapshot with what the table holds. */
export type TrailState = {
  readonly head: ChainLink;
  /** The oldest row that is kept, and the hash of the one before. */
  readonly first: { readonly seq: number; readonly prev: string };
  /** Of the cut; null while nothing was cut. */
  readonly cut: { readonly signedAt: string; readonly signature: string } | null;
  readonly count: number;
  /** Number of the newest row; 0 when there is none. */
  readonly newest: number;
};

export type VerifyInput = {
  readonly state: TrailState;
  /** From the first one to the head, in order of `seq`. */
  readonly rows: AsyncIterable<readonly AuditRow[]>;
  readonly checkpoints: AsyncIterable<AuditCheckpoint>;
  readonly keys: AuditVerifier;
  /** Of a part of the trail that was exported: nothing says what came before its first row. */
  readonly isPart?: boolean;
};

/**
 * Reads the whole trail once: every row against the one before, the last one against the head, and the chain against the
 * signed checkpoints that lie outside. What the chain alone cannot tell, such as a cut tail, an older state that was put
 * back, or a chain that was computed anew, the checkpoints do.
 *
 * @throws what reading throws
 */
export async function verifyTrail({
  state,
  rows,
  checkpoints,
  keys,
  isPart = false,
}: VerifyInput): Promise<AuditVerification> {
  const startedMs = performance.now();
  const witness = createWitness(checkpoints[Symbol.asyncIterator](), keys, state);
  const walk = createChainWalk({ seq: state.first.seq - 1, hash: state.first.prev }, sha256);
  let count = 0;

  async function walkAll(): Promise<BadRow | null> {
    for await (const page of rows) {
      for (const row of page) {
        count += 1;
        const bad = walk.add(row) ?? (witness.isDue(row.seq) ? await witness.pass(row) : null);
        if (bad) return bad;
      }
    }
    return checkEnd(walk.last(), state, count);
  }

  let firstBad = (isPart ? null : checkStart(state, keys)) ?? (await walkAll());
  const { bad, verdict } = await witness.end(firstBad === null ? walk.last() : null);
  firstBad ??= bad;
  return {
    ok: firstBad === null,
    rows: count,
    durationMs: Math.round(performance.now() - startedMs),
    firstBad,
    checkpoint: verdict,
    publicKey: keys.publicKey,
  };
}

function checkStart({ first, cut }: TrailState, keys: AuditVerifier): BadRow | null {
  if (first.seq === 1) {
    return first.prev === CHAIN_START.hash ? null : { seq: 1, what: "the trail does not begin at its beginning" };
  }
  const text = cutText({ firstSeq: first.seq, prev: first.prev, signedAt: cut?.signedAt ?? "" });
  if (cut && keys.isSigned(text, cut.signature)) return null;
  return {
    seq: first.seq,
    what: `the rows before row ${first.seq} are missing, and no signed marker says that their time was over`,
  };
}

function checkEnd(last: ChainLink, { head, first, count, newest }: TrailState, walked: number): BadRow | null {
  if (last.seq < head.seq) return { seq: last.seq + 1, what: missing(last.seq + 1, head.seq) };
  if (newest > head.seq) return { seq: head.seq + 1, what: `row ${head.seq + 1} was not appended by the platform` };
  if (last.hash !== head.hash) return { seq: last.seq, what: `row ${last.seq} is not the one that was appended last` };
  if (count !== walked) return { seq: first.seq, what: `there are ${count} rows, and ${walked} numbers for them` };
  return null;
}

/** Compares the chain with the checkpoints, which come in order of their rows. */
function createWitness(checkpoints: AsyncIterator<AuditCheckpoint>, keys: AuditVerifier, { first }: TrailState) {
  let next: AuditCheckpoint | null = null;
  let newest: AuditCheckpoint | null = null;
  let isAtEnd = false;
  let lastGood: ChainLink = { seq: first.seq - 1, hash: first.prev };
  const isSigned = (checkpoint: AuditCheckpoint) => keys.isSigned(checkpointText(checkpoint), checkpoint.signature);

  async function advance(): Promise<void> {
    const { value, done } = await checkpoints.next();
    next = done ? null : value;
    newest = next ?? newest;
    isAtEnd = done === true;
  }

  function contradiction(checkpoint: AuditCheckpoint): BadRow {
    const seq = lastGood.seq + 1;
    const what = isSigned(checkpoint)
      ? `rows ${seq} to ${checkpoint.seq} were written anew: row ${checkpoint.seq} is not the one of the signed checkpoint of ${checkpoint.at}`
      : `a checkpoint of row ${checkpoint.seq} says something else, and no known key has signed it`;
    return { seq, what };
  }

  /** What the newest checkpoint says of a chain that is good up to `last`. */
  function judgeEnd(last: ChainLink, checkpoint: AuditCheckpoint): BadRow | null {
    const { seq, at } = checkpoint;
    if (!isSigned(checkpoint)) {
      return { seq: Math.min(seq, last.seq), what: `no known key has signed the newest checkpoint, of row ${seq}` };
    }
    if (seq <= last.seq) return null;
    const what = `${missing(last.seq + 1, seq)}, which the signed checkpoint of ${at} has seen: the tail was cut, or an older state was put back`;
    return { seq: last.seq + 1, what };
  }

  return {
    /** True when there may be a checkpoint of this row, or of one before. */
    isDue: (seq: number) => !isAtEnd && (next === null || next.seq <= seq),

    /** @returns what is wrong with the chain up to this row */
    async pass({ seq, hash }: ChainLink): Promise<BadRow | null> {
      while (!isAtEnd && (next === null || next.seq <= seq)) {
        if (next?.seq === seq) {
          if (next.hash !== hash) return contradiction(next);
          lastGood = { seq, hash };
        }
        await advance();
      }
      return null;
    },

    /** @param last where the chain ends; null when it is known to be bad */
    async end(last: ChainLink | null): Promise<{ bad: BadRow | null; verdict: CheckpointVerdict | null }> {
      while (!isAtEnd) await advance();
      if (newest === null) return { bad: null, verdict: null };
      const bad = last === null ? null : judgeEnd(last, newest);
      const { seq, at } = newest;
      return { bad, verdict: { seq, at, isGood: last !== null && bad === null } };
    },
  };
}
