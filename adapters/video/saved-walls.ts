import { MAX_SAVED_WALLS, readWallView, type SavedWall, type WallView } from "../../domain/video/wall-settings.ts";
import type { VideoDatabase } from "./stream-store.ts";

/** How people look at the video wall, under names of their own. Every call rejects while the database is away. */
export interface SavedWalls {
  /** In order of their names. */
  list(username: string): Promise<SavedWall[]>;
  /** One of the same name gives way. @returns `full` when there are as many as one person may keep; `nobody` without an account */
  keep(username: string, name: string, view: WallView): Promise<"kept" | "full" | "nobody">;
  /** @returns false when there is no such wall */
  remove(username: string, name: string): Promise<boolean>;
}

const LIST = `
  select w.name, w.view from video_wall w join user_account u on u.id = w.user_id where u.username = $1 order by w.name`;
const OWNER = "select id from user_account where username = $1";
// Two calls in the same moment may keep one too many, which harms nobody.
const KEEP = `
  with owner as (${OWNER}), others as (
    select count(*) as n from video_wall w join owner o on o.id = w.user_id where w.name <> $2)
  insert into video_wall as w (user_id, name, view)
  select o.id, $2, $3::jsonb from owner o, others where others.n < $4
  on conflict (user_id, name) do update set view = excluded.view, changed_at = clock_timestamp()
  returning w.name`;
const REMOVE = `
  delete from video_wall w using user_account u
  where u.id = w.user_id and u.username = $1 and w.name = $2 returning w.name`;

export function createSavedWalls(database: VideoDatabase): SavedWalls {
  return {
    async list(username) {
      const rows = await database.query(LIST, [username], { name: "video-walls" });
      return rows.map(({ name, view }) => ({ name: String(name), view: readWallView(view) }));
    },
    async keep(username, name, view) {
      const kept = await database.query(KEEP, [username, name, JSON.stringify(view), MAX_SAVED_WALLS]);
      if (kept.length > 0) return "kept";
      const owner = await database.query(OWNER, [username]);
      return owner.length > 0 ? "full" : "nobody";
    },
    remove: async (username, name) => (await database.query(REMOVE, [username, name])).length > 0,
  };
}
