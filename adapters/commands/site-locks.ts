import { AppError } from "../../domain/errors.ts";
import { type CommandDatabase, textOf, timeOf } from "./command-rows.ts";

/** A lock-out that hangs at a site. `until`: when the work should be over; the lock stays until a person removes it. */
export type SiteLock = {
  readonly id: string;
  readonly siteId: string;
  readonly until: string;
  readonly reason: string;
  readonly setBy: string;
  readonly setAt: string;
  readonly removedBy: string | null;
  readonly removedAt: string | null;
  readonly removedReason: string | null;
};

export type NewSiteLock = Pick<SiteLock, "siteId" | "until" | "reason"> & { readonly by: string };

/**
 * Maintenance lock-out: no command goes to a site while one hangs there. Everybody who works there hangs an own one, and
 * the site is free when the last one is gone. What is in flight at that moment goes on: look at it before somebody goes near.
 */
export interface SiteLocks {
  /** In force, oldest first. @param siteIds null = all sites */
  locksOf(siteIds: readonly string[] | null): Promise<SiteLock[]>;
  /** Hangs a lock; again by the same person, it changes their own. @throws {AppError} `site.not-found` */
  setLock(lock: NewSiteLock): Promise<SiteLock>;
  /** @returns the lock as it was removed; null when there is none, or it was removed before */
  removeLock(id: string, by: string, reason: string | null): Promise<SiteLock | null>;
}

/** A condition on a site `s`. */
export const IS_LOCKED = "exists (select from site_lock k where k.site_id = s.id and k.removed_at is null)";

const COLUMNS = `k.id::text as id, s.code, k.until, k.reason, k.set_by, k.set_at, k.removed_by, k.removed_at, k.removed_reason`;
const READ = `
  select ${COLUMNS} from site_lock k join site s on s.id = k.site_id
  where k.removed_at is null and ($1::text[] is null or s.code = any($1)) order by k.set_at, k.id`;
const SET = `
  with k as (
    insert into site_lock (site_id, until, reason, set_by)
    select id, $2::timestamptz, $3::text, $4::text from site where code = $1::text
    on conflict (site_id, set_by) where removed_at is null do update set until = excluded.until, reason = excluded.reason
    returning *)
  select ${COLUMNS} from k join site s on s.id = k.site_id`;
const REMOVE = `
  with k as (
    update site_lock set removed_at = clock_timestamp(), removed_by = $2::text, removed_reason = $3::text
    where id = $1::uuid and removed_at is null returning *)
  select ${COLUMNS} from k join site s on s.id = k.site_id`;

export function createSiteLocks(database: CommandDatabase): SiteLocks {
  return {
    locksOf: async (siteIds) => (await database.query(READ, [siteIds])).map(lockFrom),

    async setLock({ siteId, until, reason, by }) {
      const [row] = await database.query(SET, [siteId, until, reason, by]);
      if (!row) throw new AppError("site.not-found", `there is no site ${siteId}`);
      return lockFrom(row);
    },

    async removeLock(id, by, reason) {
      const [row] = await database.query(REMOVE, [id, by, reason]);
      return row ? lockFrom(row) : null;
    },
  };
}

function lockFrom(row: Record<string, unknown>): SiteLock {
  return {
    id: String(row["id"]),
    siteId: String(row["code"]),
    until: timeOf(row["until"]) ?? "",
    reason: String(row["reason"]),
    setBy: String(row["set_by"]),
    setAt: timeOf(row["set_at"]) ?? "",
    removedBy: textOf(row["removed_by"]),
    removedAt: timeOf(row["removed_at"]),
    removedReason: textOf(row["removed_reason"]),
  };
}
