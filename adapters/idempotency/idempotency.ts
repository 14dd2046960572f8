import { createHmac } from "node:crypto";
import { AppError } from "../../domain/errors.ts";
import type { Log } from "../../domain/log.ts";

type Row = Record<string, unknown>;

/** The part of the database that it needs. */
export interface IdempotencyDatabase {
  query(text: string, values?: readonly unknown[]): Promise<Row[]>;
  transaction(statements: readonly { readonly text: string; readonly values?: readonly unknown[] }[]): Promise<Row[][]>;
}

/** Seals an answer for its row, and opens it again. */
export interface AnswerBox {
  seal(text: string, id: string): string;
  open(blob: string, id: string): string;
}

/** What a request was answered: kept, and given again. */
export type KeptAnswer = {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

export type AskedOnce = {
  readonly username: string;
  /** What the client calls this one request. */
  readonly key: string;
  /** All that makes it this request: method, address, body. */
  readonly content: string;
};

/** Requests that create something are done once, however often they are sent: for a day, per user and key. */
export interface Idempotency {
  /**
   * Does the work, or gives the answer that the same request got before. What failed was not done, and is tried anew.
   *
   * @throws {AppError} `request.idempotency-mismatch`: the key stands for another request; `request.in-progress`: it is being
   *   done at this moment; `storage.unavailable`; and what the work throws
   */
  once(asked: AskedOnce, work: () => Promise<KeptAnswer>): Promise<{ answer: KeptAnswer; isRepeated: boolean }>;
}

export type IdempotencyOptions = {
  readonly database: IdempotencyDatabase;
  /** 32 bytes, for nothing else: hashes of bodies with passwords in them must not be guessed from the database. */
  readonly hashKey: Uint8Array;
  readonly box: AnswerBox;
  readonly log: Log;
};

const KEPT_PER_USER = 1_000;
const MAX_ANSWER_CHARS = 256 * 1024;

const FORGET = "delete from idempotency where started_at < clock_timestamp() - interval '24 hours'";
const BOUND = `delete from idempotency where id in (
  select id from idempotency where username = $1 order by started_at desc offset ${KEPT_PER_USER})`;
/** A request that was begun minutes ago and never ended belongs to a process that is gone. */
const BEGIN = `insert into idempotency as known (id, username, fingerprint) values ($1, $2, $3)
  on conflict (id) do update set fingerprint = excluded.fingerprint, started_at = clock_timestamp()
  where known.answer is null and known.started_at < clock_timestamp() - interval '5 minutes'
  returning id`;
const FIND = "select fingerprint, answer from idempotency where id = $1";
const FINISH = "update idempotency set answer = $2 where id = $1";
const GIVE_UP = "delete from idempotency where id = $1 and answer is null";

export function createIdempotency({ database, hashKey, box, log }: IdempotencyOptions): Idempotency {
  const hash = (...parts: string[]) => createHmac("sha256", hashKey).update(JSON.stringify(parts)).digest("base64url");

  async function begin(id: string, username: string, fingerprint: string): Promise<KeptAnswer | null> {
    const statements = [
      { text: FORGET },
      { text: BOUND, values: [username] },
      { text: BEGIN, values: [id, username, fingerprint] },
    ];
    const [, , begun = []] = await database.transaction(statements);
    if (begun.length > 0) return null;
    const [row] = await database.query(FIND, [id]);
    if (row && row["fingerprint"] !== fingerprint) {
      throw new AppError("request.idempotency-mismatch", "this Idempotency-Key was used for another request");
    }
    if (typeof row?.["answer"] !== "string") {
      const detail = "the same request is being done at this moment: ask again";
      throw new AppError("request.in-progress", detail, { context: { retryAfterS: 1 }, retryable: true });
    }
    return JSON.parse(box.open(row["answer"], id)) as KeptAnswer;
  }

  /** The work is done: its answer must reach the client even if it cannot be kept. */
  async function keep(id: string, answer: KeptAnswer): Promise<void> {
    const text = JSON.stringify(answer);
    try {
      if (text.length > MAX_ANSWER_CHARS) await database.query(GIVE_UP, [id]);
      else await database.query(FINISH, [id, box.seal(text, id)]);
    } catch (error) {
      log.warn({ reason: String(error) }, "the answer of a request could not be kept for its repetition");
    }
  }

  async function giveUp(id: string): Promise<void> {
    await database.query(GIVE_UP, [id]).catch((error: unknown) => {
      log.warn({ reason: String(error) }, "a failed request could not be released: its key waits 5 minutes");
    });
  }

  return {
    async once({ username, key, content }, work) {
      const id = hash("key", username, key);
      const known = await begin(id, username, hash("content", content)).catch((cause: unknown) => {
        if (cause instanceof AppError) throw cause;
        throw new AppError("storage.unavailable", "the database cannot be reached", { cause, retryable: true });
      });
      if (known) return { answer: known, isRepeated: true };
      try {
        const answer = await work();
        await keep(id, answer);
        return { answer, isRepeated: false };
      } catch (error) {
        await giveUp(id);
        throw error;
      }
    },
  };
}
