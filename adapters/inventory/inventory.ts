import type { Site } from "../../domain/sites/site.ts";

/** The sites that the platform knows: the database's `site` table, kept in memory, fed by the sites file. */
export interface Inventory {
  get(siteId: string): Site | undefined;
  /** In order of id. */
  all(): readonly Site[];
  /** The database's number of a site; undefined for an unknown one. */
  numberOf(siteId: string): number | undefined;
  /** Called after the inventory changed. @returns unsubscribe */
  onChange(listener: () => void): () => void;
}
