import net from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHttpClient } from "../../../adapters/controller/http-client.ts";
import type { PollRequest } from "../../../domain/collection/poll-site.ts";

const REPLY = 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"ok":true}';
const REQUEST: PollRequest = {
  name: "state",
  method: "GET",
  path: "/box/state?x=1",
  timeoutMs: 2000,
  isRequired: true,
};

let server: net.Server;
let port = 0;
let sockets: net.Socket[] = [];
let heads: string[] = [];
let answer: (socket: net.Socket) => void = (socket) => void socket.write(REPLY);
beforeEach(async () => {
  sockets = [];
  heads = [];
  answer = (socket) => void socket.write(REPLY);
  server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      heads.push(chunk.toString("latin1"));
      answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as net.AddressInfo).port;
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(resolve));
});

describe("line to a controller", () => {
  test("asks plainly: identity encoding, keep-alive, nothing that could tell who asks", async () => {
    const line = createHttpClient().lineTo(`http://127.0.0.1:${port}`);
    expect(await line.send(REQUEST, 1000)).toMatchObject({ ok: true, json: { ok: true } });
    line.close();
    const expected = `GET /box/state?x=1 HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: keep-alive\r\naccept-encoding: identity\r\n\r\n`;
    expect(heads).toEqual([expected]);
  });

  test("keeps its connection from poll to poll, and opens another when the controller closed it", async () => {
    const http = createHttpClient();
    const line = http.lineTo(`http://127.0.0.1:${port}`);
    for (let i = 0; i < 3; i += 1) expect((await line.send(REQUEST, 1000)).ok).toBe(true);
    expect(sockets.length).toBe(1);
    expect(line.isConnected).toBe(true);
    sockets[0]?.end();
    await expect.poll(() => line.isConnected).toBe(false);
    expect((await line.send(REQUEST, 1000)).ok).toBe(true);
    expect(sockets.length).toBe(2);
    line.close();
    await expect.poll(() => http.openSockets).toBe(0);
  });

  test("two sites behind one address do not wait for each other", async () => {
    const http = createHttpClient();
    answer = (socket) => void (heads.at(-1)?.includes("/slow") || socket.write(REPLY));
    const slow = http.lineTo(`http://127.0.0.1:${port}/slow`);
    const fast = http.lineTo(`http://127.0.0.1:${port}/fast`);
    const hanging = slow.send({ ...REQUEST, path: "/slow/state" }, 1500);
    expect((await fast.send({ ...REQUEST, path: "/fast/state" }, 1000)).ok).toBe(true);
    expect(await hanging).toEqual({ ok: false, cause: "timeout", status: null });
    slow.close();
    fast.close();
    await expect.poll(() => http.openSockets).toBe(0);
  });

  test("after a time-out the next request has a connection of its own", async () => {
    answer = () => undefined;
    const line = createHttpClient().lineTo(`http://127.0.0.1:${port}`);
    expect(await line.send(REQUEST, 100)).toMatchObject({ cause: "timeout" });
    answer = (socket) => void socket.write(REPLY);
    expect((await line.send(REQUEST, 1000)).ok).toBe(true);
    expect(sockets.length).toBe(2);
    line.close();
  });

  test("without keep-alive each request opens and closes its own", async () => {
    const http = createHttpClient({ keepAlive: false });
    const line = http.lineTo(`http://127.0.0.1:${port}`);
    for (let i = 0; i < 2; i += 1) expect((await line.send(REQUEST, 1000)).ok).toBe(true);
    expect(heads[0]).toContain("connection: close");
    expect(sockets.length).toBe(2);
    await expect.poll(() => http.openSockets).toBe(0);
  });

  test("closed while a request is under way, it ends after the answer", async () => {
    const http = createHttpClient();
    const line = http.lineTo(`http://127.0.0.1:${port}`);
    let release: () => void = () => undefined;
    answer = (socket) => {
      release = () => void socket.write(REPLY);
    };
    const under = line.send(REQUEST, 2000);
    await expect.poll(() => heads.length).toBe(1);
    line.close();
    release();
    expect((await under).ok).toBe(true);
    await expect.poll(() => http.openSockets).toBe(0);
  });

  test("an answer that waits in the socket while our loop stands still is read, not timed out", async () => {
    const line = createHttpClient().lineTo(`http://127.0.0.1:${port}`);
    await line.send(REQUEST, 1000);
    answer = (socket) => {
      socket.write(REPLY);
      const until = performance.now() + 400;
      while (performance.now() < until);
    };
    expect(await line.send(REQUEST, 100)).toMatchObject({ ok: true });
    line.close();
  });
});
