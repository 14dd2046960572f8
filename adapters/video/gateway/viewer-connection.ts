import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import {
  type HeadRefusal,
  MOST_HEAD_BYTES,
  type RequestHead,
  readRequestHead,
} from "../../../domain/http/request-head.ts";
import { ownText } from "../own-text.ts";
import type { GatewayHandler } from "./gateway-server.ts";
import { refusalText } from "./viewer-answers.ts";
import { ViewerExchange, type ViewerLine } from "./viewer-exchange.ts";

/** In turns of the server's clock, whose present turn it holds: nobody has to be asked for the time. */
export type ViewerTurns = { now: number; readonly head: number; readonly idle: number; readonly linger: number };

/** Bodies up to this size are copied behind their head: cheaper than to hand over two pieces [M]. */
const COPIED_BYTES = 16 * 1024;
/** Parts of a target are kept, of streams that are watched and of playlists, and with them all that it came with. */
const SMALL_CHARS = 4 * 1024;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * One connection of a viewer that speaks HTTP/1.1: reads requests, has them answered one after another, and ends it when
 * one of them cannot be read. What follows such a one is never looked at.
 */
export class ViewerConnection implements ViewerLine {
  readonly #socket: Socket;
  readonly #handler: GatewayHandler;
  readonly #turns: ViewerTurns;
  readonly #onAsked: (socket: Socket) => void;
  /** What has come and was not read yet, one character per byte. */
  #rest = "";
  #exchange: ViewerExchange | null = null;
  #isReading = false;
  #hasAsked = false;
  #isClosing = false;
  /** Of the request whose head is on its way. The first one is waited for from the connection on. */
  #isHeadBegun = true;
  /** The turn after which it has taken too long. */
  #untilTurn: number;

  /** @param onAsked told when the first request is whole */
  constructor(socket: Socket, handler: GatewayHandler, turns: ViewerTurns, onAsked: (socket: Socket) => void) {
    this.#socket = socket;
    this.#handler = handler;
    this.#turns = turns;
    this.#onAsked = onAsked;
    this.#untilTurn = turns.now + turns.head;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("drain", () => this.#drained());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#exchange?.closed());
  }

  get isWritable(): boolean {
    return !this.#socket.destroyed && !this.#socket.writableEnded;
  }

  send(head: Buffer, body: Buffer, tail: Buffer): boolean {
    if (body.length > COPIED_BYTES) return this.#sendPieces(head, body, tail);
    return this.#socket.write(body.length + tail.length === 0 ? head : Buffer.concat([head, body, tail]));
  }

  answered(keeps: boolean): void {
    this.#exchange = null;
    if (keeps) {
      this.#isHeadBegun = false;
      this.#untilTurn = this.#turns.now + this.#turns.idle;
      if (!this.#isReading) this.#readOn();
    } else this.#close();
  }

  breakOff(byReset: boolean): void {
    // TLS has an end of its own, which is missing then.
    if (byReset && !(this.#socket instanceof TLSSocket)) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  /** Ends it when it has taken too long. */
  look(): void {
    if (this.#turns.now <= this.#untilTurn) return;
    // What waits to be sent is another clock's matter.
    if (this.#socket.writableLength > 0) this.#untilTurn = this.#turns.now + this.#turns.linger;
    else if (this.#isClosing || !this.#isHeadBegun) this.#socket.destroy();
    else this.#refuse(408);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #sendPieces(head: Buffer, body: Buffer, tail: Buffer): boolean {
    const socket = this.#socket;
    if (head.length + tail.length === 0) return socket.write(body);
    socket.cork();
    if (head.length > 0) socket.write(head);
    let hasRoom = socket.write(body);
    if (tail.length > 0) hasRoom = socket.write(tail);
    socket.uncork();
    return hasRoom;
  }

  #take(chunk: Buffer): void {
    if (this.#isClosing) return;
    const text = chunk.toString("latin1");
    const isBehind = this.#rest !== "";
    this.#rest = isBehind ? this.#rest + text : text;
    if (this.#exchange !== null || this.#socket.writableNeedDrain) {
      if (this.#rest.length > MOST_HEAD_BYTES) this.#socket.pause();
      return;
    }
    // Whole lines are judged: until one has come there is nothing to be found out, however small the pieces are.
    if (isBehind && this.#rest.length < MOST_HEAD_BYTES && !text.includes("\n")) return;
    this.#readOn();
  }

  #drained(): void {
    if (this.#exchange !== null) this.#exchange.drained();
    else if (this.#rest !== "") this.#readOn();
  }

  /** Has requests answered for as long as they are there, each is answered at once, and the viewer takes the answers. */
  #readOn(): void {
    this.#isReading = true;
    let at = 0;
    while (at < this.#rest.length && this.#mayRead()) {
      const head = readRequestHead(this.#rest, at);
      if (head === null) break;
      if (typeof head === "number") {
        this.#refuse(head);
        break;
      }
      at = head.end;
      if (!this.#hasAsked) this.#onAsked(this.#socket);
      this.#hasAsked = true;
      this.#exchange = new ViewerExchange(this.#rest.length > SMALL_CHARS ? withOwnTarget(head) : head, this);
      this.#untilTurn = NEVER;
      this.#handler(this.#exchange);
    }
    this.#isReading = false;
    this.#keepFrom(at);
  }

  #mayRead(): boolean {
    return this.#exchange === null && !this.#isClosing && this.isWritable && !this.#socket.writableNeedDrain;
  }

  #keepFrom(at: number): void {
    this.#rest = this.#isClosing || at === this.#rest.length ? "" : this.#rest.slice(at);
    if (this.#exchange !== null) return;
    if (this.#socket.isPaused() && !this.#socket.writableNeedDrain) this.#socket.resume();
    if (this.#rest === "" || this.#isHeadBegun || this.#isClosing) return;
    this.#isHeadBegun = true;
    this.#untilTurn = this.#turns.now + this.#turns.head;
  }

  #refuse(status: HeadRefusal | 408): void {
    this.#socket.write(refusalText(status), "latin1");
    this.#close();
  }

  /** The other side is given time to read what was said: to close at once would take it back, were there bytes to be read. */
  #close(): void {
    this.#isClosing = true;
    this.#rest = "";
    this.#untilTurn = this.#turns.now + this.#turns.linger;
    this.#socket.end();
    if (this.#socket.isPaused()) this.#socket.resume();
  }
}

function withOwnTarget(head: RequestHead): RequestHead {
  return { ...head, target: ownText(head.target) };
}
