import { AppError } from "../../domain/errors.ts";
import { type CommandDatabase, textOf, timeOf } from "./command-rows.ts";

/** Whether commands may be sent to a site. `by`, `reason` and `at`: null while nobody has ever decided. */
export type SiteWrites = {
  readonly siteId: string;
  readonly profileId: string;
  readonly isEnabled: boolean;
  readonly by: string | null;
  readonly reason: string | null;
  readonly at: string | null;
};

/** `all` switches on the sites that the profile has now, and off those to come as well. */
export type NewWrites = {
  readonly profileId: string;
  readonly siteIds: readonly string[] | "all";
  readonly isEnabled: boolean;
  readonly reason: string;
  readonly by: string;
};

/** Off for every site until somebody switches it on, for its profile: a site that gets another profile is off again. */
export interface WriteSwitches {
  /** @param siteIds null = all sites */
  writesOf(siteIds: readonly string[] | null): Promise<SiteWrites[]>;
  /**
   * All of them or none.
   *
   * @throws {AppError} `site.not-found`: one of the sites is not there, or has another profile
   */
  setWrites(writes: NewWrites): Promise<void>;
}

// Two look-ups by the index, whatever the number of sites and of switchings.
const NEWEST = `select w.* from (
    (select * from command_writes where profile_id = s.profile_id and site_id = s.id order by id desc limit 1) union all
    (select * from command_writes where profile_id = s.profile_id and site_id is null order by id desc limit 1)
  ) as w order by w.id desc limit 1`;
/** A condition on a site `s`. */
export const MAY_WRITE = `coalesce((select w.is_enabled from (${NEWEST}) as w), false)`;

const READ = `
  select s.code, s.profile_id, coalesce(w.is_enabled, false) as is_enabled, w.set_by, w.reason, w.set_at
  from site s left join lateral (${NEWEST}) as w on true
  where $1::text[] is null or s.code = any($1) order by s.code`;
const SWITCH_OFF_ALL = `
  insert into command_writes (profile_id, site_id, is_enabled, reason, set_by)
  values ($1::text, null, false, $2::text, $3::text)`;
const SWITCH = `
  with known as (select id from site where profile_id = $1::text and ($4::text[] is null or code = any($4)))
  insert into command_writes (profile_id, site_id, is_enabled, reason, set_by)
  select $1::text, id, $5::boolean, $2::text, $3::text from known
  where $4::text[] is null or (select count(*) from known) = cardinality($4) order by id
  returning 1`;

export function createWriteSwitches(database: CommandDatabase): WriteSwitches {
  return {
    async writesOf(siteIds) {
      return (await database.query(READ, [siteIds])).map((row) => ({
        siteId: String(row["code"]),
        profileId: String(row["profile_id"]),
        isEnabled: row["is_enabled"] === true,
        by: textOf(row["set_by"]),
        reason: textOf(row["reason"]),
        at: timeOf(row["set_at"]),
      }));
    },

    async setWrites({ profileId, siteIds, isEnabled, reason, by }) {
      const given = [profileId, reason, by];
      if (siteIds === "all" && !isEnabled) return void (await database.query(SWITCH_OFF_ALL, given));
      const named = siteIds === "all" ? null : [...new Set(siteIds)];
      const rows = await database.query(SWITCH, [...given, named, isEnabled]);
      if (named !== null && named.length !== rows.length) {
        throw new AppError("site.not-found", `one of the sites is not there or has another profile than ${profileId}`);
      }
    },
  };
}
