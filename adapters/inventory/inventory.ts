import type { Site } from "../../domain/sites/site.ts";
import type { SiteChange } from "./site-repository.ts";

/** The sites that the platform knows: the database's `site` table, kept in memory, fed by the sites file. */
export interface Inventory {
  get(siteId: string): Site | undefined;
  /** In order of id. The same list until a site changes. */
  all(): readonly Site[];
  /** The database's number of a site; undefined for an unknown one. */
  numberOf(siteId: string): number | undefined;
  /** Called after the inventory changed. @returns unsubscribe */
  onChange(listener: () => void): () => void;
}

/** The inventory for whoever changes it. */
export interface SiteBook extends Inventory {
  /** Grows with every change of a site; 0 while it is not stored. */
  versionOf(siteId: string): number;
  /** Name of the sites file that says what the site is; null = it is free to be changed. */
  managedBy(siteId: string): string | null;
  /**
   * Adds and replaces sites: all of them or none. It is not asked whether a file manages them.
   *
   * @returns false when one of them was changed by somebody else meanwhile; what is known of the sites is fresh then
   * @throws the database's error while that is away
   */
  change(changes: readonly SiteChange[]): Promise<boolean>;
}
