import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { duplexPair } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Exchange } from "../../../adapters/video/gateway/exchange.ts";
import { createViewerServer, type ViewerServer } from "../../../adapters/video/gateway/viewer-server.ts";
import { readRequestHead } from "../../../domain/http/request-head.ts";
import { MALFORMED } from "../../domain/http/malformed-heads.ts";

/** HTTP/1.1 towards viewers, by raw sockets. */
const TIMES = { headMs: 300, idleMs: 900, everyMs: 50 };
const LARGE = Buffer.alloc(4_000_000, "x");
const get = (target: string, lines = "") => `GET ${target} HTTP/1.1\r\nhost: x\r\n${lines}\r\n`;

let viewers: ViewerServer;
let port: number;
/** Targets that the handler was given. */
let asked: string[] = [];
/** Exchanges that it keeps. */
let kept: Exchange[] = [];
let closed = 0;
/** Connections of which the server said that they have asked. */
let known = 0;

beforeAll(async () => {
  const onAsked = () => {
    known += 1;
  };
  viewers = createViewerServer(answer, { times: TIMES, onAsked });
  await new Promise<void>((resolve) => viewers.server.listen(0, "127.0.0.1", resolve));
  port = (viewers.server.address() as AddressInfo).port;
});
afterAll(async () => {
  viewers.cut();
  await new Promise((resolve) => viewers.server.close(resolve));
});
beforeEach(() => {
  [asked, kept, closed, known] = [[], [], 0, 0];
});

function answer(exchange: Exchange): void {
  const { target } = exchange;
  asked.push(target);
  exchange.onClose(() => {
    closed += 1;
  });
  if (target === "/kept") kept.push(exchange);
  else if (target === "/large") sendWhole(exchange, LARGE);
  else if (target === "/late") setTimeout(() => sendWhole(exchange, Buffer.from(target)), 30);
  else sendWhole(exchange, Buffer.from(target));
}

function sendWhole(exchange: Exchange, body: Buffer): void {
  exchange.head(exchange.method === "GET" ? 200 : 405, { "content-type": "text/plain", "content-length": body.length });
  exchange.end(body);
}

type Client = net.Socket & { readonly got: () => string };

async function connect(): Promise<Client> {
  const socket = net.connect(port, "127.0.0.1");
  let got = "";
  socket.setEncoding("latin1").on("data", (text: string) => {
    got += text;
  });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return Object.assign(socket, { got: () => got });
}

/** Sends pieces one after another, and waits until the other side has closed. */
async function talk(pieces: readonly string[]): Promise<string> {
  const client = await connect();
  const end = once(client, "close");
  for (const piece of pieces) {
    client.write(piece, "latin1");
    if (pieces.length > 1) await new Promise(setImmediate);
  }
  await end;
  return client.got();
}

const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

test("a connection has asked when its first request is whole, whenever it is answered", async () => {
  const [silent, client] = await Promise.all([connect(), connect()]);
  client.write(get("/kept").slice(0, -2));
  await sleep(TIMES.everyMs);
  expect(known).toBe(0);
  client.write("\r\n");
  await expect.poll(() => kept.length).toBe(1);
  expect([known, client.got()]).toEqual([1, ""]);
  for (const exchange of kept) sendWhole(exchange, Buffer.from("/kept"));
  client.write(get("/again"));
  await expect.poll(() => client.got()).toContain("/again");
  expect(known).toBe(1);
  silent.destroy();
  client.destroy();
});

test("each malformed head is refused, and what stands in the same bytes is never answered", async () => {
  // What follows a good one is answered, in the same place.
  const good = await talk([get("/v/a") + get("/v/smuggled", "connection: close\r\n")]);
  expect(statuses(good)).toEqual([200, 200]);
  expect(asked).toEqual(["/v/a", "/v/smuggled"]);
  asked = [];
  const answers = await Promise.all(
    MALFORMED.flatMap(([why, text]) =>
      [text + get("/v/smuggled"), get("/before") + text + get("/v/smuggled")].map(async (sent) => ({
        why,
        statuses: statuses(await talk([sent])),
      })),
    ),
  );
  expect(answers).toEqual(
    MALFORMED.flatMap(([why]) => [
      { why, statuses: [400] },
      { why, statuses: [200, 400] },
    ]),
  );
  expect(new Set(asked)).toEqual(new Set(["/before"]));
});

test("only GET goes on: another method is answered, HEAD without a body, and the connection ends", async () => {
  const post = await talk([`POST /v/a HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n${get("/v/smuggled")}`]);
  expect(statuses(post)).toEqual([405]);
  expect(post).toMatch(/connection: close\r\n\r\n\/v\/a$/);
  const head = await talk([`HEAD /v/a HTTP/1.1\r\nhost: x\r\n\r\n${get("/v/smuggled")}`]);
  expect(head).toMatch(/content-length: 4\r\nconnection: close\r\n\r\n$/);
  expect(asked).toEqual(["/v/a", "/v/a"]);
});

test("requests behind one another are answered in turn, however long one takes, and memory has its bounds", async () => {
  const targets = ["/late", "/1", "/large", "/late", "/2", "/large", "/3"];
  const last = get("/end", "connection: close\r\n");
  const text = await talk([targets.map((target) => get(target)).join("") + last]);
  const seen = text.replaceAll(/x{1000,}/g, "/large").match(/(?<=\r\n\r\n)\/[a-z0-9]+/g);
  expect(seen).toEqual([...targets, "/end"]);
  expect(asked).toEqual([...targets, "/end"]);
  // Who asks for much and takes nothing gets one after another.
  asked = [];
  const greedy = await connect();
  greedy.pause();
  greedy.write(get("/large").repeat(500));
  await sleep(200);
  expect(asked.length).toBeLessThan(20);
  greedy.destroy();
});

test("the date is that of the answer, and HTTP/1.0 gets what it understands", async () => {
  const text = await talk(["GET /old HTTP/1.0\r\n\r\n"]);
  const date = /\r\ndate: ([^\r]+)\r\n/.exec(text)?.[1] ?? "";
  expect(Math.abs(Date.parse(date) - Date.now())).toBeLessThan(5_000);
  expect(text).toMatch(/connection: close\r\n\r\n\/old$/);
  expect(text).not.toContain("transfer-encoding");
});

test("a body without a length goes in chunks, and to HTTP/1.0 until the end: broken off, neither looks whole", async () => {
  async function begin(request: string) {
    const [client, before] = [await connect(), kept.length];
    const ended = new Promise<string>((resolve) => {
      client.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code ?? "")).once("end", () => resolve("end"));
    });
    client.write(request);
    await expect.poll(() => kept.length).toBe(before + 1);
    const exchange = kept.at(-1) as Exchange;
    exchange.head(200, {});
    exchange.write(Buffer.from("hello"));
    exchange.write(Buffer.alloc(0));
    await expect.poll(client.got).toContain("hello");
    return { client, exchange, ended };
  }
  const whole = await begin(get("/kept"));
  whole.exchange.end(Buffer.from(" world"));
  await expect.poll(whole.client.got).toMatch(/chunked[\s\S]*\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n$/);
  whole.client.destroy();
  const broken = await begin(get("/kept"));
  broken.exchange.destroy();
  expect(await broken.ended).toBe("end");
  expect(broken.client.got()).not.toContain("0\r\n\r\n");
  const old = await begin("GET /kept HTTP/1.0\r\n\r\n");
  old.exchange.end();
  expect(await old.ended).toBe("end");
  expect(old.client.got()).toMatch(/close\r\n\r\nhello$/);
  const oldBroken = await begin("GET /kept HTTP/1.0\r\n\r\n");
  oldBroken.exchange.destroy();
  expect(await oldBroken.ended).toBe("ECONNRESET");
});

test.each([
  ["too little", "1234"],
  ["too much", "123456"],
])("an answer that holds %s is broken off: nothing is read as the next one", async (_why, body) => {
  const client = await connect();
  client.write(get("/kept") + get("/v/next"));
  await expect.poll(() => kept.length).toBe(1);
  kept[0]?.head(200, { "content-length": 5 });
  kept[0]?.end(Buffer.from(body));
  await once(client, "close");
  expect(client.got().endsWith("\r\n\r\n1234") || client.got() === "").toBe(true);
  expect(asked).toEqual(["/kept"]);
});

test("who is slow with a head, or says nothing any more, is let go; who answers slowly is not", async () => {
  const [slow, silent, idle] = await Promise.all([connect(), connect(), connect()]);
  const beganMs = performance.now();
  const ends = [slow, silent, idle].map(async (client) => {
    await once(client, "close");
    return { afterMs: performance.now() - beganMs, statuses: statuses(client.got()) };
  });
  slow.write("GET /slow HTTP/1.1\r\n");
  const drip = setInterval(() => slow.write("x"), 20);
  idle.write(get("/idle"));
  const waiting = await connect();
  waiting.write(get("/kept"));
  const [slowEnd, silentEnd, idleEnd] = await Promise.all(ends);
  clearInterval(drip);
  expect(slowEnd?.statuses).toEqual([408]);
  expect(silentEnd?.statuses).toEqual([408]);
  expect(idleEnd?.statuses).toEqual([200]);
  for (const end of [slowEnd, silentEnd]) expect(end?.afterMs).toBeGreaterThan(TIMES.headMs);
  expect(idleEnd?.afterMs).toBeGreaterThan(TIMES.idleMs);
  expect(waiting.destroyed).toBe(false);
  sendWhole(kept[0] as Exchange, Buffer.from("at last"));
  await expect.poll(waiting.got).toContain("at last");
  waiting.destroy();
});

test("a viewer that goes in the middle of an answer leaves nothing behind", async () => {
  const open = () => new Promise<number>((resolve) => viewers.server.getConnections((_error, count) => resolve(count)));
  await expect.poll(open, { timeout: 3_000 }).toBe(0);
  const clients = await Promise.all(Array.from({ length: 20 }, connect));
  // What they took meanwhile would be room for more.
  for (const client of clients) client.pause().write(get("/kept"));
  await expect.poll(() => kept.length).toBe(20);
  for (const exchange of kept) {
    exchange.head(200, { "content-length": LARGE.length });
    expect(exchange.write(LARGE.subarray(1))).toBe(false);
    exchange.onDrain(() => {
      throw new Error("nobody has taken anything");
    });
    expect(exchange.isOpen).toBe(true);
  }
  for (const client of clients) client.resetAndDestroy();
  await expect.poll(open).toBe(0);
  expect(closed).toBe(20);
  for (const exchange of kept) {
    expect(exchange.isOpen).toBe(false);
    // What still comes for it goes nowhere.
    exchange.write(LARGE);
    exchange.end(LARGE);
  }
});

const line = fc.oneof(
  fc.constantFrom("cookie: a=1\r\n", "Cookie:\t b=2 \r\n", "range: bytes=0-1\r\n", "Range:\r\n", "x: \xe4\r\n"),
  fc.constantFrom("content-length: 0\r\n", "connection: close\r\n", "Connection: keep-alive, x\r\n", "host: y\r\n"),
  fc.constantFrom("transfer-encoding: chunked\r\n", "x : y\r\n", "x\r\n", " folded\r\n", "x: a\rb\r\n", "x: a\n", "\n"),
);
const target = fc
  .string({ unit: fc.constantFrom("/", "?", "%", "a", '"', "<", "{", "|", "\\", "~", "#", " ", "\xe4"), maxLength: 5 })
  .map((text) => `/${text}`);
const request = fc
  .tuple(
    fc.oneof({ weight: 8, arbitrary: fc.constant("GET") }, { weight: 1, arbitrary: fc.constantFrom("POST", "get") }),
    target,
    fc.oneof({ weight: 8, arbitrary: fc.constant("1.1") }, { weight: 1, arbitrary: fc.constantFrom("1.0", "1.2") }),
    fc.array(line, { maxLength: 3 }),
  )
  .map(([method, path, version, lines]) => `${method} ${path} HTTP/${version}\r\nhost: x\r\n${lines.join("")}\r\n`);

type Seen = { readonly target: string; readonly cookie: string | null; readonly range: string | null };

/** What is taken of some bytes, up to the first request that ends the connection. */
function readByUs(text: string): Seen[] {
  const seen: Seen[] = [];
  for (let at = 0; ; ) {
    const head = readRequestHead(text, at);
    if (head === null || typeof head === "number" || head.method !== "GET") return seen;
    seen.push({ target: head.target, cookie: head.cookie ?? null, range: head.range ?? null });
    if (head.asksToClose || head.isHttp10) return seen;
    at = head.end;
  }
}

/** The same by Node's own server. */
async function readByNode(text: string): Promise<Seen[]> {
  const seen: Seen[] = [];
  const node = http.createServer(({ url = "", headers: { cookie = null, range = null } }, response) => {
    seen.push({ target: url, cookie, range });
    response.end();
  });
  const [near, far] = duplexPair();
  node.emit("connection", far);
  const end = once(near, "close");
  near.on("error", () => undefined).resume();
  near.end(text, "latin1");
  await end;
  return seen;
}

test("law: what we take, Node's own server takes too, as the same requests with the same ends", async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 3 }), async (requests) => {
      const text = requests.join("");
      const ours = readByUs(text);
      taken += ours.length;
      expect((await readByNode(text)).slice(0, ours.length)).toEqual(ours);
    }),
    { numRuns: 800 },
  );
  expect(taken).toBeGreaterThan(80);
});

test("law: bytes get the same answers in whatever pieces they come", async () => {
  const without = (text: string) => text.replaceAll(/date: [^\r]+\r\n/g, "");
  await fc.assert(
    fc.asyncProperty(
      fc.array(request, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      async (requests, cuts) => {
        // The last one ends the connection, if none before it has.
        const text = requests.join("") + get("/end", "connection: close\r\n");
        const borders = [0, ...cuts.map((cut) => cut % text.length).sort((a, b) => a - b), text.length];
        const pieces = borders.slice(1).map((border, at) => text.slice(borders[at], border));
        expect(without(await talk(pieces))).toBe(without(await talk([text])));
      },
    ),
    { numRuns: 60 },
  );
});
