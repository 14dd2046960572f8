import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import type { Call } from "./contract.ts";

/** TLS of the proxy: the platform's own certificate, PEM. */
export type ProxyTls = { readonly cert: string; readonly key: string };
export type ForwardingProxy = {
  readonly url: string;
  /** Ends open connections. */
  close(): Promise<void>;
};
type Options = {
  /** 0: one that is free. */
  readonly port: number;
  readonly tls: ProxyTls | null;
  /** Where the platform is; null while nobody knows. */
  readonly upstream: () => string | null;
  /** The path, without the query. What is not about the API goes through without being kept. */
  readonly isAbout: (path: string) => boolean;
  /** At once when the answer has ended. */
  readonly onCall: (call: Promise<Call>) => void;
};

/** Longer bodies go through, and are not kept. */
const KEPT_BYTES = 16 * 1_048_576;
/** Of a connection, not of a message (RFC 9110 §7.6.1). An upgrade goes its own way. */
const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding", "proxy-connection"];
const UNPACK = { br: promisify(brotliDecompress), gzip: promisify(gunzip), deflate: promisify(inflate) };

/**
 * A proxy that hands on every byte as it comes: streams, `304`, cookies, sockets. Requests of the API and their answers are
 * kept beside that, and told when the answer has ended. While the platform is away it breaks connections, as one that does
 * not listen would.
 */
export async function startForwardingProxy(options: Options): Promise<ForwardingProxy> {
  const { port, tls } = options;
  const server = tls ? https.createServer(tls) : http.createServer();
  const sockets = new Set<Duplex>();
  server.on("connection", (socket: Duplex) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("clientError", (_error: Error, socket: Duplex) => socket.destroy());
  server.on("request", (request: IncomingMessage, response: ServerResponse) => forward(request, response, options));
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    forwardUpgrade(request, socket, head, options),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${address.port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function forward(request: IncomingMessage, response: ServerResponse, options: Options): void {
  const upstream = askUpstream(request, options, handedOn(request.rawHeaders));
  if (!upstream) return void request.socket.destroy();
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  const isKept = options.isAbout(path);
  const requestBody = isKept ? keep(request) : null;
  // Whoever refuses a request early ends it before its body has come.
  upstream.on("error", () => {
    if (!response.headersSent) request.socket.destroy();
  });
  response.once("close", () => {
    if (!response.writableFinished) upstream.destroy();
  });
  request.pipe(upstream);
  upstream.once("response", (answer) => {
    if (!request.complete) response.shouldKeepAlive = false;
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, handedOn(answer.rawHeaders));
    const responseBody = isKept ? keep(answer) : null;
    answer.once("aborted", () => response.destroy());
    answer.pipe(response);
    if (!requestBody || !responseBody) return;
    answer.once("end", () => {
      if (answer.complete) options.onCall(callOf(request, answer, requestBody(), responseBody()));
    });
  });
}

function forwardUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, options: Options): void {
  const upstream = askUpstream(request, options, request.rawHeaders);
  if (!upstream) return void socket.destroy();
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  const isKept = options.isAbout(path);
  socket.on("error", () => upstream.destroy());
  socket.once("close", () => upstream.destroy());
  upstream.on("error", () => socket.destroy());
  upstream.once("upgrade", (answer, other, otherHead) => {
    socket.write(headOf(answer));
    if (otherHead.length > 0) socket.write(otherHead);
    if (head.length > 0) other.write(head);
    other.on("error", () => socket.destroy());
    other.once("close", () => socket.destroy());
    socket.once("close", () => other.destroy());
    other.pipe(socket).pipe(other);
    if (isKept) options.onCall(callOf(request, answer, Buffer.alloc(0), Buffer.alloc(0)));
  });
  // Refused: an answer as any other, after which the connection ends.
  upstream.once("response", (answer) => {
    void buffer(answer).then(
      (body) => {
        socket.end(Buffer.concat([Buffer.from(headOf(answer)), body]));
        if (isKept) options.onCall(callOf(request, answer, Buffer.alloc(0), body));
      },
      () => socket.destroy(),
    );
  });
  upstream.end();
}

/** A connection of its own each time: one that is kept could end, with the platform, under the next request. */
function askUpstream(request: IncomingMessage, options: Options, headers: string[]): http.ClientRequest | null {
  const base = options.upstream();
  if (base === null) return null;
  const { protocol, hostname, port } = new URL(base);
  const words = { hostname, port, method: request.method, path: request.url, headers: headers as never, agent: false };
  // It is the platform that was started here, with the certificate that the proxy shows as well.
  return protocol === "https:" ? https.request({ ...words, rejectUnauthorized: false }) : http.request(words);
}

/** Names and values in turn, as they came. */
function handedOn(raw: readonly string[]): string[] {
  const all: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? "";
    if (!HOP_BY_HOP.includes(name.toLowerCase())) all.push(name, raw[at + 1] ?? "");
  }
  return all;
}

function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Keeps what flows by. @returns a function that gives it; null when it was too long */
function keep(message: IncomingMessage): () => Buffer | null {
  const chunks: Buffer[] = [];
  let bytes = 0;
  message.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= KEPT_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  });
  return () => (bytes <= KEPT_BYTES ? Buffer.concat(chunks) : null);
}

async function callOf(
  request: IncomingMessage,
  answer: IncomingMessage,
  requestBytes: Buffer | null,
  responseBytes: Buffer | null,
): Promise<Call> {
  const unpack = UNPACK[answer.headers["content-encoding"] as keyof typeof UNPACK];
  const isPacked = responseBytes !== null && responseBytes.length > 0 && unpack !== undefined;
  // What cannot be unpacked is judged as it is.
  const plain = isPacked ? await unpack(responseBytes).catch(() => responseBytes) : responseBytes;
  const method = request.method ?? "GET";
  return {
    method,
    target: request.url ?? "/",
    requestHeaders: joined(request.headers),
    // Only files may be that long, and they are any text.
    requestBody: requestBytes === null ? " " : parsed(requestBytes, request.headers["content-type"]),
    status: answer.statusCode ?? 0,
    responseHeaders: joined(answer.headers),
    responseBody: parsed(plain, answer.headers["content-type"]),
    hasWholeAnswer: plain !== null && method !== "HEAD",
  };
}

function joined(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  );
}

/** Broken JSON stays the text that it is, which no schema of an object takes. */
function parsed(bytes: Buffer | null, contentType = ""): unknown {
  if (bytes === null || bytes.length === 0) return undefined;
  const text = bytes.toString();
  if (!/^application\/(.*\+)?json\s*(;|$)/i.test(contentType)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
