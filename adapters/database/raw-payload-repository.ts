import { createHash } from "node:crypto";
import type { RejectedReply } from "../../domain/telemetry/controller-reply.ts";
import type { Database } from "./database.ts";

const MAX_BODY_BYTES = 256 * 1024;
const MAX_REASON = 1_000;
const INSERT = `
  insert into raw_payload (day, profile, shape, site_code, slot, reason, body, body_size)
  values ($1::date, $2, $3, $4, $5::timestamptz, $6, $7::bytea, $8::int)
  on conflict (day, profile, shape) do nothing`;

/** What makes two rejections the same: day, profile, and the reason without its figures and quoted values. */
export function rejectionKey({ slot, profile, reason }: RejectedReply): string {
  return `${slot.slice(0, 10)} ${profile} ${shapeOf(reason)}`;
}

/** Keeps a rejected reply with its body, the first of its kind per profile and day. */
export async function saveRejected(
  database: Database,
  rejected: RejectedReply,
  body: Uint8Array | null,
): Promise<void> {
  const { siteId, slot, profile, reason } = rejected;
  const kept = body === null ? null : Buffer.from(body.subarray(0, MAX_BODY_BYTES));
  const values = [
    slot.slice(0, 10),
    profile,
    shapeOf(reason),
    siteId,
    slot,
    withoutControls(reason).slice(0, MAX_REASON),
    kept,
    body?.length ?? 0,
  ];
  await database.query(INSERT, values, { lane: "ingest" });
}

function shapeOf(reason: string): string {
  const shape = reason.replaceAll(/"[^"]*"/g, '""').replaceAll(/\d+(\.\d+)?/g, "0");
  return createHash("sha256").update(shape).digest("hex").slice(0, 16);
}

/** The database takes no NUL and no lone surrogate in a text. */
function withoutControls(text: string): string {
  return text.toWellFormed().replaceAll(/\p{Cc}/gu, " ");
}
