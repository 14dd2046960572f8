import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { SMTPServer } from "smtp-server";

/** Whom a message came from: each has a path of its own on the one web server, and a mailbox on the one mail server. */
export type Side = "ours" | "alertmanager";
export const SIDES: readonly Side[] = ["ours", "alertmanager"];

/**
 * What the web server does with a message that it has read whole. `refuses`: 500, and forgets it. The others keep it:
 * `hangs` never answers, `breaks off` closes the connection, `errs` answers 500 all the same.
 */
export type Way = "works" | "refuses" | "hangs" | "breaks off" | "errs";

export type Message = {
  readonly side: Side;
  readonly channel: "webhook" | "mail";
  /** The server kept it, and may have said so: only then the sender knows. */
  readonly isKept: boolean;
  readonly isConfirmed: boolean;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Body of the request, or the whole mail. */
  readonly text: string;
  readonly atMs: number;
};

export type Sinks = {
  readonly host: string;
  readonly webPort: number;
  readonly mailPort: number;
  readonly messages: readonly Message[];
  become(way: Way): void;
  close(): Promise<void>;
};

export const MAILBOX: Readonly<Record<Side, string>> = {
  ours: "ours@example.org",
  alertmanager: "alertmanager@example.org",
};
const HOST = "127.0.0.2";

/** A web server and a mail server for both sides: the witnesses. */
export async function startSinks(): Promise<Sinks> {
  const messages: Message[] = [];
  const sockets = new Set<Socket>();
  let way: Way = "works";

  const web = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => undefined);
    request.on("end", () => {
      const side = SIDES.find((one) => request.url === `/${one}`);
      if (side === undefined) return void response.writeHead(404).end();
      const text = Buffer.concat(chunks).toString();
      const { headers } = request;
      const fate = { isKept: way !== "refuses", isConfirmed: way === "works" };
      messages.push({ side, channel: "webhook", ...fate, headers, text, atMs: performance.now() });
      answer(way, request, response);
    });
  });
  const mail = new SMTPServer({
    logger: false,
    disabledCommands: ["AUTH", "STARTTLS"],
    closeTimeout: 100,
    onData(stream, { envelope }, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const side = SIDES.find((one) => envelope.rcptTo.some(({ address }) => address === MAILBOX[one]));
        const text = Buffer.concat(chunks).toString();
        const fate = { isKept: true, isConfirmed: true };
        if (side) messages.push({ side, channel: "mail", ...fate, headers: {}, text, atMs: performance.now() });
        callback(null);
      });
    },
  });
  mail.on("error", () => undefined);
  for (const server of [web, mail.server]) {
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => undefined);
    });
  }
  await new Promise<void>((done) => web.listen(0, HOST, done));
  await new Promise<void>((done) => mail.listen(0, HOST, done));
  return {
    host: HOST,
    webPort: (web.address() as AddressInfo).port,
    mailPort: (mail.server.address() as AddressInfo).port,
    messages,
    become(next) {
      way = next;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => web.close(done));
      await new Promise<void>((done) => mail.close(() => done()));
    },
  };
}

function answer(way: Way, request: IncomingMessage, response: ServerResponse): void {
  if (way === "hangs") return;
  if (way === "breaks off") return void request.socket.destroy();
  response.writeHead(way === "works" ? 204 : 500).end();
}
