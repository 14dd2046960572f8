import fc from "fast-check";
import { expect, test } from "vitest";
import { MOST_HEAD_BYTES, readRequestHead } from "../../../domain/http/request-head.ts";
import { MALFORMED } from "./malformed-heads.ts";

const HOST = "host: x\r\n";
const GET = "GET /v/a HTTP/1.1\r\n";

test("a head is read: what counts of it, and where it ends", () => {
  const text = `${GET}Host: gateway:1880\r\nCOOKIE: \t a=1; b=2 \r\nrange:bytes=0-9\r\nx-any:\r\n\r\nGET`;
  expect(readRequestHead(text, 0)).toEqual({
    method: "GET",
    target: "/v/a",
    isHttp10: false,
    cookie: "a=1; b=2",
    range: "bytes=0-9",
    asksToClose: false,
    end: text.length - 3,
  });
  // The next one begins there, and is not whole.
  expect(readRequestHead(text, text.length - 3)).toBeNull();
  expect(readRequestHead("", 0)).toBeNull();
});

test.each([
  ["HTTP/1.0 needs no host", "GET / HTTP/1.0\r\n\r\n", { isHttp10: true }],
  ["an empty host", `${GET}host:\r\n\r\n`, { target: "/v/a" }],
  ["an IPv6 host", `${GET}host: [2001:db8::1]:8080\r\n\r\n`, { target: "/v/a" }],
  ["cookies in two lines are one list", `${GET}${HOST}cookie: a=1\r\ncookie: b=2\r\n\r\n`, { cookie: "a=1; b=2" }],
  ["ranges in two lines are one list", `${GET}${HOST}range: a\r\nrange: b\r\n\r\n`, { range: "a, b" }],
  ["a close among others", `${GET}${HOST}connection: keep-alive , Close\r\n\r\n`, { asksToClose: true }],
  ["a name that only resembles", `${GET}${HOST}connections: close\r\n\r\n`, { asksToClose: false }],
  ["a length of nothing", `${GET}${HOST}content-length: 0\r\n\r\n`, { target: "/v/a" }],
  ["a byte above ASCII in a value", `${GET}${HOST}x: \xe4\r\n\r\n`, { target: "/v/a" }],
  ["another method", `POST /v/a HTTP/1.1\r\n${HOST}\r\n`, { method: "POST" }],
  ["a hundred lines", `${GET}${HOST}${"a:1\r\n".repeat(99)}\r\n`, { target: "/v/a" }],
])("taken: %s", (_why, text, expected) => {
  expect(readRequestHead(text, 0)).toMatchObject(expected);
});

test.each(MALFORMED)("refused: %s", (_why, text) => {
  expect(readRequestHead(text, 0)).toBe(400);
  // Whatever follows, and wherever it stands.
  expect(readRequestHead(`${text}${GET}${HOST}\r\n`, 0)).toBe(400);
  expect(readRequestHead(`${GET}${text}`, GET.length)).toBe(400);
});

test.each([
  ["a line more than a hundred", `${GET}${HOST}${"a:1\r\n".repeat(100)}\r\n`],
  ["a target without an end", `GET /${"a".repeat(MOST_HEAD_BYTES)}`],
  ["a value without an end", `${GET}${HOST}x: ${"a".repeat(MOST_HEAD_BYTES)}`],
  ["a byte too many", head(MOST_HEAD_BYTES + 1)],
])("too much: %s", (_why, text) => {
  expect(readRequestHead(text, 0)).toBe(431);
});

function head(bytes: number): string {
  const begin = `${GET}${HOST}x: `;
  return `${begin}${"a".repeat(bytes - begin.length - 4)}\r\n\r\n`;
}

test("a head may have as many bytes as that", () => {
  expect(readRequestHead(head(MOST_HEAD_BYTES), 0)).toMatchObject({ end: MOST_HEAD_BYTES });
});

const piece = fc.oneof(
  fc.constantFrom(GET, HOST, "GET / HTTP/1.0\r\n", "\r\n", "\r", "\n", " ", ":", "cookie: a=1\r\n", "x: y\r\n"),
  fc.constantFrom("content-length: 0\r\n", "transfer-encoding: chunked\r\n", "\0", "a".repeat(6_000)),
  fc.string({ unit: fc.constantFrom("a", "\r", "\n", ":", " ", "\xff", "\t"), maxLength: 6 }),
);

test("law: what is known of a beginning stays so, whatever follows, and a head ends within what was given", () => {
  const seen = { heads: 0, refusals: 0 };
  fc.assert(
    fc.property(fc.constantFrom("", GET + HOST), fc.array(piece, { maxLength: 9 }), fc.nat(), (begin, pieces, cut) => {
      const text = begin + pieces.join("");
      const before = readRequestHead(text.slice(0, cut % (text.length + 1)), 0);
      const whole = readRequestHead(text, 0);
      if (typeof whole === "number") seen.refusals += 1;
      else if (whole !== null) seen.heads += 1;
      if (before !== null) expect(whole).toEqual(before);
      if (whole !== null && typeof whole === "object") {
        expect(whole.end).toBeLessThanOrEqual(Math.min(text.length, MOST_HEAD_BYTES));
        expect(text.slice(0, whole.end).endsWith("\r\n\r\n")).toBe(true);
      }
    }),
    { numRuns: 3_000 },
  );
  expect(seen.heads).toBeGreaterThan(20);
  expect(seen.refusals).toBeGreaterThan(100);
});
