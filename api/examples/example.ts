/** A good request and what it is answered, for the reference. Nothing private: names and addresses are made up. */
export type Example = {
  /** JSON; of a row that takes an upload the text of the file. */
  readonly body?: unknown;
  /** Of the status that the row declares. */
  readonly answer?: unknown;
};

/** By method and path of the row, such as `GET /api/v1/sites`. */
export type Examples = Readonly<Record<string, Example>>;

/** A list that is one page long. */
export function pageOf(...items: readonly unknown[]) {
  return { items, nextCursor: null, total: items.length };
}

export const SLOT = "2026-11-23T08:00:00.000Z";
export const COLLECTED = "2026-11-23T08:00:00.240Z";
