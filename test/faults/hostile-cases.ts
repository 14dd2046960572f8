import type net from "node:net";
import { deflateSync, gzipSync } from "node:zlib";
import type { FailureCause } from "../../domain/collection/failure-cause.ts";

/** What a raw client saw of a case within a short time. */
export type Witness = {
  readonly bytes: number;
  readonly head: string;
  readonly ended: "open" | "end" | "reset" | "refused" | "no_handshake";
};

/** A controller that misbehaves. `bites` proves with a raw client that it really does. */
export type HostileCase = {
  readonly name: string;
  readonly cause: FailureCause;
  readonly answer: (socket: net.Socket) => void;
  readonly bites: (seen: Witness) => boolean;
};

export const GOOD_BODY = JSON.stringify({
  ok: true,
  method: "coolerState",
  params: { supply_liquid_temp: 35.1, cooling_tower_fan1: true },
});
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));
const CHUNK = Buffer.alloc(64 * 1024, "7");
const HUGE_BYTES = 300 * 1024 * 1024;

/** A complete answer with the right length. */
export function whole(body: string | Buffer, headers = "", status = "200 OK"): Buffer {
  const bytes = Buffer.from(body);
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${bytes.length}\r\n${headers}\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

function every(socket: net.Socket, stepMs: number, step: (n: number) => string | Buffer): void {
  let n = 0;
  const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(step(n++))), stepMs);
  socket.once("close", () => clearInterval(timer));
}

/** Writes 300 MB as fast as the other side reads, wrapped as `frame` says. */
function flood(socket: net.Socket, frame: (block: Buffer) => Buffer = (block) => block): void {
  let sent = 0;
  const framed = frame(CHUNK);
  const pump = (): void => {
    while (!socket.destroyed && sent < HUGE_BYTES) {
      sent += CHUNK.length;
      if (!socket.write(framed)) {
        socket.once("drain", pump);
        return;
      }
    }
    socket.end();
  };
  pump();
}

const chunked = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const CHUNKED_HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const LONG_HEAD = `HTTP/1.1 200 OK\r\nContent-Length: ${GOOD_BODY.length}\r\n\r\n`;

const says = (text: string) => (seen: Witness) => seen.head.includes(text);
const isSilent = (seen: Witness) => seen.bytes === 0 && seen.ended === "open";
const isOpenAndShort = (seen: Witness) => seen.ended === "open" && seen.bytes > 0 && seen.bytes < 2000;

const SILENT: HostileCase[] = [
  { name: "hang", cause: "timeout", answer: () => undefined, bites: isSilent },
  {
    name: "slow-header",
    cause: "timeout",
    answer: (s) => every(s, 20, (n) => (n === 0 ? "HTTP/1.1 200 OK\r\n" : `x-${n}: 1\r\n`)),
    bites: isOpenAndShort,
  },
  {
    name: "slow-drip",
    cause: "timeout",
    answer: (s) => {
      s.write(LONG_HEAD);
      every(s, 30, (n) => GOOD_BODY.charAt(n % GOOD_BODY.length));
    },
    bites: isOpenAndShort,
  },
  { name: "half-open", cause: "timeout", answer: (s) => void s.write(LONG_HEAD), bites: isOpenAndShort },
  {
    name: "early-hints-for-ever",
    cause: "timeout",
    answer: (s) => every(s, 10, () => "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    bites: says("103 Early Hints"),
  },
];

const CUT: HostileCase[] = [
  { name: "reset", cause: "reset", answer: (s) => s.resetAndDestroy(), bites: (seen) => seen.ended === "reset" },
  { name: "close", cause: "reset", answer: (s) => s.end(), bites: (seen) => seen.ended === "end" && seen.bytes === 0 },
  {
    name: "close-in-header",
    cause: "reset",
    answer: (s) => s.end("HTTP/1.1 200 OK\r\nContent-"),
    bites: (seen) => seen.ended === "end" && !seen.head.includes("\r\n\r\n"),
  },
  {
    name: "reset-in-body",
    cause: "reset",
    answer: (s) => s.write(LONG_HEAD + GOOD_BODY.slice(0, 20), () => setTimeout(() => s.resetAndDestroy(), 20)),
    bites: (seen) => seen.ended === "reset",
  },
  {
    name: "short-body",
    cause: "truncated",
    answer: (s) => s.end(LONG_HEAD + GOOD_BODY.slice(0, 20)),
    bites: (seen) => seen.ended === "end" && seen.head.endsWith(GOOD_BODY.slice(0, 20)),
  },
  {
    name: "short-chunks",
    cause: "truncated",
    answer: (s) => s.end(CHUNKED_HEAD + chunked(GOOD_BODY.slice(0, 20))),
    bites: (seen) => seen.ended === "end" && !seen.head.includes("0\r\n\r\n"),
  },
];

const LARGE: HostileCase[] = [
  {
    name: "huge-by-close",
    cause: "too_large",
    answer: (s) => {
      s.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
      flood(s);
    },
    bites: (seen) => seen.bytes > 2 * 1024 * 1024,
  },
  {
    name: "huge-by-length",
    cause: "too_large",
    answer: (s) => {
      s.write(`HTTP/1.1 200 OK\r\nContent-Length: ${HUGE_BYTES}\r\n\r\n`);
      flood(s);
    },
    bites: (seen) => seen.bytes > 2 * 1024 * 1024,
  },
  {
    name: "huge-by-chunks",
    cause: "too_large",
    answer: (s) => {
      s.write(CHUNKED_HEAD);
      flood(s, (block) => Buffer.concat([Buffer.from(`${block.length.toString(16)}\r\n`), block, Buffer.from("\r\n")]));
    },
    bites: (seen) => seen.bytes > 2 * 1024 * 1024,
  },
  {
    name: "gzip-bomb",
    cause: "encoded",
    answer: (s) => void s.write(whole(BOMB, "Content-Encoding: gzip\r\n")),
    bites: (seen) => seen.head.includes("gzip") && seen.bytes < 200_000,
  },
  {
    name: "deflate",
    cause: "encoded",
    answer: (s) => void s.write(whole(deflateSync(GOOD_BODY), "Content-Encoding: deflate\r\n")),
    bites: says("deflate"),
  },
  {
    name: "two-encodings",
    cause: "encoded",
    answer: (s) => void s.write(whole(GOOD_BODY, "Content-Encoding: identity\r\nContent-Encoding: br\r\n")),
    bites: says("Content-Encoding: br"),
  },
  {
    name: "header-flood",
    cause: "not_http",
    answer: (s) => void s.write(`HTTP/1.1 200 OK\r\n${"x-filler: 0123456789abcdef\r\n".repeat(4000)}`),
    bites: (seen) => seen.bytes > 64 * 1024,
  },
  {
    name: "endless-header-line",
    cause: "not_http",
    answer: (s) => void s.write(`HTTP/1.1 200 OK\r\nx: ${"a".repeat(100_000)}`),
    bites: (seen) => seen.bytes > 64 * 1024,
  },
];

const status = (name: string, line: string, cause: FailureCause, headers = ""): HostileCase => ({
  name,
  cause,
  answer: (s) => void s.write(whole(line.startsWith("204") || line.startsWith("304") ? "" : "oops", headers, line)),
  bites: says(line),
});

const STATUS: HostileCase[] = [
  status("status-500", "500 Internal Server Error", "http_status"),
  status("status-503", "503 Service Unavailable", "http_status", "Retry-After: 3600\r\n"),
  status("status-404", "404 Not Found", "http_status"),
  status("status-401", "401 Unauthorized", "http_status", 'WWW-Authenticate: Basic realm="x"\r\n'),
  status("status-204", "204 No Content", "http_status"),
  status("redirect", "302 Found", "redirect", "Location: http://127.0.0.1:9/private\r\n"),
  status("redirect-loop", "307 Temporary Redirect", "redirect", "Location: /cooler?operation=coolerState\r\n"),
  status("not-modified", "304 Not Modified", "redirect"),
];

const raw = (name: string, bytes: string | Buffer, cause: FailureCause = "not_http"): HostileCase => ({
  name,
  cause,
  answer: (s) => void s.write(bytes),
  bites: (seen) => seen.bytes > 0 && Buffer.from(bytes).toString("latin1").startsWith(seen.head.slice(0, 40)),
});

const NOT_HTTP: HostileCase[] = [
  raw("ssh-banner", "SSH-2.0-OpenSSH_9.2\r\n"),
  raw("binary", Buffer.from([0, 255, 17, 3, 3, 200, 0, 9, 10, 13])),
  raw("http-0.9", "<html>hello</html>"),
  raw("http-2-preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  raw("continue-unasked", Buffer.concat([Buffer.from("HTTP/1.1 100 Continue\r\n\r\n"), whole(GOOD_BODY)])),
  raw("switching-protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"),
  raw("two-lengths", `HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 500\r\n\r\n${GOOD_BODY}`),
  raw("negative-length", `HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n${GOOD_BODY}`),
  raw("length-and-chunks", `HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
  raw("bad-chunk-size", `${CHUNKED_HEAD}zz\r\n${GOOD_BODY}\r\n`),
  raw("nul-in-header", "HTTP/1.1 200 OK\r\nx: a\u0000b\r\n\r\n"),
];

const body = (name: string, text: string | Buffer, cause: FailureCause = "bad_json"): HostileCase => ({
  name,
  cause,
  answer: (s) => void s.write(whole(text)),
  bites: (seen) => seen.head.startsWith("HTTP/1.1 200 OK") && seen.ended === "open",
});

const BODIES: HostileCase[] = [
  body("html-page", "<html><body>please log in</body></html>"),
  body("truncated-json", GOOD_BODY.slice(0, 40)),
  body("empty-body", ""),
  body("nan", '{"ok":true,"method":"coolerState","params":{"supply_liquid_temp":NaN}}'),
  body("invalid-utf-8", Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc3, 0x28, 0x22, 0x7d])),
  body("raw-nul", `${GOOD_BODY.slice(0, 10)}\u0000${GOOD_BODY.slice(10)}`),
  body("deep-nesting", `{"ok":true,"params":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
  body("deep-objects", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`),
  body("two-values", `${GOOD_BODY}${GOOD_BODY}`),
  body("array", "[1,2,3]"),
  body("null", "null"),
  body("says-no", '{"ok":false,"method":"coolerState","params":{}}', "not_ok"),
  body("text-for-true", '{"ok":"true","method":"coolerState","params":{}}', "not_ok"),
  body("other-operation", '{"ok":true,"method":"minerInfo","params":{"miner_num":1}}', "not_ok"),
  body("no-parameters", '{"ok":true,"method":"coolerState","params":null}', "empty"),
];

/** Every class of misbehaviour that a listening server can show; the network's own are in the test. */
export const HOSTILE_CASES: readonly HostileCase[] = [...SILENT, ...CUT, ...LARGE, ...STATUS, ...NOT_HTTP, ...BODIES];
