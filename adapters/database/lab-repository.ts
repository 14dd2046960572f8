import type { LabEntry, LabReading } from "../../domain/telemetry/lab-reading.ts";
import type { Database, Row } from "./database.ts";
import { toSqlError } from "./sql-errors.ts";

const COLUMNS = "id, point, value, taken_at, entered_by, entered_at, note, voided_at, voided_by";
const UNIQUE_VIOLATION = "23505";

/** Readings that people enter, by site id. Every call rejects with a `SqlError` while the database is away. */
export interface LabBook {
  /** All values of one sample or none. @returns null when one of them is entered already for that very moment */
  add(siteId: string, entry: LabEntry, enteredBy: string): Promise<LabReading[] | null>;
  /** Newest sample first. */
  list(siteId: string, page: LabPage): Promise<{ items: LabReading[]; total: number }>;
  /** The newest reading of each point that counts. */
  latest(siteId: string): Promise<LabReading[]>;
  /** Voids a reading; one that is voided already stays as it is. @returns null when the site has no such reading */
  void(siteId: string, id: number, voidedBy: string): Promise<LabReading | null>;
}

export type LabPage = {
  /** null = every point. */
  readonly point: string | null;
  readonly withVoided: boolean;
  /** Readings behind this one in the order of the list; null = from the start. */
  readonly after: { readonly takenAt: string; readonly id: number } | null;
  readonly limit: number;
};

export type LabBookOptions = {
  readonly database: Database;
  readonly numberOf: (siteId: string) => number | undefined;
};

/** A site that the database does not have has no readings, and gets none. */
export function createLabBook({ database, numberOf }: LabBookOptions): LabBook {
  const numbered = (siteId: string): number => numberOf(siteId) ?? -1;

  return {
    async add(siteId, { takenAt, values, note }, enteredBy) {
      const entries = Object.entries(values);
      const text = `
        insert into lab_reading (site_id, point, value, taken_at, entered_by, note)
        select $1::int, point, value, $2::timestamptz, $3::text, $4::text
        from unnest($5::text[], $6::double precision[]) as input (point, value)
        returning ${COLUMNS}`;
      try {
        const rows = await database.query(text, [
          numbered(siteId),
          takenAt,
          enteredBy,
          note,
          entries.map(([point]) => point),
          entries.map(([, value]) => value),
        ]);
        return rows.map((row) => readingFrom(siteId, row));
      } catch (error) {
        if (toSqlError(error).sqlState === UNIQUE_VIOLATION) return null;
        throw error;
      }
    },
    async list(siteId, { point, withVoided, after, limit }) {
      const where = `site_id = $1::int and ($2::text is null or point = $2) and ($3::boolean or voided_at is null)`;
      const given = [numbered(siteId), point, withVoided];
      const text = `select ${COLUMNS} from lab_reading where ${where}
        and ($4::timestamptz is null or (taken_at, id) < ($4, $5::bigint)) order by taken_at desc, id desc limit $6::int`;
      const [rows, counted] = await Promise.all([
        database.query(text, [...given, after?.takenAt ?? null, after?.id ?? null, limit]),
        database.query(`select count(*)::int as n from lab_reading where ${where}`, given),
      ]);
      return { items: rows.map((row) => readingFrom(siteId, row)), total: Number(counted[0]?.["n"]) };
    },
    async latest(siteId) {
      const text = `select distinct on (point) ${COLUMNS} from lab_reading
        where site_id = $1::int and voided_at is null order by point, taken_at desc, id desc`;
      const rows = await database.query(text, [numbered(siteId)]);
      return rows.map((row) => readingFrom(siteId, row));
    },
    async void(siteId, id, voidedBy) {
      const text = `update lab_reading set voided_at = coalesce(voided_at, now()), voided_by = coalesce(voided_by, $3)
        where site_id = $1::int and id = $2::bigint returning ${COLUMNS}`;
      const [row] = await database.query(text, [numbered(siteId), id, voidedBy]);
      return row ? readingFrom(siteId, row) : null;
    },
  };
}

function readingFrom(siteId: string, row: Row): LabReading {
  const voidedAt = row["voided_at"] as Date | null;
  return {
    id: Number(row["id"]),
    siteId,
    point: row["point"] as LabReading["point"],
    value: Number(row["value"]),
    takenAt: (row["taken_at"] as Date).toISOString(),
    enteredBy: String(row["entered_by"]),
    enteredAt: (row["entered_at"] as Date).toISOString(),
    note: String(row["note"]),
    voidedAt: voidedAt === null ? null : voidedAt.toISOString(),
    voidedBy: row["voided_by"] as string | null,
  };
}
