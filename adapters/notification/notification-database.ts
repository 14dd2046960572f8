/** The part of the database that notification needs. Rows as objects, `int8` as text, `jsonb` parsed, `timestamptz` as Date. */
export interface NotificationDatabase {
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** Makes one process the only one that decides and sends. */
export interface NotificationLease {
  readonly name: string;
  readonly holder: string;
  /** Makes a row set `fence` from $1 name, $2 holder, $3 token: no row when the lease is not held. */
  readonly fenceSql: string;
  /** Fencing token while the lease is held; null otherwise. */
  token(): number | null;
}

/** Seals the values of one column; `row` is the key of the row. */
export interface ColumnSealer {
  seal(text: string, row: string): string;
  /** @throws {AppError} `secret.unreadable` */
  open(blob: string, row: string): string;
}

export type NotificationSealers = { readonly addresses: ColumnSealer; readonly settings: ColumnSealer };
