import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A camera of a test: answers each path as it is told, and counts who asks for what. */
export type LittleCamera = {
  readonly port: number;
  readonly origin: string;
  /** Times that a path was asked for, with its query. */
  hits(path: string): number;
  allHits(): number;
  /** Requests that were broken off from the other side. */
  aborted(): number;
  serve(path: string, answer: Answer | Buffer | string): void;
  /** From now on nobody is connected, as after a power failure; `back` undoes it. */
  die(): Promise<void>;
  back(): Promise<void>;
  close(): Promise<void>;
};

export async function startLittleCamera(): Promise<LittleCamera> {
  const answers = new Map<string, Answer>();
  const hits = new Map<string, number>();
  let aborted = 0;
  const server = http.createServer((request, response) => {
    const target = request.url ?? "";
    hits.set(target, (hits.get(target) ?? 0) + 1);
    response.on("close", () => {
      if (!response.writableFinished) aborted += 1;
    });
    const answer = answers.get(target.split("?")[0] ?? "");
    if (answer) return answer(request, response);
    response.writeHead(404).end();
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => {
      server.listen(port, "127.0.0.1", resolve);
    });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    hits: (path) => hits.get(path) ?? 0,
    allHits: () => [...hits.values()].reduce((sum, count) => sum + count, 0),
    aborted: () => aborted,
    serve(path, answer) {
      answers.set(path, typeof answer === "function" ? answer : (_request, response) => response.end(answer));
    },
    die: stop,
    back: () => listen(port),
    close: stop,
  };
}

/** A body that begins like a transport stream, of this many packets. */
export function packets(count: number, fill = 0): Buffer {
  const bytes = Buffer.alloc(count * 188, fill);
  for (let at = 0; at < bytes.length; at += 188) bytes[at] = 0x47;
  return bytes;
}

/** A live playlist of these segments. */
export function playlistOf(sequence: number, uris: readonly string[], tags: readonly string[] = []): string {
  const head = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:2", `#EXT-X-MEDIA-SEQUENCE:${sequence}`, ...tags];
  return `${[...head, ...uris.flatMap((uri) => ["#EXTINF:2.0,", uri])].join("\n")}\n`;
}
