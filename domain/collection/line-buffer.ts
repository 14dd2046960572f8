const FIRST_BYTES = 256;

/** Holds the beginning of a line whose end has not come. The caller limits its length. */
export class LineBuffer {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }
  /** Only the first `length` bytes count; overwritten by the next line. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  clear(): void {
    this.#length = 0;
  }

  add(piece: Uint8Array, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#bytes.length) {
      const wider = new Uint8Array(2 * length);
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    this.#bytes.set(piece.subarray(from, to), this.#length);
    this.#length = length;
  }
}
