import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import { SMTPServer } from "smtp-server";

/**
 * What a sink does. `down`: nothing listens. The others read the message whole: `hangs` keeps it and never answers, `errs`
 * keeps it and answers that it failed (500, or 451 of SMTP), `breaks off` keeps it and closes the connection.
 */
export type Way = "works" | "down" | "hangs" | "errs" | "breaks off";

export type Kept = {
  /** By which the receiver tells repetitions. */
  readonly key: string;
  /** The alarm that it links to; null when it tells of several. */
  readonly alarmId: string | null;
  /** As the message says it. */
  readonly title: string;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly way: Way;
};

/** A server that people are told by; it keeps everything that reaches it, and is the witness. */
export type Sink = {
  readonly port: number;
  readonly kept: readonly Kept[];
  become(way: Way): Promise<void>;
  close(): Promise<void>;
};

export const SINK_HOST = "127.0.0.2";

export function startWebSink(): Promise<Sink> {
  return startSink((keep, wayNow) => {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("error", () => undefined);
      request.on("end", () => {
        const { data } = JSON.parse(Buffer.concat(chunks).toString()) as { data: { title: string; url: string } };
        const key = String(request.headers["idempotency-key"]);
        keep({ key, alarmId: alarmIn(data.url), title: data.title });
        answerWeb(wayNow(), request, response);
      });
    });
    return { server, listen: (port, done) => server.listen(port, SINK_HOST, done) };
  });
}

/** A real SMTP server. */
export function startMailSink(): Promise<Sink> {
  return startSink((keep, wayNow, breakOff) => {
    const smtp = new SMTPServer({
      logger: false,
      disabledCommands: ["AUTH", "STARTTLS"],
      closeTimeout: 100,
      onData(stream, _session, callback) {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          const key = /^message-id:\s*(\S+)/im.exec(text)?.[1] ?? "";
          // Lines of mail are folded and coded, and the link stands in both parts of it.
          const plain = text.replace(/=\r?\n/g, "").replace(/=3D/g, "=");
          const title = /^subject:\s*(.*(?:\r?\n[ \t].*)*)/im.exec(text)?.[1] ?? "";
          keep({ key, alarmId: /alarms\?alarm=([\w~.%-]+)/.exec(plain)?.[1] ?? null, title });
          const way = wayNow();
          if (way === "errs") callback(Object.assign(new Error("try again later"), { responseCode: 451 }));
          else if (way === "breaks off") breakOff();
          else if (way !== "hangs") callback(null);
        });
      },
    });
    smtp.on("error", () => undefined);
    return { server: smtp.server, listen: (port, done) => smtp.listen(port, SINK_HOST, done) };
  });
}

type Made = { readonly server: Server; readonly listen: (port: number, done: () => void) => void };
type Keep = (message: Pick<Kept, "key" | "alarmId" | "title">) => void;

async function startSink(make: (keep: Keep, wayNow: () => Way, breakOff: () => void) => Made): Promise<Sink> {
  const kept: Kept[] = [];
  const sockets = new Set<Socket>();
  let way: Way = "works";
  let port = 0;
  let server: Server | null = null;

  const breakOff = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  async function open(): Promise<void> {
    const made = make(
      (message) => kept.push({ ...message, atMs: Date.now(), way }),
      () => way,
      breakOff,
    );
    made.server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => undefined);
    });
    await new Promise<void>((done) => made.listen(port, done));
    port = (made.server.address() as AddressInfo).port;
    server = made.server;
  }
  async function shut(): Promise<void> {
    const shutting = server;
    server = null;
    breakOff();
    if (shutting) await new Promise<void>((done) => shutting.close(() => done()));
  }

  await open();
  return {
    port,
    kept,
    async become(next) {
      way = next;
      if (next === "down") await shut();
      // What hung is left alone with its silence: whoever waits for it has a time limit.
      else if (server === null) await open();
    },
    close: shut,
  };
}

function answerWeb(way: Way, request: IncomingMessage, response: ServerResponse): void {
  if (way === "hangs") return;
  if (way === "breaks off") return void request.socket.destroy();
  response.writeHead(way === "works" ? 204 : 500).end();
}

function alarmIn(url: string): string | null {
  return new URL(url).searchParams.get("alarm");
}
