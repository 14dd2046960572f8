import type { SealContext, SecretBox } from "./secret-box.ts";

/** A column that holds blobs of the secret box. `key`: the column whose value is `SealContext.row`. */
export type SealedColumn = Pick<SealContext, "table" | "column"> & { readonly key: string };

/** Every column that is sealed. A new one is one line here: the rotation of keys walks over this list. */
export const SEALED_COLUMNS = {
  totpSecret: { table: "user_account", key: "id", column: "totp_secret" },
  webhookSecret: { table: "webhook", key: "id", column: "secret" },
  webhookUrl: { table: "webhook", key: "id", column: "url" },
  notificationAddresses: { table: "notification_recipient", key: "id", column: "addresses" },
  notificationSettings: { table: "notification_channel", key: "kind", column: "settings" },
  idempotencyAnswer: { table: "idempotency", key: "id", column: "answer" },
} as const satisfies Record<string, SealedColumn>;

/** The place of one sealed value. */
export function placeOf({ table, column }: SealedColumn, row: string | number): SealContext {
  return { table, row, column };
}

/** The secret box for one column: what its owner needs, and no other place can be opened with it. */
export interface ColumnBox {
  seal(text: string, row: string | number): string;
  /** @throws {AppError} `secret.unreadable` */
  open(blob: string, row: string | number): string;
}

export function boxFor(box: SecretBox, column: SealedColumn): ColumnBox {
  return {
    seal: (text, row) => box.seal(text, placeOf(column, row)),
    open: (blob, row) => box.open(blob, placeOf(column, row)),
  };
}
