import type { JournalSafekeeping } from "../../domain/telemetry/journal-entry.ts";
import type { Database } from "./database.ts";

const PAGE = 2_000;
const TIMEOUT_MS = 20_000;
const MISSING = `
  select k.position::int - 1 as position
  from unnest($1::text[], $2::timestamptz[]) with ordinality as k (code, slot, position)
  left join site on site.code = k.code
  left join sample on sample.site_id = site.id and sample.slot = k.slot
  where sample.site_id is null`;

/**
 * Looks whether the database still has what it acknowledged. The embedded one may have forgotten it: a power failure, a
 * lost folder, a restored copy. What is missing goes back to the journal and is replayed.
 *
 * @returns how many entries were missing
 */
export async function verifyAcknowledged(database: Database, journal: JournalSafekeeping): Promise<number> {
  let missing = 0;
  let afterId = 0;
  for (;;) {
    const page = journal.acknowledged(afterId, PAGE);
    const last = page.at(-1);
    if (!last) return missing;
    const keys = [page.map(({ siteId }) => siteId), page.map(({ slot }) => slot)];
    const rows = await database.query(MISSING, keys, { timeoutMs: TIMEOUT_MS });
    const ids = rows.flatMap(({ position }) => page[Number(position)]?.id ?? []);
    if (ids.length > 0) journal.reopen(ids);
    missing += ids.length;
    afterId = last.id;
  }
}
