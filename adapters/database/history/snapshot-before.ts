import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import type { Database } from "../database.ts";
import { SNAPSHOT_COLUMNS, snapshotFrom } from "../latest-repository.ts";

// Downwards by the key: the first row found is the one, whatever lies before it.
const BEFORE = `
  select site.code, profile_registry.code as profile_code, s.*
  from (
    select s.site_id, ${SNAPSHOT_COLUMNS}
    from sample s where s.site_id = $1::int and s.slot < $2::timestamptz
    order by s.slot desc limit 1) s
  join site on site.id = s.site_id
  join profile_registry on profile_registry.id = s.profile`;

/**
 * The newest stored snapshot of a site before a moment, which is not included; null when there is none.
 *
 * @throws {SqlError}
 */
export async function readBefore(database: Database, siteNumber: number, ms: number): Promise<Snapshot | null> {
  const [row] = await database.query(BEFORE, [siteNumber, new Date(ms).toISOString()]);
  return row ? snapshotFrom(row) : null;
}
