const EMPTY = new Uint8Array(0);
const LEAST_BYTES = 4096;

/**
 * Collects a body from the pieces it comes in. A body that lies in one piece is a view on it; otherwise the bytes are
 * copied into a buffer that doubles, so that a drip of single bytes costs no more than a fixed price each.
 */
export class BodyBytes {
  readonly #limit: number;
  #view: Uint8Array | null = null;
  #owned: Uint8Array = EMPTY;
  #length = 0;

  /** @param limit bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  clear(): void {
    this.#view = null;
    this.#owned = EMPTY;
    this.#length = 0;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#length + bytes <= this.#limit;
  }

  /** The caller has asked `hasRoomFor`. */
  add(piece: Uint8Array, from: number, to: number): void {
    if (this.#length === 0) {
      this.#view = piece.subarray(from, to);
      this.#length = to - from;
      return;
    }
    this.own(null);
    this.#reserve(this.#length + to - from, null);
    this.#append(piece.subarray(from, to));
  }

  /**
   * Lets go of the piece that the body is a view on.
   *
   * @param expectedBytes the length of the whole body where it is known
   */
  own(expectedBytes: number | null): void {
    const view = this.#view;
    if (view === null) return;
    this.#view = null;
    this.#length = 0;
    this.#reserve(view.length, expectedBytes);
    this.#append(view);
  }

  get bytes(): Uint8Array {
    return this.#view ?? this.#owned.subarray(0, this.#length);
  }

  #append(bytes: Uint8Array): void {
    this.#owned.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(bytes: number, expectedBytes: number | null): void {
    if (bytes <= this.#owned.length) return;
    const doubled = Math.max(LEAST_BYTES, 2 * bytes);
    const wider = new Uint8Array(expectedBytes === null ? doubled : Math.min(doubled, Math.max(bytes, expectedBytes)));
    wider.set(this.#owned.subarray(0, this.#length));
    this.#owned = wider;
  }
}
