import { onScopeDispose, type Ref, readonly, ref, type ShallowRef, shallowRef, watch } from "vue";
import { type BatchFrame, MAX_BATCH_STREAMS, readFrameBatch } from "../../domain/video/frame-batch.ts";
import { drawJpegs } from "./draw-jpegs.ts";
import { limited } from "./limited.ts";
import { canDecodeFrames, createFramePainter, type DecodedPicture, type DrawFrame } from "./paint-frames.ts";

/** What became of a stream's pictures here. */
export type Picture = {
  /** `performance.now()` of the newest one that was drawn; null = none. */
  readonly drawnAtMs: number | null;
  /** The newest one could not be decoded. */
  readonly isBroken: boolean;
  /** Why the gateway makes no JPEG of it. */
  readonly lack?: "busy" | "failed" | undefined;
};
export type KeyFrameParts = {
  /** Streams whose tiles are seen and have no player, in order. Empty: nothing is asked. */
  readonly wanted: () => readonly string[];
  /** Draws into the tile of a stream, if it still has one. */
  readonly draw: (streamId: string, picture: DecodedPicture) => void;
  /** Whether this stream is asked for as JPEG, not as a key frame. */
  readonly isJpeg: (streamId: string) => boolean;
  /** All of a batch is drawn. */
  readonly present: () => void;
  /** The gateway does not know this browser (any more). */
  readonly onRefused: () => Promise<void>;
};
export type KeyFrames = {
  readonly pictures: Readonly<ShallowRef<ReadonlyMap<string, Picture>>>;
  /** The last question was not answered. */
  readonly isAway: Readonly<Ref<boolean>>;
  /** The canvas was cleared, wholly or where these stand: they have no picture now, and are asked for at once. */
  forget(streamIds?: readonly string[]): void;
};

const EVERY_MS = 2_000;
const LIMIT_MS = 4_000;
/** A picture that breaks the decoder is not tried again with each batch: it costs all others their decoder. */
const BROKEN_FOR_MS = 30_000;
/** The first pictures of a wall come in so many steps: 81 take a small computer half a second. */
const FIRST_PICTURES_AT_ONCE = 16;
/** Tiles come into view in several steps while a page is laid out or scrolled. */
const SETTLE_MS = 60;

/** Asks for the newest key frames of the tiles that are seen, all in one request, and draws them. Call in `setup`. */
export function useKeyFrames({ wanted, draw, isJpeg, present, onRefused }: KeyFrameParts): KeyFrames {
  const pictures = shallowRef<ReadonlyMap<string, Picture>>(new Map());
  const isAway = ref(false);
  const gone = new AbortController();
  const brokenUntilMs = new Map<string, number>();
  const painter = canDecodeFrames() ? createFramePainter() : null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  let asked = new Set<string>();

  function schedule(waitMs: number): void {
    clearTimeout(timer);
    if (!gone.signal.aborted) timer = setTimeout(round, waitMs);
  }

  async function round(): Promise<void> {
    if (isAsking) return;
    const startedMs = performance.now();
    const streams = wanted()
      .filter((id) => (brokenUntilMs.get(id) ?? 0) <= startedMs)
      .slice(0, MAX_BATCH_STREAMS);
    asked = new Set(streams);
    if (streams.length > 0) {
      isAsking = true;
      const [jpegs, frames] = [streams.filter((id) => isJpeg(id)), streams.filter((id) => !isJpeg(id))];
      const answers = await Promise.all([ask("keyframes", frames, paint), ask("jpegs", jpegs, drawJpegs)]);
      if (!gone.signal.aborted) isAway.value = answers.includes(false);
      isAsking = false;
    }
    // With nothing to ask for, the next change of what is wanted starts it again.
    if (wanted().length > 0) schedule(Math.max(SETTLE_MS, startedMs + EVERY_MS - performance.now()));
  }

  const paint = async (batch: readonly BatchFrame[], into: DrawFrame): Promise<ReadonlySet<number>> =>
    (await painter?.paint(batch, into)) ?? new Set();

  /** @returns false when there was no answer */
  async function ask(
    kind: "keyframes" | "jpegs",
    streams: readonly string[],
    paintAll: typeof paint,
  ): Promise<boolean> {
    if (streams.length === 0) return true;
    try {
      const address = `/v/_wall/${kind}?streams=${streams.map(encodeURIComponent).join(",")}`;
      const signal = limited(gone.signal, LIMIT_MS);
      const response = await fetch(address, { credentials: "same-origin", signal });
      if (response.status === 401 || response.status === 403) await onRefused();
      const batch = response.ok ? readFrameBatch(new Uint8Array(await response.arrayBuffer()), streams.length) : null;
      if (batch) await showParts(streams, batch, paintAll);
      return batch !== null;
    } catch {
      // The server is away: the tiles grow old, and the next round asks again.
      return false;
    }
  }

  /** A wall that shows pictures already gets its next ones at once: each step is a turn of all its tiles. */
  async function showParts(
    streams: readonly string[],
    batch: readonly BatchFrame[],
    paintAll: typeof paint,
  ): Promise<void> {
    const hasPictures = streams.some((id) => pictures.value.get(id)?.drawnAtMs != null);
    const size = hasPictures ? MAX_BATCH_STREAMS : FIRST_PICTURES_AT_ONCE;
    for (let at = 0; at < batch.length && !gone.signal.aborted; at += size)
      await show(streams, batch.slice(at, at + size), paintAll);
  }

  async function show(streams: readonly string[], batch: readonly BatchFrame[], paintAll: typeof paint): Promise<void> {
    const failed = await paintAll(batch, (index, picture) => draw(streams[index] ?? "", picture));
    present();
    const nowMs = performance.now();
    const next = new Map(pictures.value);
    for (const { index, codec } of batch) {
      const id = streams[index] ?? "";
      if (codec === "busy" || codec === "failed") {
        next.set(id, { drawnAtMs: next.get(id)?.drawnAtMs ?? null, isBroken: false, lack: codec });
        continue;
      }
      const isBroken = failed.has(index);
      if (isBroken) brokenUntilMs.set(id, nowMs + BROKEN_FOR_MS);
      else brokenUntilMs.delete(id);
      next.set(id, { drawnAtMs: isBroken ? (next.get(id)?.drawnAtMs ?? null) : nowMs, isBroken });
    }
    pictures.value = next;
  }

  watch(wanted, (ids) => {
    if (ids.some((id) => !asked.has(id))) schedule(SETTLE_MS);
  });
  schedule(0);
  onScopeDispose(() => {
    gone.abort();
    clearTimeout(timer);
    painter?.close();
  });
  return {
    pictures,
    isAway: readonly(isAway),
    forget(streamIds) {
      const next = new Map(streamIds ? pictures.value : []);
      for (const id of streamIds ?? []) next.delete(id);
      pictures.value = next;
      schedule(SETTLE_MS);
    },
  };
}
