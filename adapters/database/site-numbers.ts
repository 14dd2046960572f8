import type { Database } from "./database.ts";

/** The numbers behind site ids and profile tags. */
export type NumberResolver = {
  /** Numbers by id; an id that the database does not have is missing in the answer. */
  sites(siteIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Numbers by tag; a new tag gets one. */
  profiles(tags: readonly string[]): Promise<ReadonlyMap<string, number>>;
};

const FIND_SITES = "select code, id from site where code = any($1::text[])";
const FIND_PROFILES = "select code, id from profile_registry where code = any($1::text[])";
const ADD_PROFILES = `
  insert into profile_registry (code) select distinct code from unnest($1::text[]) as t (code)
  on conflict (code) do nothing`;

/** Asks the database once per name, and keeps the answer: neither number ever changes. */
export function createNumberResolver(database: Database): NumberResolver {
  const siteNumbers = new Map<string, number>();
  const profileNumbers = new Map<string, number>();

  async function learn(known: Map<string, number>, text: string, names: readonly string[]): Promise<string[]> {
    const unknown = [...new Set(names)].filter((name) => !known.has(name));
    if (unknown.length === 0) return unknown;
    const rows = await database.query(text, [unknown], { lane: "ingest" });
    for (const { code, id } of rows) known.set(String(code), Number(id));
    return unknown.filter((name) => !known.has(name));
  }

  return {
    async sites(siteIds) {
      await learn(siteNumbers, FIND_SITES, siteIds);
      return siteNumbers;
    },
    async profiles(tags) {
      const unknown = await learn(profileNumbers, FIND_PROFILES, tags);
      if (unknown.length === 0) return profileNumbers;
      await database.query(ADD_PROFILES, [unknown], { lane: "ingest" });
      await learn(profileNumbers, FIND_PROFILES, unknown);
      return profileNumbers;
    },
  };
}
