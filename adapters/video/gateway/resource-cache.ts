import type { VideoError } from "../../../domain/video/video-cause.ts";
import type { UpstreamCall, UpstreamSink } from "./upstream.ts";

/**
 * A resource of a camera in memory, perhaps still arriving. Whoever wants it reads the chunks that are there, and is told of
 * more: the 81st viewer gets at once what has arrived for the first.
 */
export interface CachedResource {
  readonly chunks: readonly Buffer[];
  readonly byteLength: number;
  /** As announced; null = not announced, or not known yet. */
  readonly announced: number | null;
  readonly contentType: string | null;
  /** `checking`: nothing may be sent yet, for the first bytes have not been looked at. */
  readonly state: "checking" | "filling" | "whole" | "failed";
  readonly error: VideoError | null;
  /** Told at each change. @returns unsubscribe */
  onChange(listener: () => void): () => void;
  /** Who has opened it says that it is no longer needed. The last one to leave ends a fetch that is under way. */
  release(): void;
}

export type CacheSource = {
  readonly start: (sink: UpstreamSink) => UpstreamCall;
  /** Looks at the first bytes. @returns the content type, null = more bytes are needed @throws {VideoError} `bad_content` */
  readonly sniff: (first: Buffer) => string | null;
  /** Of whom it counts, for the figures. */
  readonly onFetched?: (bytes: number, error: VideoError | null) => void;
};

export interface ResourceCache {
  /** The resource of this key: from memory, joined while it arrives, or fetched anew, which alone asks for the source. */
  open(key: string, sourceOf: () => CacheSource): CachedResource;
  /** Whole and in memory. */
  has(key: string): boolean;
  stats(): { readonly bytes: number; readonly entries: number; readonly joined: number };
}

export type CacheOptions = {
  readonly maxBytes: number;
  /** Milliseconds that go forward. */
  readonly clock?: () => number;
};

/** So long a failure is remembered: many who ask at once are one question to the camera. */
const NEGATIVE_MS = 1_000;
/** First bytes that are looked at before anything goes out. */
const SNIFF_BYTES = 16;
/** The first block of a body of which nobody knows how long it will be, and the largest of any. */
const FIRST_BYTES = 64 * 1024;
const BLOCK_BYTES = 1024 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

export function createResourceCache({ maxBytes, clock = () => performance.now() }: CacheOptions): ResourceCache {
  /** In the order in which they came or were used last: the first is the one to go. */
  const entries = new Map<string, Entry>();
  const filling = new Set<Entry>();
  /** In the order in which they failed. */
  const failed = new Map<string, Entry>();
  let bytes = 0;
  let joined = 0;

  /** Room is made from what is whole and used by nobody; while there is none, what arrives has to wait. */
  function makeRoom(): void {
    letGo();
    for (const entry of filling) entry.hold(bytes > maxBytes);
  }

  function letGo(): void {
    if (bytes <= maxBytes) return;
    for (const [key, entry] of entries) {
      if (bytes <= maxBytes) break;
      if (entry.state === "whole" && entry.users === 0) forget(key, entry);
    }
  }

  function putLast(key: string, entry: Entry): void {
    entries.delete(key);
    entries.set(key, entry);
  }

  function forget(key: string, entry: Entry): void {
    if (entries.get(key) === entry) entries.delete(key);
    settle(entry);
  }

  /** Nobody may ever ask for them again. */
  function forgetOldFailures(): void {
    for (const [key, entry] of failed) {
      if (clock() - entry.failedAtMs <= NEGATIVE_MS) break;
      failed.delete(key);
      forget(key, entry);
    }
  }

  /** What nobody holds any more counts no longer. */
  function settle(entry: Entry): void {
    bytes -= entry.counted;
    entry.counted = 0;
  }

  function begin(key: string, source: CacheSource): Entry {
    const entry = new Entry(source.sniff, {
      onBytes(count) {
        bytes += count;
        makeRoom();
      },
      onEnd(error) {
        filling.delete(entry);
        source.onFetched?.(entry.byteLength, error);
        if (error !== null) {
          failed.set(key, entry);
          settle(entry);
        }
        makeRoom();
      },
      onUnused() {
        if (filling.delete(entry)) {
          entry.abort();
          forget(key, entry);
        }
        makeRoom();
      },
    });
    entries.set(key, entry);
    filling.add(entry);
    entry.begin(source.start, clock);
    return entry;
  }

  return {
    open(key, sourceOf) {
      forgetOldFailures();
      const known = entries.get(key);
      const entry = known ?? begin(key, sourceOf());
      if (known) {
        joined += 1;
        putLast(key, known);
      }
      entry.users += 1;
      return new Handle(entry);
    },
    has: (key) => entries.get(key)?.state === "whole",
    stats: () => ({ bytes, entries: entries.size, joined }),
  };
}

type EntryEvents = {
  onBytes(count: number): void;
  onEnd(error: VideoError | null): void;
  onUnused(): void;
};

class Entry {
  chunks: Buffer[] = [];
  byteLength = 0;
  announced: number | null = null;
  contentType: string | null = null;
  state: CachedResource["state"] = "checking";
  error: VideoError | null = null;
  users = 0;
  /** Bytes of it that the cache counts. */
  counted = 0;
  failedAtMs = 0;
  readonly #sniff: CacheSource["sniff"];
  readonly #events: EntryEvents;
  readonly #listeners = new Set<() => void>();
  #call: UpstreamCall | null = null;
  /** What arrives is copied into it; so much of it is filled. */
  #block = NOTHING;
  #filled = 0;
  #isHeld = false;

  constructor(sniff: CacheSource["sniff"], events: EntryEvents) {
    this.#sniff = sniff;
    this.#events = events;
  }

  begin(start: CacheSource["start"], clock: () => number): void {
    const fail = (error: VideoError): void => {
      if (this.state === "failed") return;
      this.state = "failed";
      this.error = error;
      this.failedAtMs = clock();
      // Nobody is sent any more of it.
      this.chunks = [];
      this.#block = NOTHING;
      this.#call?.abort();
      this.#events.onEnd(error);
      this.#tell();
    };
    this.#call = start({
      head: (length) => {
        this.announced = length;
      },
      data: (chunk) => {
        if (this.state === "failed") return;
        this.#keep(chunk);
        this.counted += chunk.length;
        this.#events.onBytes(chunk.length);
        try {
          this.#check(false);
        } catch (error) {
          return fail(error as VideoError);
        }
        this.#tell();
      },
      end: () => {
        try {
          this.#check(true);
        } catch (error) {
          return fail(error as VideoError);
        }
        this.state = "whole";
        // One buffer goes out by one write. Room that is left over would not be counted.
        if (this.chunks.length > 1 || this.#filled < this.#block.length) this.chunks = [Buffer.concat(this.chunks)];
        this.#block = NOTHING;
        this.#events.onEnd(null);
        this.#tell();
      },
      fail,
    });
  }

  #check(isEnd: boolean): void {
    if (this.state !== "checking" || (this.byteLength < SNIFF_BYTES && !isEnd)) return;
    this.contentType = this.#sniff(this.chunks[0] ?? NOTHING);
    if (this.contentType !== null) this.state = "filling";
  }

  /** Into blocks, of which there is one only where the camera has announced how much comes. */
  #keep(chunk: Buffer): void {
    for (let from = 0; from < chunk.length; ) {
      if (this.#filled === this.#block.length) this.#addBlock();
      const count = chunk.copy(this.#block, this.#filled, from);
      from += count;
      this.#filled += count;
      this.chunks[this.chunks.length - 1] = this.#block.subarray(0, this.#filled);
    }
    this.byteLength += chunk.length;
  }

  /** A camera that announces much and sends nothing takes no memory. */
  #addBlock(): void {
    const { announced, byteLength } = this;
    const likely = announced !== null && announced > byteLength ? announced - byteLength : FIRST_BYTES + byteLength;
    this.#block = Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, likely));
    this.#filled = 0;
    this.chunks.push(this.#block);
  }

  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    if (isHeld) this.#call?.pause();
    else this.#call?.resume();
  }

  abort(): void {
    this.#call?.abort();
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  leave(): void {
    this.users -= 1;
    if (this.users === 0) this.#events.onUnused();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** For one who uses it: to release it twice counts once. A class, as one is made for each request. */
class Handle implements CachedResource {
  readonly #entry: Entry;
  #isReleased = false;

  constructor(entry: Entry) {
    this.#entry = entry;
  }

  get chunks(): readonly Buffer[] {
    return this.#entry.chunks;
  }

  get byteLength(): number {
    return this.#entry.byteLength;
  }

  get announced(): number | null {
    return this.#entry.announced;
  }

  get contentType(): string | null {
    return this.#entry.contentType;
  }

  get state(): CachedResource["state"] {
    return this.#entry.state;
  }

  get error(): VideoError | null {
    return this.#entry.error;
  }

  onChange(listener: () => void): () => void {
    return this.#entry.listen(listener);
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#entry.leave();
  }
}
