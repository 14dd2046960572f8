import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HttpResponse } from "../../../domain/collection/http-response.ts";

const LIMITS = { headBytes: 2048, headLines: 20, bodyBytes: 1000 };
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** The outcome in one word or two: what the body was, or why there is none. */
function outcomeOf(response: HttpResponse): string {
  if (response.fault !== null) return response.fault;
  if (!response.isDone) return "unfinished";
  return `${response.head.status} "${text(response.body)}" ${response.isReusable ? "keep" : "close"}`;
}

/** @param pieces each in a buffer that is overwritten afterwards, as the adapter's is */
function read(pieces: readonly Uint8Array[], isEnded = false, response = new HttpResponse(LIMITS)): string {
  for (const piece of pieces) {
    const lent = piece.slice();
    response.push(lent);
    if (!response.isDone) lent.fill(0x58);
  }
  if (isEnded) response.end();
  return outcomeOf(response);
}

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

type Row = { readonly name: string; readonly bytes: string; readonly gives: string; readonly isEnded?: true };
const READ: Row[] = [
  { name: "a length", bytes: `${OK}Content-Length: 2\r\n\r\nhi`, gives: '200 "hi" keep' },
  { name: "names in any case, spaces around", bytes: `${OK}cOnTeNt-LeNgTh:\t 2 \t\r\n\r\nhi`, gives: '200 "hi" keep' },
  { name: "length 0", bytes: `${OK}Content-Length: 0\r\n\r\n`, gives: '200 "" keep' },
  { name: "chunks", bytes: `${CHUNKED}2\r\nhi\r\n003\r\n yo\r\n0\r\n\r\n`, gives: '200 "hi yo" keep' },
  { name: "no chunk", bytes: `${CHUNKED}0\r\n\r\n`, gives: '200 "" keep' },
  { name: "extensions", bytes: `${CHUNKED}2;a;b=c;d="e\\"f"\r\nhi\r\n0;x\r\n\r\n`, gives: '200 "hi" keep' },
  { name: "trailers", bytes: `${CHUNKED}2\r\nhi\r\n0\r\nx-sum: 1\r\n\r\n`, gives: '200 "hi" keep' },
  { name: "until close", bytes: `${OK}\r\nhi`, gives: '200 "hi" close', isEnded: true },
  { name: "says close", bytes: `${OK}Connection: x, Close\r\nContent-Length: 2\r\n\r\nhi`, gives: '200 "hi" close' },
  { name: "HTTP/1.0", bytes: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", gives: '200 "hi" close' },
  {
    name: "HTTP/1.0 that keeps",
    bytes: "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi",
    gives: '200 "hi" keep',
  },
  { name: "no reason", bytes: "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", gives: '200 "hi" keep' },
  { name: "204 has no body", bytes: "HTTP/1.1 204 No Content\r\n\r\n", gives: '204 "" keep' },
  { name: "304 has no body", bytes: "HTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n", gives: '304 "" keep' },
  {
    name: "early hints first",
    bytes: `HTTP/1.1 103 E\r\nContent-Length: 9\r\n\r\n${OK}Content-Length: 2\r\n\r\nhi`,
    gives: '200 "hi" keep',
  },
  { name: "surplus bytes", bytes: `${OK}Content-Length: 2\r\n\r\nhiHTTP`, gives: '200 "hi" close' },
  { name: "bytes above 127 in a value", bytes: `${OK}x: \xe4\r\nContent-Length: 2\r\n\r\nhi`, gives: '200 "hi" keep' },
  {
    name: "a body at the limit",
    bytes: `${OK}Content-Length: 1000\r\n\r\n${"a".repeat(1000)}`,
    gives: `200 "${"a".repeat(1000)}" keep`,
  },
];

const head = (name: string, line: string): Row => ({
  name,
  bytes: `${OK}${line}\r\nContent-Length: 2\r\n\r\nhi`,
  gives: "not_http",
});
const REFUSED: Row[] = [
  { name: "another protocol, without a line end", bytes: "SSH-2.0-OpenSSH_9.2", gives: "not_http" },
  { name: "HTTP/2", bytes: "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", gives: "not_http" },
  { name: "HTTP/1.2", bytes: "HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nhi", gives: "not_http" },
  { name: "HTTP/1.10", bytes: "HTTP/1.10 200 OK\r\nContent-Length: 2\r\n\r\nhi", gives: "not_http" },
  { name: "status of two digits", bytes: "HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nhi", gives: "not_http" },
  { name: "status of four digits", bytes: "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nhi", gives: "not_http" },
  { name: "status 099", bytes: "HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nhi", gives: "not_http" },
  { name: "two spaces", bytes: "HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\nhi", gives: "not_http" },
  { name: "NUL in the reason", bytes: "HTTP/1.1 200 \0\r\nContent-Length: 2\r\n\r\nhi", gives: "not_http" },
  { name: "LF without CR", bytes: "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", gives: "not_http" },
  { name: "100 unasked", bytes: `HTTP/1.1 100 C\r\n\r\n${OK}Content-Length: 2\r\n\r\nhi`, gives: "not_http" },
  { name: "101", bytes: "HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\n", gives: "not_http" },
  head("NUL in a value", "x: a\0b"),
  head("DEL in a value", "x: a\x7fb"),
  head("bare CR in a value", "x: a\rb"),
  head("folded line", "x: a\r\n b"),
  head("first line folded", " x: a"),
  head("space before the colon", "x : a"),
  head("no name", ": a"),
  head("no colon", "x"),
  head("control character in a name", "x\x01: a"),
  head("the same length twice", "Content-Length: 2"),
  head("another length", "Content-Length: 3"),
  head("length and chunks", "Transfer-Encoding: chunked"),
  head("another coding", "Transfer-Encoding: gzip, chunked"),
  ...["", "-2", "+2", "2, 2", "2 2", "0x2", "2.0", "two"].map(
    (value): Row => ({
      name: `length "${value}"`,
      bytes: `${OK}Content-Length: ${value}\r\n\r\nhi`,
      gives: "not_http",
    }),
  ),
  {
    name: "chunked twice",
    bytes: `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    gives: "not_http",
  },
  ...["", "zz", "-1", "0x2", " 2", "2 ", "2;", "2;a=", "1".repeat(17)].map(
    (size): Row => ({
      name: `chunk size "${size}"`,
      bytes: `${CHUNKED}${size}\r\nhi\r\n0\r\n\r\n`,
      gives: "not_http",
    }),
  ),
  { name: "chunk longer than said", bytes: `${CHUNKED}2\r\nhi!\r\n0\r\n\r\n`, gives: "not_http" },
  { name: "endless extension", bytes: `${CHUNKED}2;${"a".repeat(300)}`, gives: "not_http" },
  { name: "a length in the trailer", bytes: `${CHUNKED}0\r\nContent-Length: 2\r\n\r\n`, gives: "not_http" },
  { name: "endless trailers", bytes: `${CHUNKED}0\r\n${"x: 1\r\n".repeat(21)}`, gives: "not_http" },
  { name: "head lines over the limit", bytes: `${OK}${"x: 1\r\n".repeat(21)}`, gives: "not_http" },
  { name: "head bytes over the limit", bytes: `${OK}x: ${"a".repeat(2048)}`, gives: "not_http" },
  { name: "hints without end", bytes: `HTTP/1.1 103 E\r\nx: ${"a".repeat(1000)}\r\n\r\n`.repeat(9), gives: "not_http" },
  { name: "length over the limit", bytes: `${OK}Content-Length: 1001\r\n\r\n`, gives: "too_large" },
  { name: "length of 40 digits", bytes: `${OK}Content-Length: ${"9".repeat(40)}\r\n\r\n`, gives: "too_large" },
  { name: "chunk over the limit", bytes: `${CHUNKED}3e9\r\n`, gives: "too_large" },
  { name: "chunk of 16 digits", bytes: `${CHUNKED}${"f".repeat(16)}\r\n`, gives: "too_large" },
  {
    name: "chunks over the limit",
    bytes: `${CHUNKED}${`64\r\n${"a".repeat(100)}\r\n`.repeat(11)}`,
    gives: "too_large",
  },
  { name: "until close over the limit", bytes: `${OK}\r\n${"a".repeat(1001)}`, gives: "too_large" },
  { name: "ends in the sized body", bytes: `${OK}Content-Length: 3\r\n\r\nhi`, gives: "truncated", isEnded: true },
  { name: "ends in a chunk", bytes: `${CHUNKED}3\r\nhi`, gives: "truncated", isEnded: true },
  { name: "ends before the last chunk", bytes: `${CHUNKED}2\r\nhi\r\n`, gives: "truncated", isEnded: true },
  { name: "ends in the trailer", bytes: `${CHUNKED}0\r\n`, gives: "truncated", isEnded: true },
  { name: "ends in the head", bytes: OK, gives: "not_http", isEnded: true },
  { name: "not over yet", bytes: `${OK}Content-Length: 3\r\n\r\nhi`, gives: "unfinished" },
];
const ROWS = [...READ, ...REFUSED];

describe("a response is read", () => {
  test.for(READ)("$name", ({ bytes, gives, isEnded }) => expect(read([latin1(bytes)], isEnded)).toBe(gives));
});

describe("a response is refused", () => {
  test.for(REFUSED)("$name", ({ bytes, gives, isEnded }) => expect(read([latin1(bytes)], isEnded)).toBe(gives));
});

describe("the pieces change nothing", () => {
  test.for(ROWS)("byte by byte: $name", ({ bytes, gives, isEnded }) => {
    const pieces = Array.from(latin1(bytes), (byte) => Uint8Array.of(byte));
    expect(read(pieces, isEnded)).toBe(gives);
  });

  test("law: any bytes, in any pieces, give what they give in one", () => {
    const row = fc.constantFrom(...ROWS);
    const change = fc.record({ at: fc.nat(), byte: fc.constantFrom(0, 10, 13, 32, 48, 57, 58, 59, 97, 255) });
    const cuts = fc.array(fc.nat(), { maxLength: 8 });
    fc.assert(
      fc.property(row, fc.array(change, { maxLength: 3 }), cuts, fc.boolean(), (base, changes, cutAt, isEnded) => {
        const bytes = latin1(base.bytes);
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
        const borders = [0, ...cutAt.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
        const pieces = borders.slice(1).map((border, i) => bytes.subarray(borders[i], border));
        expect(read(pieces, isEnded)).toBe(read([bytes], isEnded));
      }),
      { numRuns: 2000 },
    );
  });

  test("one object reads one response after the other, whatever the last one was", () => {
    const response = new HttpResponse(LIMITS);
    for (const { bytes, gives, isEnded } of [...ROWS, ...READ]) {
      response.reset();
      expect(read([latin1(bytes)], isEnded, response)).toBe(gives);
    }
  });
});

test("a whole response in one piece is not copied", () => {
  const response = new HttpResponse(LIMITS);
  const piece = latin1(`${OK}Content-Length: 2\r\n\r\nhi`);
  response.push(piece);
  expect(response.body.buffer).toBe(piece.buffer);
});

test("how long an idle connection is kept is read", () => {
  const response = new HttpResponse(LIMITS);
  response.push(latin1(`${OK}Keep-Alive: timeout=5, max=100\r\nContent-Length: 0\r\n\r\n`));
  expect(response.head.keepAliveS).toBe(5);
});

test.for([
  { name: "sized", start: `${OK}Content-Length: 102400\r\n\r\n` },
  { name: "until close", start: `${OK}\r\n` },
  { name: "one chunk", start: `${CHUNKED}19000\r\n` },
])("a drip of single bytes copies each a fixed number of times: $name", ({ start }) => {
  const response = new HttpResponse({ headBytes: 16_384, headLines: 100, bodyBytes: 1024 * 1024 });
  const bytes = latin1(start + "a".repeat(102_400));
  let copied = 0;
  const { set } = Uint8Array.prototype;
  Uint8Array.prototype.set = function count(source, at) {
    copied += source.length;
    set.call(this, source, at);
  };
  try {
    for (let i = 0; i < bytes.length; i += 1) response.push(bytes.subarray(i, i + 1));
  } finally {
    Uint8Array.prototype.set = set;
  }
  if (response.isDone === false) response.push(latin1("\r\n0\r\n\r\n"));
  response.end();
  expect(response.fault).toBe(null);
  expect(response.body.length).toBeGreaterThanOrEqual(102_400);
  expect(copied).toBeLessThan(3 * bytes.length);
});
