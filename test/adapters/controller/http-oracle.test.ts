import http from "node:http";
import net from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HttpResponse } from "../../../domain/collection/http-response.ts";

/**
 * Node's own client as the oracle: the same bytes from a real server, in random pieces. What Node reads as a complete 200
 * has the same body here; what Node refuses gives no body here. The exceptions are listed, and each only refuses more.
 */
const LIMITS = { headBytes: 16 * 1024, headLines: 100, bodyBytes: 1024 * 1024 };
const STRICTER: readonly { readonly why: string; readonly has: (raw: string) => boolean }[] = [
  { why: "a version other than 1.0 and 1.1", has: (raw) => !/^HTTP\/1\.[01] /.test(raw) },
  { why: "100 and 101, which nobody asked for", has: (raw) => /HTTP\/1\.[01] 10[01]/.test(raw) },
  { why: "control characters in the reason", has: (raw) => hasControl(headOf(raw).split("\r\n")[0] ?? "") },
  {
    why: "a coding other than chunked, or that twice",
    has: (raw) => /transfer-encoding:(?![\t ]*chunked[\t ]*\r)|(transfer-encoding:[\s\S]*){2}/i.test(headOf(raw)),
  },
  {
    why: "a trailer that would change the framing",
    has: (raw) => /0[^\n]*\r\n([\s\S]*\n)?content-length:/i.test(bodyOf(raw)),
  },
];

function headOf(raw: string): string {
  return raw.slice(0, raw.indexOf("\r\n\r\n") + 2);
}
function bodyOf(raw: string): string {
  return raw.slice(raw.indexOf("\r\n\r\n") + 4);
}
function hasControl(line: string): boolean {
  return [...line].some((char) => (char < " " && char !== "\t") || char === "\x7f");
}

let server: net.Server;
let port = 0;
let pieces: readonly Buffer[] = [];
beforeAll(async () => {
  server = net.createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => void serve(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as net.AddressInfo).port;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function serve(socket: net.Socket): Promise<void> {
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise(setImmediate);
  }
  socket.end();
}

/** @returns the body of a complete 200, latin1; null for everything else */
function bodyByNode(): Promise<string | null> {
  return new Promise((resolve) => {
    const request = http.get({ host: "127.0.0.1", port, path: "/", agent: false }, (response) => {
      const got: Buffer[] = [];
      response.on("data", (chunk: Buffer) => got.push(chunk));
      response.on("error", () => resolve(null));
      response.on("close", () => {
        resolve(response.complete && response.statusCode === 200 ? Buffer.concat(got).toString("latin1") : null);
        request.destroy();
      });
    });
    request.on("error", () => resolve(null));
    request.on("upgrade", (_response, socket) => {
      socket.destroy();
      resolve(null);
    });
  });
}

function bodyByUs(): Promise<string | null> {
  return new Promise((resolve) => {
    const response = new HttpResponse(LIMITS);
    const socket = net.connect({ host: "127.0.0.1", port }, () => void socket.write("GET / HTTP/1.1\r\n\r\n"));
    const finish = (): void => {
      socket.destroy();
      const isGood = response.isDone && response.head.status === 200;
      resolve(isGood ? Buffer.from(response.body).toString("latin1") : null);
    };
    socket.on("data", (chunk) => {
      response.push(chunk);
      if (response.isDone || response.fault !== null) finish();
    });
    socket.on("end", () => {
      response.end();
      finish();
    });
    socket.on("error", finish);
  });
}

function withoutSurplus(bytes: Buffer): Buffer {
  const reader = new HttpResponse(LIMITS);
  for (let i = 0; i < bytes.length; i += 1) {
    reader.push(bytes.subarray(i, i + 1));
    if (reader.isDone) return bytes.subarray(0, i + 1);
  }
  return bytes;
}

const often = <T>(usual: T, ...odd: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
const eol = often("\r\n", "\n", "\r", "\r\r\n");
const statusLine = fc
  .tuple(
    often("HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "http/1.1", "HTTP/1.1 "),
    often("200", "204", "304", "500", "100", "103", "20", "2000", "0200"),
    often(" OK", "", " ", " O\0K", "\tOK", " \xe4\t"),
  )
  .map(([version, status, reason]) => `${version} ${status}${reason}`);
const oddHeader = fc.constantFrom(
  "x: a\0b",
  "x: a\x7f",
  "x: a\rb",
  "x: a\r\n folded",
  "x : a",
  ": a",
  "no colon",
  "x\x01y: a",
  "Connection: close",
  "connection: keep-alive",
  "Content-Length: 3",
  "Content-Length:",
  "Content-Length: 0x3",
  "Content-Length: 3, 3",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding: identity",
);
const headers = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("x-a: 1", "Date: \t today ", "x:") },
    { weight: 1, arbitrary: oddHeader },
  ),
  { maxLength: 3 },
);
const text = fc.string({ unit: fc.constantFrom("a", "{", "\r", "\n", "0", "\xff", "\0"), maxLength: 60 });

const sized = fc.tuple(text, often(0, 1, -1, 5), often("", "surplus")).map(([body, off, surplus]) => ({
  field: `Content-Length: ${body.length + off}`,
  bytes: body + surplus,
}));
const chunk = fc
  .tuple(text, often("", ";a", ';a="b"', ";a=b;c", " ", ";", ';a="'), often("", "0", "00"), often("\r\n", "\n", ""))
  .map(([body, extension, zeros, end]) =>
    body === "" ? "" : `${zeros}${body.length.toString(16)}${extension}\r\n${body}${end}`,
  );
const chunked = fc
  .tuple(
    fc.array(chunk, { maxLength: 4 }),
    often("0\r\n", "000\r\n", "0;x\r\n", "z\r\n", ""),
    often("", "x: 1\r\n", "Content-Length: 1\r\n", "x : 1\r\n", "x: \0\r\n"),
    often("\r\n", "\n", ""),
  )
  .map(([chunks, last, trailer, end]) => ({
    field: "Transfer-Encoding: chunked",
    bytes: chunks.join("") + last + trailer + end,
  }));
const untilClose = text.map((bytes) => ({ field: null, bytes }));

const response = fc
  .tuple(statusLine, headers, fc.oneof(sized, chunked, untilClose), eol, fc.nat(3))
  .map(([first, fields, { field, bytes }, lineEnd, place]) => {
    const lines: string[] = [...fields];
    if (field !== null) lines.splice(place, 0, field);
    const [last, ...before] = [first, ...lines].reverse();
    return `${[...before.reverse().map((line) => `${line}\r\n`), `${last}${lineEnd}`].join("")}\r\n${bytes}`;
  });
const flips = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 }) },
);

test("law: the same bytes give what Node's client gives, or less where that is meant", async () => {
  const counts = { sameBody: 0, bothRefuse: 0 };
  await fc.assert(
    fc.asyncProperty(response, flips, fc.array(fc.nat(), { maxLength: 4 }), async (made, changes, cutAt) => {
      const bytes = Buffer.from(made, "latin1");
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      // Node fails over bytes behind an answer when they come with it, and not when they come later: it gets none.
      const answer = withoutSurplus(bytes);
      const borders = [0, ...cutAt.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
      pieces = borders.slice(1).map((border, i) => bytes.subarray(borders[i], border));
      const ours = await bodyByUs();
      pieces = pieces.length > 1 && answer.length === bytes.length ? pieces : [answer];
      const theirs = await bodyByNode();
      if (theirs !== null && ours === null && STRICTER.some(({ has }) => has(bytes.toString("latin1")))) return;
      if (theirs === null) counts.bothRefuse += 1;
      else counts.sameBody += 1;
      expect(ours).toBe(theirs);
    }),
    { numRuns: 600 },
  );
  expect(counts.sameBody).toBeGreaterThan(100);
  expect(counts.bothRefuse).toBeGreaterThan(100);
});
