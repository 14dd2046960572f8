import { cutText } from "../../domain/access/audit-checkpoint.ts";
import type { AuditDatabase } from "./audit-database.ts";
import type { AuditSigner } from "./audit-keys.ts";

/** Rows that leave in one transaction: appends wait for it. */
const BATCH_ROWS = 10_000;
const DAY_MS = 86_400_000;
const LEAST_DAYS = 90;
const TIMEOUT_MS = 30_000;
// Up to the first row that is young enough; the newest row always stays. A clock that was wrong for a while may have left
// young rows before old ones: what stands behind a young row stays with it.
const NEXT_FIRST = `
  select seq, encode(prev, 'hex') as prev from audit.entry
  where seq = (select least(
    (select min(seq) from audit.entry where at >= $1::timestamptz),
    (select seq from audit.head), (select first_seq + $2::bigint from audit.head)))`;
const CUT = "select audit.cut($1::bigint, decode($2::text, 'hex'), $3::timestamptz, $4::text, $5::text) as removed";

/**
 * Removes the oldest rows, whole UTC days of them, and leaves a signed marker for the row that is the oldest now.
 *
 * @returns how many rows have left, and the oldest that is kept; null when nothing was old enough
 */
export async function cutTrail(
  database: AuditDatabase,
  signer: AuditSigner,
  { nowMs, days }: { readonly nowMs: number; readonly days: number },
): Promise<{ readonly rows: number; readonly firstSeq: number; readonly before: string } | null> {
  const oldest = nowMs - Math.max(days, LEAST_DAYS) * DAY_MS;
  const before = new Date(Math.floor(oldest / DAY_MS) * DAY_MS).toISOString();
  let rows = 0;
  let firstSeq = 0;
  for (;;) {
    const [next] = await database.query(NEXT_FIRST, [before, BATCH_ROWS], { timeoutMs: TIMEOUT_MS });
    if (!next) break;
    const seq = Number(next["seq"]);
    const prev = String(next["prev"]);
    const signedAt = new Date(nowMs).toISOString();
    const signature = signer.sign(cutText({ firstSeq: seq, prev, signedAt }));
    const cut = await database.query(CUT, [seq, prev, before, signedAt, signature], { timeoutMs: TIMEOUT_MS });
    const removed = Number(cut[0]?.["removed"]);
    if (removed === 0) break;
    rows += removed;
    firstSeq = seq;
  }
  return rows === 0 ? null : { rows, firstSeq, before };
}
