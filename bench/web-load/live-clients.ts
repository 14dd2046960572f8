import { connect, type Socket } from "node:net";
import { answerParent } from "./pinned-child.ts";

/** Many WebSocket clients on raw sockets, so that reading costs little. Questions: open, wait. */
const [, , kind = "ours", portText, clientsText] = process.argv;
const port = Number(portText);
const wanted = Number(clientsText);
/** Frames below are heartbeats and pings. */
const ROUND_BYTES = 2000;
const OPENING_AT_ONCE = 250;

type Client = { readonly socket: Socket; rest: Buffer; skip: number; isReady: boolean };
let ready = 0;
let rounds = 0;
let roundBytes = 0;
let lastAtMs = 0;
let wake: (() => void) | null = null;

const path = kind === "ours" ? "/api/v1/live" : "/socket.io/?EIO=4&transport=websocket";
const handshake =
  `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\nupgrade: websocket\r\nconnection: Upgrade\r\n` +
  "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

/** A client's frame is masked; with a mask of zeros it is its own text. Texts stay below 126 bytes. */
function say({ socket }: Client, text: string): void {
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]));
}

function openOne(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(handshake));
    const client: Client = { socket, rest: Buffer.alloc(0), skip: 0, isReady: false };
    socket.on("error", reject);
    socket.once("data", (chunk) => {
      const end = chunk.indexOf("\r\n\r\n");
      if (end < 0 || !chunk.toString("latin1").startsWith("HTTP/1.1 101")) reject(new Error("no WebSocket"));
      say(client, kind === "ours" ? '{"type":"subscribe","view":"overview"}' : "40");
      take(client, chunk.subarray(end + 4), resolve);
      socket.on("data", (more) => take(client, more, resolve));
    });
  });
}

const PING = 0x89;
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** Cuts the stream into frames; looks into small ones only, and counts a large one when its header is here. */
function take(client: Client, chunk: Buffer, onReady: () => void): void {
  const skipped = Math.min(client.skip, chunk.length);
  client.skip -= skipped;
  let data = Buffer.concat([client.rest, chunk.subarray(skipped)]);
  for (let frame = frameAt(data); frame; frame = frameAt(data)) {
    if (frame.size >= ROUND_BYTES) countRound(client, frame.end, onReady);
    else if (data[0] === PING) client.socket.write(PONG);
    else hear(client, data.subarray(frame.header, frame.end).toString(), onReady);
    client.skip = Math.max(0, frame.end - data.length);
    data = data.subarray(Math.min(data.length, frame.end));
  }
  client.rest = data;
}

/** @returns null while the header, or the whole of a small frame, is not here */
function frameAt(data: Buffer): { header: number; size: number; end: number } | null {
  const short = (data[1] ?? 0) & 0x7f;
  const header = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (data.length < header) return null;
  const size = short === 126 ? data.readUInt16BE(2) : short === 127 ? Number(data.readBigUInt64BE(2)) : short;
  const isHere = size >= ROUND_BYTES || data.length >= header + size;
  return isHere ? { header, size, end: header + size } : null;
}

/** The first large frame of ours is the full one. */
function countRound(client: Client, size: number, onReady: () => void): void {
  if (!client.isReady) {
    setReady(client, onReady);
    return;
  }
  rounds += 1;
  roundBytes += size;
  lastAtMs = performance.timeOrigin + performance.now();
  if (rounds === wanted) wake?.();
}

function hear(client: Client, text: string, onReady: () => void): void {
  if (kind === "ours") return;
  if (text === "2") say(client, "3");
  if (text.startsWith("40")) setReady(client, onReady);
}

function setReady(client: Client, onReady: () => void): void {
  if (client.isReady) return;
  client.isReady = true;
  ready += 1;
  onReady();
}

answerParent(async ({ type }) => {
  if (type === "open") {
    for (let opened = 0; opened < wanted; opened += OPENING_AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(OPENING_AT_ONCE, wanted - opened) }, openOne));
    }
    return { ready };
  }
  if (type === "arm") {
    rounds = 0;
    roundBytes = 0;
    return {};
  }
  if (rounds < wanted) {
    await new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, 20_000);
    });
  }
  return { rounds, bytesPerClient: roundBytes / Math.max(rounds, 1), lastAtMs };
});
