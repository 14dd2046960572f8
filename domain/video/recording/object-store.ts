/** Part of an object, both ends counted. */
export type ObjectRange = { readonly first: number; readonly last: number };

export type OpenedObject = {
  /** Of the whole object. */
  readonly sizeBytes: number;
  /** Ends by itself; who does not read it to its end destroys it. */
  readonly stream: AsyncIterable<Uint8Array> & { destroy(): void };
};

export type StoredObject = { readonly key: string; readonly bytes: number; readonly changedMs: number };

/** Where recordings lie. Keys are those of `object-key.ts`, and nothing else is touched. */
export interface ObjectStore {
  /** @returns false when there is one of this key already, which stays as it is @throws when there is no room (`ENOSPC`) or no access */
  put(key: string, parts: readonly Uint8Array[]): Promise<boolean>;
  /** @returns null when there is no such object; an empty one for a range beyond its end @throws when it cannot be read */
  open(key: string, range?: ObjectRange): Promise<OpenedObject | null>;
  /** Afterwards it is not there. @returns false when it was not, as far as the store says so, or is none of ours @throws when it cannot be removed */
  remove(key: string): Promise<boolean>;
  /** Those that began within these hours (milliseconds since the Unix epoch), site by site. Files that are not ours are left out. */
  list(fromMs: number, toMs: number): AsyncIterable<StoredObject>;
  /** Bytes that may still be written; null where nobody knows. @throws when it cannot be asked */
  freeBytes(): Promise<number | null>;
}
