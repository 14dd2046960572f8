import type { Socket } from "node:net";
import { headText } from "../../server/http-text.ts";
import type { CameraReply } from "./camera-reply.ts";

/** Where a reply goes, and who has to know. */
export type Delivery = {
  readonly socket: Socket;
  readonly keepAlive: boolean;
  /** A timer that ends with the exchange. */
  readonly later: (ms: number, action: () => void) => void;
  /** So many bytes of the body have left. */
  readonly sent: (bodyBytes: number) => void;
  /** All that was meant to be sent has left. `close`: so does the connection. */
  readonly ended: (close: boolean) => void;
};

type Step =
  | { readonly act: "send"; readonly bytes: Buffer; readonly bodyBytes: number }
  | { readonly act: "pause"; readonly ms: number }
  | { readonly act: "stop" | "reset" | "close" | "end" };

const PIECE_BYTES = 65_536;
/** A drip comes so often a second, or a byte at a time. */
const DRIPS_PER_S = 10;

/** Sends a reply at the pace of its reader: the next piece is written when the last one has left. */
export function deliver(reply: CameraReply, delivery: Delivery): void {
  const { socket } = delivery;
  if (reply.refusal === "silent") return;
  if (reply.refusal === "reset") {
    socket.resetAndDestroy();
    return;
  }
  const steps = stepsOf(reply, delivery.keepAlive);
  const next = (): void => {
    const { value: step } = steps.next();
    if (step === undefined || socket.destroyed) return;
    switch (step.act) {
      case "send":
        socket.write(step.bytes, (error) => {
          if (error) return;
          delivery.sent(step.bodyBytes);
          next();
        });
        return;
      case "pause":
        delivery.later(step.ms, next);
        return;
      case "reset":
        socket.resetAndDestroy();
        return;
      case "close":
        socket.end();
        return;
      case "end":
        delivery.ended(!delivery.keepAlive || reply.length === "close");
    }
  };
  next();
}

function* stepsOf(reply: CameraReply, keepAlive: boolean): Generator<Step, undefined> {
  const head = Buffer.from(headOf(reply, keepAlive), "latin1");
  if (isPlain(reply)) {
    yield { act: "send", bytes: Buffer.concat([head, reply.body]), bodyBytes: reply.body.length };
    yield { act: "end" };
    return;
  }
  if (reply.dripsHeader) yield* dripped(head, reply, false);
  else yield { act: "send", bytes: head, bodyBytes: 0 };
  if (reply.breakAt === null) yield* dripped(reply.body, reply, true);
  else {
    yield* dripped(reply.body.subarray(0, reply.breakAt.byte), reply, true);
    yield* broken(reply.breakAt);
    yield* dripped(reply.body.subarray(reply.breakAt.byte), reply, true);
  }
  const { block, times } = reply.repeat ?? { block: Buffer.alloc(0), times: 0 };
  for (let done = 0; done < times; done += 1) yield* dripped(block, reply, true);
  if (reply.length === "chunked") yield { act: "send", bytes: Buffer.from("0\r\n\r\n"), bodyBytes: 0 };
  // who announced more than there is leaves the client waiting
  const announced = typeof reply.length === "number" ? reply.length : 0;
  yield announced > reply.body.length + block.length * times ? { act: "stop" } : { act: "end" };
}

function headOf({ status, type, headers, length }: CameraReply, keepAlive: boolean): string {
  const extra = length === "chunked" ? [...headers, "Transfer-Encoding: chunked"] : headers;
  const announced = typeof length === "number" ? length : null;
  return headText({ status, type, extra, length: announced, keepAlive: keepAlive && length !== "close" });
}

/** Small and healthy: one write. */
function isPlain({ body, length, bytesPerS, breakAt, repeat }: CameraReply): boolean {
  return (
    body.length <= PIECE_BYTES && length === body.length && bytesPerS === null && breakAt === null && repeat === null
  );
}

function* broken({ how, pauseMs }: NonNullable<CameraReply["breakAt"]>): Generator<Step> {
  if (how === "pause" && pauseMs > 0) yield { act: "pause", ms: pauseMs };
  else yield { act: how === "pause" ? "stop" : how };
}

function* dripped(bytes: Buffer, { bytesPerS, length }: CameraReply, isBody: boolean): Generator<Step> {
  const size = bytesPerS === null ? PIECE_BYTES : Math.max(1, Math.floor(bytesPerS / DRIPS_PER_S));
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    const framed = isBody && length === "chunked" ? chunk(piece) : piece;
    yield { act: "send", bytes: framed, bodyBytes: isBody ? piece.length : 0 };
    if (bytesPerS !== null) yield { act: "pause", ms: (1000 * piece.length) / bytesPerS };
  }
}

function chunk(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}
