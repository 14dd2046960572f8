import { z } from "zod";

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * One line of the file of checkpoints, which lies outside the database: the chain had that hash at that row. `restart`: a
 * person accepted what the table held, such as a restored backup; what came before counts no more.
 */
export const AuditCheckpoint = z.strictObject({
  kind: z.enum(["checkpoint", "restart"]),
  seq: z.int().min(0),
  hash: Hash,
  at: z.iso.datetime(),
  /** Why a person accepted; empty otherwise. */
  reason: z.string().max(500),
  signature: z.string().max(200),
});
export type AuditCheckpoint = z.infer<typeof AuditCheckpoint>;

/** What is signed of a checkpoint (Ed25519, UTF-8). */
export function checkpointText({ kind, seq, hash, at, reason }: Omit<AuditCheckpoint, "signature">): string {
  return ["antbox-audit-checkpoint-1", kind, String(seq), hash, at, JSON.stringify(reason)].join("\n");
}

/** Where a trail begins whose oldest rows were cut: `prev` is the hash of the row before. */
export type AuditCut = { readonly firstSeq: number; readonly prev: string; readonly signedAt: string };

/** What is signed of a cut (Ed25519, UTF-8). */
export function cutText({ firstSeq, prev, signedAt }: AuditCut): string {
  return ["antbox-audit-cut-1", String(firstSeq), prev, signedAt].join("\n");
}
