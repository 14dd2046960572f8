import net from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createHttpClient, type HttpClient } from "../../../adapters/controller/http-client.ts";
import { createSystemClock } from "../../../adapters/controller/system-clock.ts";
import type { ControllerLine, PollPlan, PollPorts, PollRequest } from "../../../domain/collection/poll-site.ts";
import { pollSite } from "../../../domain/collection/poll-site.ts";

const BODY = '{"ok":true}';
const HEAD = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n`;
const REPLY = `${HEAD}\r\n${BODY}`;
const REQUEST: PollRequest = { name: "state", method: "GET", path: "/state", timeoutMs: 2000, isRequired: true };

let server: net.Server;
let sockets: net.Socket[] = [];
let answer: (socket: net.Socket, nth: number) => void;
let http: HttpClient;
let line: ControllerLine;
beforeEach(async () => {
  sockets = [];
  let requests = 0;
  server = net.createServer({ noDelay: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", () => answer(socket, ++requests));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  http = createHttpClient();
  line = http.lineTo(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
});
afterEach(async () => {
  line.close();
  await expect.poll(() => http.openSockets).toBe(0);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test("an answer in single bytes, and one in chunks, over one connection", async () => {
  const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"ok"\r\n6\r\n:true}\r\n0\r\n\r\n`;
  answer = async (socket, nth) => {
    for (const byte of nth === 1 ? REPLY : chunked) {
      socket.write(byte);
      await new Promise(setImmediate);
    }
  };
  for (let i = 0; i < 2; i += 1) expect(await line.send(REQUEST, 2000)).toMatchObject({ ok: true, json: { ok: true } });
  expect(sockets.length).toBe(1);
});

test("bytes that come when nobody asked end the connection", async () => {
  answer = (socket) => void socket.write(REPLY);
  expect((await line.send(REQUEST, 1000)).ok).toBe(true);
  sockets[0]?.write(REPLY.replace("true", "null"));
  await expect.poll(() => line.isConnected).toBe(false);
  expect(await line.send(REQUEST, 1000)).toMatchObject({ ok: true, json: { ok: true } });
  expect(sockets.length).toBe(2);
});

test.for([
  { name: "says close", reply: `${HEAD}Connection: close\r\n\r\n${BODY}` },
  { name: "HTTP/1.0", reply: REPLY.replace("1.1", "1.0") },
  { name: "keeps it for less than the margin", reply: `${HEAD}Keep-Alive: timeout=1\r\n\r\n${BODY}` },
  { name: "bytes behind the answer", reply: `${REPLY}more` },
])("not used again: $name", async ({ reply }) => {
  answer = (socket) => void socket.write(reply);
  for (let i = 0; i < 2; i += 1) expect((await line.send(REQUEST, 1000)).ok).toBe(true);
  expect(sockets.length).toBe(2);
});

test("two bodies at once do not share bytes", async () => {
  const other = http.lineTo(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
  answer = (socket, nth) => void socket.write(REPLY.replace("true", nth === 1 ? "1111" : "2222"));
  const results = await Promise.all([line.send(REQUEST, 1000), other.send(REQUEST, 1000)]);
  const bodies = results.map((result) => (result.ok ? result.text : result.cause));
  expect(bodies.sort()).toEqual(['{"ok":1111}', '{"ok":2222}']);
  other.close();
});

test("a path that would be a second request is refused before a byte is sent", async () => {
  const path = "/state HTTP/1.1\r\nx: y\r\n\r\n";
  await expect(line.send({ ...REQUEST, path }, 1000)).rejects.toThrow("visible ASCII");
  expect(sockets.length).toBe(0);
});

const clock = createSystemClock();
const ports = (): PollPorts => ({
  clock,
  line,
  takeConnection: () => 0,
  judge: () => null,
  worstLagSinceMs: () => 0,
  onLatency: () => undefined,
});
const oneTry = (): PollPlan => ({
  requests: [REQUEST],
  deadlineMs: clock.monotonicMs() + 3000,
  firstTryMs: () => 1000,
  maxRetries: 0,
});

test("a kept connection that the controller closes under the request does not fail even a single-try poll", async () => {
  answer = (socket, nth) => void (nth === 2 ? socket.resetAndDestroy() : socket.write(REPLY));
  expect((await pollSite(oneTry(), ports())).ok).toBe(true);
  expect(await pollSite(oneTry(), ports())).toMatchObject({ ok: true, attempts: 2 });
  expect(sockets.length).toBe(2);
});

test("once an answer has begun, or on a fresh connection, a close is the controller's", async () => {
  answer = (socket, nth) => void (nth === 2 ? socket.end("HTTP/1.1 200") : socket.write(REPLY));
  await pollSite(oneTry(), ports());
  expect(await pollSite(oneTry(), ports())).toMatchObject({ ok: false, cause: "reset", attempts: 1 });
  answer = (socket) => void socket.resetAndDestroy();
  expect(await pollSite(oneTry(), ports())).toMatchObject({ ok: false, cause: "reset", attempts: 1 });
});
