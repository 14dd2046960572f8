import { randomUUID } from "node:crypto";
import { NOTICE_LANGUAGES } from "../../domain/notification/channel.ts";
import {
  type Addresses,
  MOST_RECIPIENTS,
  type Recipient,
  type RecipientEntry,
} from "../../domain/notification/recipient.ts";
import type { ColumnSealer, NotificationDatabase } from "./notification-database.ts";

/** Who is told. Every call rejects while the database is away. */
export interface RecipientStore {
  /** In order of name. */
  recipients(): Promise<Recipient[]>;
  /** @returns a word when there is no place for it */
  addRecipient(entry: RecipientEntry, by: string): Promise<Recipient | "name-taken" | "too-many">;
  /** @returns null for an unknown one */
  changeRecipient(id: string, entry: RecipientEntry, by: string): Promise<Recipient | "name-taken" | null>;
  /** What was sent to them stays in the log. @returns false for an unknown one */
  removeRecipient(id: string): Promise<boolean>;
}

const COLUMNS = "id::text as id, name, language, addresses, is_enabled";
/** Two at once may pass the limit by one: it is no promise to anybody. */
const ADD = `
  insert into notification_recipient (id, name, language, addresses, is_enabled, updated_by)
  select $1::uuid, $2::text, $3::text, $4::text, $5::boolean, $6::text
  where (select count(*) from notification_recipient) < ${MOST_RECIPIENTS} returning ${COLUMNS}`;
const CHANGE = `
  update notification_recipient set name = $2::text, language = $3::text, addresses = $4::text, is_enabled = $5::boolean,
    updated_by = $6::text, updated_at = clock_timestamp()
  where id = $1::uuid returning ${COLUMNS}`;
const UNIQUE_VIOLATION = "23505";

/** @param onWrite called after a change */
export function createRecipientStore(
  database: NotificationDatabase,
  sealer: ColumnSealer,
  onWrite: () => void,
): RecipientStore {
  async function write(
    sql: string,
    id: string,
    { name, language, addresses, isEnabled }: RecipientEntry,
    by: string,
  ): Promise<Recipient | "name-taken" | null> {
    const sealed = sealer.seal(JSON.stringify(addresses), id);
    try {
      const [row] = await database.query(sql, [id, name, language, sealed, isEnabled, by]);
      onWrite();
      return row ? recipientFrom(row, sealer) : null;
    } catch (error) {
      if (error instanceof Error && "sqlState" in error && error.sqlState === UNIQUE_VIOLATION) return "name-taken";
      throw error;
    }
  }

  return {
    async recipients() {
      const rows = await database.query(`select ${COLUMNS} from notification_recipient order by name`);
      return rows.map((row) => recipientFrom(row, sealer));
    },
    addRecipient: async (entry, by) => (await write(ADD, randomUUID(), entry, by)) ?? "too-many",
    changeRecipient: (id, entry, by) => write(CHANGE, id, entry, by),
    async removeRecipient(id) {
      const rows = await database.query("delete from notification_recipient where id = $1::uuid returning id", [id]);
      onWrite();
      return rows.length > 0;
    },
  };
}

function recipientFrom(row: Record<string, unknown>, sealer: ColumnSealer): Recipient {
  const id = String(row["id"]);
  const language = NOTICE_LANGUAGES.find((one) => one === row["language"]) ?? "zh-CN";
  return {
    id,
    name: String(row["name"]),
    language,
    addresses: JSON.parse(sealer.open(String(row["addresses"]), id)) as Addresses,
    isEnabled: row["is_enabled"] === true,
  };
}
