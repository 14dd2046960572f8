import type { TokenBucket } from "../../../domain/video/token-bucket.ts";
import { VideoError } from "../../../domain/video/video-cause.ts";
import type { AnswerHeaders, Exchange } from "./exchange.ts";
import type { CachedResource } from "./resource-cache.ts";

export type Delivery = {
  readonly resource: CachedResource;
  readonly exchange: Exchange;
  /** Of the answer beside type and length. */
  readonly headers: AnswerHeaders;
  readonly status: 200 | 206;
  /** All of them have to give. Empty: nothing is limited. */
  readonly buckets: readonly TokenBucket[];
  readonly onSent: (bytes: number) => void;
  /** Before anything was sent. */
  readonly onRefused: (error: VideoError) => void;
  /** Milliseconds that go forward. */
  readonly clock: () => number;
};

/** A piece of a large segment, so that a slow reader holds little and buckets run evenly. */
const PIECE_BYTES = 64 * 1024;
/** What goes out in one write when nothing limits it: the bytes stay where they are, in the cache's own buffer. */
const AT_ONCE_BYTES = 1024 * 1024;
/** Headers of what has a length, by its bytes: the same for everybody who asks for the same, be it all there yet or not. */
const SIZED = new WeakMap<readonly Buffer[], { readonly given: AnswerHeaders; readonly all: AnswerHeaders }>();
/** Without progress for so long a viewer is let go [J]. */
export const STALL_MS = 10_000;

/**
 * Sends a resource to one viewer while it arrives. The viewer is a place in the resource's bytes: nothing is queued for it,
 * and the camera never waits for it.
 */
export function deliver(delivery: Delivery): void {
  if (mayGoAtOnce(delivery)) sendAtOnce(delivery);
  else follow(delivery);
}

/** As nearly every segment does: nothing has to be remembered of it. */
function mayGoAtOnce({ resource, exchange, buckets }: Delivery): boolean {
  return resource.state === "whole" && buckets.length === 0 && resource.byteLength <= AT_ONCE_BYTES && exchange.isOpen;
}

function sendAtOnce(delivery: Delivery): void {
  const { resource, exchange, onSent } = delivery;
  sendHead(delivery);
  onSent(resource.byteLength);
  exchange.end(resource.chunks[0]);
  resource.release();
}

function sendHead({ resource, exchange, status, headers }: Delivery): void {
  const isSized = resource.state === "whole" || resource.announced !== null;
  exchange.head(status, isSized ? sizedHeadersOf(resource, headers) : headersOf(resource, headers));
}

function sizedHeadersOf(resource: CachedResource, given: AnswerHeaders): AnswerHeaders {
  const known = SIZED.get(resource.chunks);
  if (known?.given === given) return known.all;
  const all = headersOf(resource, given);
  SIZED.set(resource.chunks, { given, all });
  return all;
}

function headersOf({ state, byteLength, announced, contentType }: CachedResource, given: AnswerHeaders): AnswerHeaders {
  const length = state === "whole" ? byteLength : announced;
  return {
    ...given,
    "content-type": contentType ?? "application/octet-stream",
    ...(length === null ? {} : { "content-length": length }),
  };
}

function follow(delivery: Delivery): void {
  const { resource, exchange, buckets, onSent, onRefused, clock } = delivery;
  let sent = 0;
  let hasHead = false;
  let isWaiting = false;
  let isOver = false;
  let timer: NodeJS.Timeout | null = null;

  function finish(): void {
    if (isOver) return;
    isOver = true;
    if (timer) clearTimeout(timer);
    stopHearing();
    resource.release();
  }

  function waitFor(ms: number, then: () => void): void {
    isWaiting = true;
    timer = setTimeout(() => {
      isWaiting = false;
      then();
    }, ms);
  }

  function sendPiece(chunk: Buffer): void {
    const goesOn = exchange.write(chunk);
    sent += chunk.length;
    onSent(chunk.length);
    for (const bucket of buckets) bucket.take(chunk.length, clock());
    if (!goesOn) waitForDrain();
  }

  function waitForDrain(): void {
    waitFor(STALL_MS, () => {
      finish();
      exchange.destroy();
    });
    exchange.onDrain(() => {
      if (timer) clearTimeout(timer);
      isWaiting = false;
      pump();
    });
  }

  function pump(): void {
    if (isOver || isWaiting) return;
    if (!exchange.isOpen) finish();
    else if (resource.state === "failed") fail(resource.error);
    else if (resource.state !== "checking") send();
  }

  function send(): void {
    if (!hasHead && mayGoAtOnce(delivery)) {
      sendAtOnce(delivery);
      finish();
      return;
    }
    if (!hasHead) sendHead(delivery);
    hasHead = true;
    sendPieces();
  }

  function sendPieces(): void {
    for (let piece = pieceAt(resource.chunks, sent); piece && !isWaiting; piece = pieceAt(resource.chunks, sent)) {
      const waitMs = Math.max(0, ...buckets.map((bucket) => bucket.waitMs(clock())));
      if (waitMs > 0) waitFor(waitMs, pump);
      else sendPiece(piece);
    }
    if (resource.state !== "whole" || sent < resource.byteLength) return;
    exchange.end();
    finish();
  }

  function fail(error: VideoError | null): void {
    finish();
    // What has begun can only be broken off: a short segment that looks whole would be played.
    if (hasHead) exchange.destroy();
    else onRefused(error ?? new VideoError("truncated", "failed"));
  }

  const stopHearing = resource.onChange(pump);
  exchange.onClose(finish);
  pump();
}

/** Bytes that are there as a whole, for a delivery. */
export function madeResource(bytes: Buffer): CachedResource {
  return {
    chunks: [bytes],
    byteLength: bytes.length,
    announced: bytes.length,
    contentType: "video/mp2t",
    state: "whole",
    error: null,
    onChange: () => () => undefined,
    release: () => undefined,
  };
}

/** The next bytes from a place on; null when none are there yet. */
function pieceAt(chunks: readonly Buffer[], offset: number): Buffer | null {
  let before = 0;
  for (const chunk of chunks) {
    if (offset < before + chunk.length) return chunk.subarray(offset - before, offset - before + PIECE_BYTES);
    before += chunk.length;
  }
  return null;
}
