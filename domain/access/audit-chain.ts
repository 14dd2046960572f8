/**
 * One row of the audit trail as it is stored. `at`: UTC with microseconds, such as `2026-11-25T21:34:04.123456Z`; `detail`:
 * the JSON text that was hashed; `prev` and `hash`: 64 hexadecimal digits.
 */
export type AuditRow = {
  readonly seq: number;
  readonly at: string;
  readonly actorKind: string;
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
  readonly target: string;
  readonly address: string;
  readonly detail: string;
  readonly prev: string;
  readonly hash: string;
};

/** A place in the chain: a row's number and its hash. */
export type ChainLink = { readonly seq: number; readonly hash: string };

/** SHA-256 of a text's UTF-8 bytes, in hexadecimal. Handed in: the platform's and a third party's need not be the same. */
export type Sha256 = (text: string) => string;

/** What comes before the very first row. */
export const CHAIN_START: ChainLink = { seq: 0, hash: "0".repeat(64) };

/** The first row that is not as it was written, and a sentence on what is wrong. */
export type BadRow = { readonly seq: number; readonly what: string };

const FORMAT = "antbox-audit-1";

/**
 * The text whose SHA-256 seals a row: each field as its length in UTF-8 bytes, a colon, the field, a comma. The trigger
 * `audit.append` makes the same bytes; test vectors pin both.
 *
 * @param prev hash of the row before
 */
export function canonicalAuditText(row: Omit<AuditRow, "prev" | "hash">, prev: string): string {
  const { seq, at, actorKind, actor, action, outcome, target, address, detail } = row;
  let text = "";
  for (const field of [FORMAT, String(seq), at, actorKind, actor, action, outcome, target, address, detail, prev]) {
    text += `${utf8Length(field)}:${field},`;
  }
  return text;
}

/** @param before where the chain stands: the row before, or `CHAIN_START`, or the beginning of a trail that was cut */
export function createChainWalk(before: ChainLink, sha256: Sha256) {
  let last = before;
  let beforeLast: ChainLink | null = null;

  function problemOf(row: AuditRow): BadRow | null {
    const expected = last.seq + 1;
    if (row.seq > expected) return { seq: expected, what: missing(expected, row.seq - 1) };
    if (row.seq < expected) return { seq: row.seq, what: `row ${row.seq} is there twice` };
    const isWhole = sha256(canonicalAuditText(row, row.prev)) === row.hash;
    if (row.prev === last.hash) {
      return isWhole ? null : { seq: row.seq, what: `the content of row ${row.seq} is not what was written` };
    }
    if (beforeLast && row.prev === beforeLast.hash) {
      return { seq: last.seq, what: `row ${last.seq} was put in: the next one follows the row before it` };
    }
    // A row that is whole in itself holds the hash that the one before had when it was written.
    if (isWhole && beforeLast) {
      return { seq: last.seq, what: `row ${last.seq} was written anew: the next one follows what it was before` };
    }
    return { seq: row.seq, what: `row ${row.seq} does not follow the row before it` };
  }

  return {
    /** @returns what is wrong; then the walk is over */
    add(row: AuditRow): BadRow | null {
      const problem = problemOf(row);
      if (problem) return problem;
      beforeLast = last;
      last = { seq: row.seq, hash: row.hash };
      return null;
    },
    last: (): ChainLink => last,
  };
}

/** Words for rows that should be there. @param to the last of them */
export function missing(from: number, to: number): string {
  return from === to ? `row ${from} is missing` : `rows ${from} to ${to} are missing`;
}

/** Bytes of a well-formed text in UTF-8. */
function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // A surrogate pair has two units and four bytes.
    length += unit < 0x8_00 || (unit >= 0xd8_00 && unit <= 0xdf_ff) ? 1 : 2;
  }
  return length;
}
