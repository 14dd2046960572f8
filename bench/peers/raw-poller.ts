/** The floor: raw sockets, kept alive, a hand-written parser that trusts the peer, JSON.parse. */
import net from "node:net";
import { PATHS, runSegment, servePeer, sitesFromArgument } from "./peer-loop.ts";

class RawSite {
  readonly #host: string;
  readonly #port: number;
  readonly #requests: readonly string[];
  #socket: net.Socket | null = null;
  #resolve: ((json: unknown) => void) | null = null;
  #reject: ((error: Error) => void) | null = null;
  #buffered = "";
  #bodyStart = -1;
  #bodyLength = 0;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = Number(port);
    this.#requests = PATHS.map((path) => `GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`);
  }

  async poll(): Promise<boolean> {
    for (const request of this.#requests) {
      const json = (await this.#send(request)) as { ok?: unknown };
      if (json.ok !== true) return false;
    }
    return true;
  }

  #send(request: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket ??= this.#connect();
      this.#socket.write(request);
    });
  }

  #connect(): net.Socket {
    const socket = net.connect({ host: this.#host, port: this.#port, noDelay: true });
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#read(text));
    socket.on("error", (error) => this.#reject?.(error));
    socket.on("close", () => {
      this.#socket = null;
    });
    return socket;
  }

  #read(text: string): void {
    this.#buffered = this.#buffered === "" ? text : this.#buffered + text;
    if (this.#bodyStart < 0) {
      const end = this.#buffered.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.#bodyStart = end + 4;
      this.#bodyLength = Number(/content-length: *(\d+)/i.exec(this.#buffered)?.[1] ?? 0);
    }
    const bodyEnd = this.#bodyStart + this.#bodyLength;
    if (this.#buffered.length < bodyEnd) return;
    const body = this.#buffered.slice(this.#bodyStart, bodyEnd);
    this.#buffered = this.#buffered.slice(bodyEnd);
    this.#bodyStart = -1;
    this.#resolve?.(JSON.parse(body));
  }
}

const sites = (await sitesFromArgument()).map((url) => new RawSite(url));
await servePeer((segment) =>
  runSegment(segment, sites.length, async () => {
    const results = await Promise.all(sites.map((site) => site.poll().catch(() => false)));
    return results.filter(Boolean).length;
  }),
);
