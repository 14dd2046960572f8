import type { SiteDatabase } from "./site-repository.ts";

const LOOK_MS = 5_000;
const STATE = `select count(*)::int as sites, max(updated_at)::text as changed_at,
  (select string_agg(name, '/' order by name) from sites_file where seen_at > now() - interval '2 minutes') as files
  from site`;

/**
 * Looks whether another process has changed the stored sites, or follows another sites file, and tells so. The first look tells too. A database that is
 * away is looked for again.
 *
 * @returns stop
 */
export function watchDatabase(database: SiteDatabase, onChange: () => Promise<void>, lookMs = LOOK_MS): () => void {
  let known = "";
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    const [row] = await database.query(STATE);
    const state = `${row?.["sites"]} ${row?.["changed_at"]} ${row?.["files"]}`;
    if (state === known) return;
    await onChange();
    known = state;
  }

  function lookLater(): void {
    if (isStopped) return;
    timer = setTimeout(() => void look().then(lookLater, lookLater), lookMs).unref();
  }

  lookLater();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
