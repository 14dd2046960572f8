import type { ActiveFault } from "../faults/active-fault.ts";
import { isSet, numberOf, textOf } from "../faults/active-fault.ts";
import type { TransportKind } from "../faults/fault-kinds.ts";
import { uniform } from "../plant/random.ts";
import type { Exchange } from "./exchange.ts";
import { gzipBomb } from "./gzip-bomb.ts";
import { answerBytes, headText } from "./http-text.ts";
import { sendHugeBody } from "./huge-body.ts";

type Sender = (exchange: Exchange, fault: ActiveFault) => void;

const LOGIN_PAGE = `<!DOCTYPE html><html><head><title>Login</title></head><body><form action="/login"><input name="user">
<input name="password" type="password"></form></body></html>`;

/** Silence until the peer gives up. */
const stayingSilent: Sender = () => undefined;
const sendingGood: Sender = (exchange) => exchange.sendGood();
const resetting: Sender = ({ connection }) => {
  connection.socket.resetAndDestroy();
};

const SENDERS: Readonly<Record<TransportKind, Sender>> = {
  slow: sendingGood,
  timeout: stayingSilent,
  connect_hang: stayingSilent,
  segment_loss: stayingSilent,
  all_silent: stayingSilent,
  refused: resetting,
  reset: sendReset,
  http_500: (exchange, fault) =>
    sendOther(exchange, "internal error", { status: numberOf(fault, "status"), type: "text/plain" }),
  truncated: sendTruncated,
  html_page: (exchange) => sendOther(exchange, LOGIN_PAGE, { type: "text/html; charset=utf-8" }),
  slow_drip: sendDrip,
  slow_header: sendDrip,
  huge_body: (exchange, fault) => sendHugeBody(exchange, numberOf(fault, "mb"), isSet(fault, "declared")),
  gzip_bomb: sendBomb,
  redirect: (exchange, fault) =>
    sendOther(exchange, "", {
      status: Number(textOf(fault, "status")),
      extra: [`Location: ${headerSafe(textOf(fault, "to"))}`],
    }),
  header_flood: sendFlood,
  not_http: ({ connection }) => {
    connection.socket.end("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  },
  continue_100: (exchange) => exchange.sendGood("HTTP/1.1 100 Continue\r\n\r\n"),
  idle_close: (exchange, fault) => {
    const { socket } = exchange.connection;
    setTimeout(() => socket.end(), numberOf(fault, "afterMs")).unref();
    exchange.sendGood();
  },
  flap: (exchange, fault) => {
    if (uniform(exchange.runtime.random) >= numberOf(fault, "share")) exchange.sendGood();
    else sendOther(exchange, "internal error", { status: 500, type: "text/plain" });
  },
};

/** Sends the answer of an exchange, as the site's transport fault wants it, or as it should be. */
export function applyTransportFault(exchange: Exchange): void {
  const fault = exchange.transportFault;
  if (fault === null) exchange.sendGood();
  else if (isTransportKind(fault.kind)) SENDERS[fault.kind](exchange, fault);
}

function isTransportKind(kind: ActiveFault["kind"]): kind is TransportKind {
  return kind in SENDERS;
}

function headerSafe(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, "");
}

type OtherAnswer = { status?: number; type?: string; extra?: string[] };

/** A complete answer that is not the good one. */
function sendOther(exchange: Exchange, body: string, options: OtherAnswer): void {
  const { keepAlive, connection } = exchange;
  connection.socket.write(answerBytes(body, { ...options, keepAlive }), () => exchange.finish());
}

function sendReset(exchange: Exchange, fault: ActiveFault): void {
  const { socket } = exchange.connection;
  if (textOf(fault, "when") === "request") {
    socket.resetAndDestroy();
    return;
  }
  const body = exchange.body();
  socket.write(halfOf(body, body.length), () => socket.resetAndDestroy());
}

function sendTruncated(exchange: Exchange, fault: ActiveFault): void {
  const { socket } = exchange.connection;
  const body = exchange.body();
  const isCut = textOf(fault, "mode") === "cut";
  const declared = isCut ? body.length : Math.floor(body.length / 2);
  socket.write(halfOf(body, declared), () => exchange.finish(isCut));
}

/** Header with the declared length, and the first half of the body. */
function halfOf(body: Buffer, declaredLength: number): Buffer {
  const head = headText({ length: declaredLength, keepAlive: true });
  return Buffer.concat([Buffer.from(head), body.subarray(0, Math.floor(body.length / 2))]);
}

/** One byte at a time: of the body, or of everything. */
function sendDrip(exchange: Exchange, fault: ActiveFault): void {
  const { socket } = exchange.connection;
  const body = exchange.body();
  const head = Buffer.from(headText({ length: body.length, keepAlive: exchange.keepAlive }));
  const everyMs = numberOf(fault, "everyMs");
  const bytes = fault.kind === "slow_header" ? Buffer.concat([head, body]) : body;
  if (fault.kind === "slow_drip") socket.write(head);
  let sent = 0;
  const next = () => {
    if (sent >= bytes.length) {
      exchange.markWhole();
      exchange.finish();
      return;
    }
    socket.write(bytes.subarray(sent, sent + 1));
    sent += 1;
    exchange.later(everyMs, next);
  };
  exchange.later(everyMs, next);
}

function sendBomb(exchange: Exchange, fault: ActiveFault): void {
  const { connection, keepAlive } = exchange;
  gzipBomb(Math.round(numberOf(fault, "mb"))).then(
    (bomb) => {
      if (connection.socket.destroyed) return;
      const bytes = answerBytes(bomb, { keepAlive, extra: ["Content-Encoding: gzip"] });
      connection.socket.write(bytes, () => exchange.finish());
    },
    (error: unknown) => connection.socket.destroy(error instanceof Error ? error : undefined),
  );
}

function sendFlood(exchange: Exchange, fault: ActiveFault): void {
  const { connection, keepAlive } = exchange;
  const body = exchange.body();
  const line = `X-Flood: ${"f".repeat(1012)}`;
  const extra = Array.from({ length: Math.round(numberOf(fault, "kb")) }, () => line);
  connection.socket.write(answerBytes(body, { keepAlive, extra }), () => exchange.finish());
}
