import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { AuditRow } from "../../domain/access/audit-chain.ts";
import type { TrailState } from "./verify-trail.ts";

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Line = z.strictObject({
  seq: z.int().min(1),
  at: z.string(),
  actorKind: z.string(),
  actor: z.string(),
  action: z.string(),
  outcome: z.string(),
  target: z.string(),
  address: z.string(),
  // As it stands: a record schema would leave out keys such as `__proto__`.
  detail: z.custom<object>((value) => typeof value === "object" && value !== null && !Array.isArray(value)),
  prev: Hash,
  hash: Hash,
});
const PAGE_ROWS = 1_000;

/**
 * The rows of an export as JSON lines. Facts come back as the text that was hashed: it was written with its keys in order.
 *
 * @throws {Error} at a line that is none, with its number
 */
export async function* readExportedRows(file: string): AsyncGenerator<readonly AuditRow[]> {
  const input = createReadStream(file);
  let page: AuditRow[] = [];
  let number = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (line === "") continue;
      page.push(rowFrom(line, number));
      if (page.length < PAGE_ROWS) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  } finally {
    input.destroy();
  }
}

/** Where an export begins and ends. @throws {Error} when it is empty */
export async function readExportedState(file: string): Promise<TrailState> {
  let first: AuditRow | undefined;
  let last: AuditRow | undefined;
  let count = 0;
  for await (const page of readExportedRows(file)) {
    first ??= page[0];
    last = page.at(-1);
    count += page.length;
  }
  if (!first || !last) throw new Error(`${file}: holds no entry`);
  return {
    head: { seq: last.seq, hash: last.hash },
    first: { seq: first.seq, prev: first.prev },
    cut: null,
    count,
    newest: last.seq,
  };
}

function rowFrom(line: string, number: number): AuditRow {
  try {
    const { detail, ...row } = Line.parse(JSON.parse(line));
    return { ...row, detail: JSON.stringify(detail) };
  } catch (cause) {
    throw new Error(`line ${number} is no entry of the audit trail`, { cause });
  }
}
