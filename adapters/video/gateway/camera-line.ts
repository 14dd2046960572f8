import type { Socket } from "node:net";
import type { HttpHead } from "../../../domain/collection/http-head.ts";
import { HttpResponse, type ResponseBody, type ResponseFault } from "../../../domain/collection/http-response.ts";
import { type VideoCause, VideoError } from "../../../domain/video/video-cause.ts";
import type { ConnectCamera } from "./camera-socket.ts";
import { failureOf } from "./upstream-failure.ts";

/** A request, and who hears of its answer: `head`, `data` and one of `end` and `fail`. */
export interface LineCall {
  /** As it is sent, head and all. */
  readonly text: string;
  /** @returns false when the answer is not wanted any more */
  head(head: Readonly<HttpHead>): boolean;
  /** Whether so many bytes more may come. */
  hasRoomFor(bytes: number): boolean;
  /** They may be overwritten after the call. */
  data(bytes: Buffer): void;
  end(): void;
  fail(error: VideoError): void;
}

/** Who gives a line its requests. */
export interface LineOwner {
  /** It may be given the next request. */
  onFree(line: CameraLine): void;
  /** It is no more. @param unheard its request, if the camera had hung up before it was sent: nothing of an answer has come */
  onGone(line: CameraLine, unheard: LineCall | null): void;
}

const CONNECT_MS = 3_000;
const HEAD_MS = 3_000;
const IDLE_MS = 5_000;
/** An idle connection is kept for so long; where the camera says how long it keeps one, a second less than that. */
const KEEP_MS = 10_000;
const LONGEST_KEEP_MS = 60_000;
const KEEP_MARGIN_MS = 1_000;
const LIMITS = { headBytes: 16_384, headLines: 100, bodyBytes: Number.MAX_SAFE_INTEGER };
const NOTHING = new Uint8Array(0);
const CAUSES: Readonly<Record<ResponseFault, VideoCause>> = {
  not_http: "bad_content",
  too_large: "upstream_too_large",
  truncated: "truncated",
};

/**
 * One connection to a camera, for one request at a time; what leaves a doubt where the next answer would begin ends it.
 * Bytes go on as they come, out of the one buffer that all connections are read into. It is used once: after an end there is
 * another one.
 */
export class CameraLine implements ResponseBody {
  readonly bytes = NOTHING;
  readonly #owner: LineOwner;
  readonly #socket: Socket | null;
  readonly #response = new HttpResponse(LIMITS, this);
  #call: LineCall | null;
  #timer: NodeJS.Timeout | undefined;
  #isConnected = false;
  #isGone = false;
  #isHeadTold = false;
  /** The request went out on a connection that had been idle, and nothing has come back. */
  #mayBeStale = false;

  /** Connects for a first request. */
  constructor(connect: ConnectCamera, call: LineCall, owner: LineOwner) {
    this.#owner = owner;
    this.#call = call;
    this.#wait(CONNECT_MS, "no connection");
    this.#socket = connect({
      connected: () => this.#connected(),
      received: (bytes) => this.#received(bytes),
      closed: () => this.#lost(),
      failed: (error) => this.#fail(failureOf(error, this.#response.isHeadRead)),
    });
  }

  /** Only when it is free. */
  send(call: LineCall): void {
    this.#call = call;
    this.#mayBeStale = true;
    this.#isHeadTold = false;
    this.#response.reset();
    this.#write(call);
  }

  pause(): void {
    clearTimeout(this.#timer);
    this.#socket?.pause();
  }

  resume(): void {
    if (this.#isGone || !this.#socket?.isPaused()) return;
    this.#wait(IDLE_MS, "silence");
    this.#socket.resume();
  }

  /** Ends it without a word to its request. */
  destroy(): void {
    this.#call = null;
    this.#end(null);
  }

  #write({ text }: LineCall): void {
    this.#wait(HEAD_MS, "no answer");
    this.#socket?.write(text, "latin1");
  }

  #wait(ms: number, what: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail(new VideoError("upstream_timeout", what)), ms);
  }

  #connected(): void {
    this.#isConnected = true;
    if (this.#call !== null) this.#write(this.#call);
  }

  #received(bytes: Buffer): void {
    if (this.#call === null) {
      // Nobody has asked for them.
      this.destroy();
      return;
    }
    this.#mayBeStale = false;
    this.#response.push(bytes);
    this.#judge();
  }

  #judge(): void {
    const { isHeadRead, fault, isDone } = this.#response;
    if (isHeadRead) this.#tellHead();
    if (this.#call === null) return;
    if (fault !== null) this.#fail(new VideoError(CAUSES[fault], fault));
    else if (isDone) this.#succeed(this.#call);
    else if (isHeadRead && this.#socket?.isPaused() !== true) this.#wait(IDLE_MS, "silence");
  }

  #tellHead(): void {
    if (this.#isHeadTold) return;
    this.#isHeadTold = true;
    if (this.#call?.head(this.#response.head) === false) this.destroy();
  }

  #succeed(call: LineCall): void {
    const { isReusable, head } = this.#response;
    this.#call = null;
    const saidMs = head.keepAliveS === null ? KEEP_MS : head.keepAliveS * 1_000 - KEEP_MARGIN_MS;
    const keepMs = isReusable ? Math.min(LONGEST_KEEP_MS, saidMs) : 0;
    if (keepMs <= 0) this.#end(null);
    else {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.destroy(), keepMs);
      if (this.#socket?.isPaused()) this.#socket.resume();
    }
    call.end();
    if (!this.#isGone) this.#owner.onFree(this);
  }

  #lost(): void {
    if (this.#isGone) return;
    const call = this.#call;
    this.#response.end();
    if (call === null) this.#end(null);
    else if (this.#response.isHeadRead) this.#judge();
    else if (this.#mayBeStale) this.#end(call);
    else this.#fail(new VideoError("upstream_refused", this.#isConnected ? "hung up" : "no connection"));
  }

  #fail(error: VideoError): void {
    if (this.#isGone) return;
    const call = this.#call;
    const unheard = this.#mayBeStale && error.videoCause === "upstream_refused" ? call : null;
    this.#call = null;
    this.#end(unheard);
    if (unheard === null) call?.fail(error);
  }

  #end(unheard: LineCall | null): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
    this.#owner.onGone(this, unheard);
  }

  hasRoomFor(bytes: number): boolean {
    return this.#call === null || this.#call.hasRoomFor(bytes);
  }

  add(piece: Uint8Array, from: number, to: number): void {
    this.#tellHead();
    this.#call?.data((piece as Buffer).subarray(from, to));
  }

  own(): void {
    // Nothing is kept.
  }

  clear(): void {
    // Nothing is kept.
  }
}
