/** Counts by key; a key that counts nothing takes no room. */
export class CountPerKey {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string): void {
    this.#counts.set(key, this.of(key) + 1);
  }

  /** Of a key that counts nothing there is nothing to take. */
  take(key: string): void {
    const left = this.of(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }

  clear(): void {
    this.#counts.clear();
  }

  /** How many keys count something. */
  get size(): number {
    return this.#counts.size;
  }
}
