import { connect } from "node:net";

export type RawAnswer = {
  /** Everything that came, as it came. */
  readonly bytes: Buffer;
  readonly status: number | null;
  readonly head: string;
  readonly body: Buffer;
  /** How it ended: a complete answer by its length, a close, an error code, or nothing in time. */
  readonly end: "complete" | "close" | "timeout" | "too_much" | string;
  readonly connected: boolean;
  readonly tookMs: number;
};

type RawOptions = { readonly waitMs?: number; readonly maxBytes?: number; readonly headers?: readonly string[] };

/** One GET over a bare socket: it sees what a client library would hide. Stops at `maxBytes`. */
export function rawGet(url: string, options: RawOptions = {}): Promise<RawAnswer> {
  const { waitMs = 2000, maxBytes = 4_000_000, headers = [] } = options;
  const { hostname, port, pathname, search } = new URL(url);
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const parts: Buffer[] = [];
    let size = 0;
    let connected = false;
    const done = (end: RawAnswer["end"]) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on("error", () => socket.destroy());
      socket.destroy();
      resolve({ ...split(Buffer.concat(parts)), end, connected, tookMs: performance.now() - startedAt });
    };
    const timer = setTimeout(() => done("timeout"), waitMs);
    socket.on("connect", () => {
      connected = true;
      socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${[`Host: ${hostname}`, ...headers].join("\r\n")}\r\n\r\n`);
    });
    socket.on("data", (part) => {
      parts.push(part);
      size += part.length;
      if (size > maxBytes) done("too_much");
      else if (isComplete(Buffer.concat(parts))) done("complete");
    });
    socket.on("end", () => done("close"));
    socket.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? "error"));
  });
}

function split(bytes: Buffer) {
  const at = bytes.indexOf("\r\n\r\n");
  const head = at < 0 ? bytes.toString("latin1") : bytes.subarray(0, at).toString("latin1");
  const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
  return {
    bytes,
    head,
    status: status === undefined ? null : Number(status),
    body: at < 0 ? Buffer.alloc(0) : bytes.subarray(at + 4),
  };
}

function isComplete(bytes: Buffer): boolean {
  const { head, body, status } = split(bytes);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  return status !== null && status >= 200 && length !== undefined && body.length >= Number(length);
}

/** The JSON of a good answer. */
export async function readJson(url: string): Promise<Record<string, unknown>> {
  const { status, body, end } = await rawGet(url);
  if (status !== 200) throw new Error(`${url}: status ${status}, ended by ${end}`);
  return JSON.parse(body.toString()) as Record<string, unknown>;
}

/** `params` of a coolerState. */
export async function readState(siteUrl: string): Promise<Record<string, unknown>> {
  const { params } = await readJson(`${siteUrl}/cooler?operation=coolerState`);
  return params as Record<string, unknown>;
}

/** Waits until the check gives a value. */
export async function eventually<Value>(
  check: () => Value | null | Promise<Value | null>,
  waitMs = 10_000,
): Promise<Value> {
  const endAt = performance.now() + waitMs;
  for (;;) {
    const value = await check();
    if (value !== null) return value;
    if (performance.now() > endAt) throw new Error(`not within ${waitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** One call of the control endpoint. */
export async function control(
  base: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(`${base}${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}
