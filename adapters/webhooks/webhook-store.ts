import { randomUUID } from "node:crypto";
import {
  MOST_WEBHOOKS,
  TryOutcome,
  type Webhook,
  type WebhookEntry,
  type WebhookPatch,
} from "../../domain/webhooks/webhook.ts";
import { newWebhookSecret } from "./signature.ts";

/** The part of the database that webhooks need. Rows as objects, `int8` as text, `timestamptz` as Date. */
export interface WebhookDatabase {
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** Seals the values of one column; `row` is the id of the webhook. */
export interface ColumnSealer {
  seal(text: string, row: string): string;
  /** @throws {AppError} `secret.unreadable` */
  open(blob: string, row: string): string;
}

export type WebhookSealers = { readonly url: ColumnSealer; readonly secret: ColumnSealer };

/** The webhooks that are set up. Every call rejects while the database is away. */
export interface WebhookStore {
  /** In order of name. */
  list(): Promise<Webhook[]>;
  find(id: string): Promise<Webhook | null>;
  /** @returns with the secret of its signatures, which is never shown again; a word when there is no place for it */
  create(entry: WebhookEntry, createdBy: string): Promise<(Webhook & { secret: string }) | "name-taken" | "too-many">;
  /** @returns null for an unknown one */
  change(id: string, patch: WebhookPatch): Promise<Webhook | "name-taken" | null>;
  /** With its log. @returns false for an unknown one */
  remove(id: string): Promise<boolean>;
}

const COLUMNS = `id::text as id, name, url, events, enabled, created_at, failures, last_try_at, last_outcome, last_status,
  (select count(*)::int from webhook_delivery d where d.webhook_id = webhook.id and d.state = 'waiting') as waiting`;

/** Two at once may pass the limit by one: it is no promise to anybody. */
const CREATE = `
  insert into webhook (id, name, url, events, enabled, secret, created_by)
  select $1::uuid, $2::text, $3::text, $4::text[], $5::boolean, $6::text, $7::text
  where (select count(*) from webhook) < ${MOST_WEBHOOKS}
  returning ${COLUMNS}`;

const CHANGE = `
  update webhook set name = coalesce($2::text, name), url = coalesce($3::text, url), events = coalesce($4::text[], events),
    enabled = coalesce($5::boolean, enabled), updated_at = now()
  where id = $1::uuid returning ${COLUMNS}`;

export function createWebhookStore(database: WebhookDatabase, sealers: WebhookSealers): WebhookStore {
  const shown = (row: Record<string, unknown>): Webhook => webhookFrom(row, sealers.url);

  return {
    async list() {
      const rows = await database.query(`select ${COLUMNS} from webhook order by name`);
      return rows.map(shown);
    },
    async find(id) {
      const [row] = await database.query(`select ${COLUMNS} from webhook where id = $1::uuid`, [id]);
      return row ? shown(row) : null;
    },
    async create({ name, url, events, isEnabled }, createdBy) {
      const id = randomUUID();
      const secret = newWebhookSecret();
      const sealed = [sealers.url.seal(url, id), sealers.secret.seal(secret, id)] as const;
      const given = [id, name, sealed[0], events, isEnabled, sealed[1], createdBy];
      const rows = await unlessTaken(database.query(CREATE, given));
      if (rows === null) return "name-taken";
      const [row] = rows;
      return row ? { ...shown(row), secret } : "too-many";
    },
    async change(id, { name, url, events, isEnabled }) {
      const sealed = url === undefined ? null : sealers.url.seal(url, id);
      const given = [id, name ?? null, sealed, events ?? null, isEnabled ?? null];
      const rows = await unlessTaken(database.query(CHANGE, given));
      if (rows === null) return "name-taken";
      const [row] = rows;
      return row ? shown(row) : null;
    },
    async remove(id) {
      const rows = await database.query("delete from webhook where id = $1::uuid returning id", [id]);
      return rows.length > 0;
    },
  };
}

const UNIQUE_VIOLATION = "23505";

async function unlessTaken<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && "sqlState" in error && error.sqlState === UNIQUE_VIOLATION) return null;
    throw error;
  }
}

function webhookFrom(row: Record<string, unknown>, url: ColumnSealer): Webhook {
  const id = String(row["id"]);
  const at = row["last_try_at"];
  const outcome = TryOutcome.safeParse(row["last_outcome"]).data;
  const lastOutcome =
    at instanceof Date && outcome
      ? { at: at.toISOString(), outcome, status: row["last_status"] === null ? null : Number(row["last_status"]) }
      : null;
  return {
    id,
    name: String(row["name"]),
    url: url.open(String(row["url"]), id),
    events: (row["events"] as unknown[]).map(String),
    isEnabled: row["enabled"] === true,
    createdAt: (row["created_at"] as Date).toISOString(),
    lastOutcome,
    waiting: Number(row["waiting"]),
    failuresInRow: Number(row["failures"]),
  };
}
