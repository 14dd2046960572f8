/** The part of the database that alarms need. Rows as objects, `jsonb` parsed, `timestamptz` as Date. */
export interface AlarmDatabase {
  query(
    text: string,
    values?: readonly unknown[],
    options?: { readonly name?: string },
  ): Promise<Record<string, unknown>[]>;
}

/** The database's number of a site, and the way back. A site that it does not have has no alarms. */
export type SiteNumbers = { numberOf(siteId: string): number | undefined };
