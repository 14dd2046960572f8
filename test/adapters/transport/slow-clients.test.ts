import { get } from "node:http";
import net, { type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { blockListOf } from "../../../adapters/security/client-address.ts";
import { createServer, type PlatformServer } from "../../../adapters/transport/create-server.ts";

const MIB = 1_048_576;
const SOON = { timeout: 3_500 };
const lines: string[] = [];
const log = {
  info: () => undefined,
  warn: (facts: object, text: string) => void lines.push(`${text} ${JSON.stringify(facts)}`),
  error: () => undefined,
};
let platform: PlatformServer;
let port: number;

async function start(perAddress = 10_000): Promise<void> {
  lines.length = 0;
  platform = createServer(
    {
      tls: null,
      publicUrl: "http://127.0.0.1",
      connections: { perAddress, unlimited: blockListOf(["127.0.0.9"]) },
      readers: { graceMs: 500, leastBytesPerS: 5_000_000, checkEveryMs: 50 },
      log,
    },
    async (request, response) => {
      if (request.url === "/late") await sleep(2_000);
      response.end(request.url === "/large" ? Buffer.alloc(16 * MIB, "x") : "small");
    },
  );
  await new Promise<void>((resolve) => platform.server.listen(0, resolve));
  port = (platform.server.address() as AddressInfo).port;
}
afterEach(async () => {
  platform.stop();
  platform.server.closeAllConnections();
  await new Promise((done) => platform.server.close(done));
});

const connect = (localAddress = "127.0.0.1") =>
  new Promise<net.Socket>((resolve) => {
    const socket = net.connect({ host: "127.0.0.1", port, localAddress });
    // Whether it is let in shows later.
    socket.once("connect", () => resolve(socket)).on("error", () => undefined);
  });
const closed = (socket: net.Socket) => new Promise<void>((resolve) => socket.once("close", () => resolve()));
const ask = (path: string, localAddress = "127.0.0.1") =>
  new Promise<number>((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, localAddress, agent: false }, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on("end", () => resolve(bytes));
      response.on("error", reject);
    }).on("error", reject);
  });
const openSockets = () =>
  new Promise<number>((resolve) => platform.server.getConnections((_, count) => resolve(count)));

test("those who do not read are cut, and what waited for them is given back; others do not notice", async () => {
  await start();
  const readers = await Promise.all(Array.from({ length: 8 }, () => connect()));
  for (const reader of readers) {
    reader.pause();
    reader.write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  await expect.poll(openSockets, { timeout: 3_000 }).toBe(8);
  expect(await ask("/small")).toBe(5);
  await expect.poll(() => process.memoryUsage().arrayBuffers).toBeGreaterThan(100 * MIB);
  // Grace 0.5 s, and 3.4 s for 16 MiB at the least rate.
  await expect.poll(openSockets, { timeout: 15_000 }).toBe(0);
  globalThis.gc?.();
  expect(await ask("/small")).toBe(5);
  await expect
    .poll(
      () => {
        globalThis.gc?.();
        return process.memoryUsage().arrayBuffers;
      },
      { timeout: 15_000 },
    )
    .toBeLessThan(50 * MIB);
  expect(lines.join()).toContain("connections were cut: the other end did not read");
  for (const reader of readers) reader.destroy();
});

test("a slow reader who goes on reading gets everything", async () => {
  await start();
  const reader = await connect();
  reader.write("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  let bytes = 0;
  reader.on("data", (chunk) => {
    bytes += chunk.length;
    reader.pause();
    setTimeout(() => reader.resume(), 2);
  });
  await closed(reader);
  expect(bytes).toBeGreaterThan(16 * MIB);
  expect(lines).toEqual([]);
});

test("who waits for an answer that takes its time is not cut", async () => {
  await start();
  expect(await ask("/late")).toBe(5);
  expect(lines).toEqual([]);
});

test("who never sends a request is cut, and however many they are, others are served", {
  timeout: 60_000,
}, async () => {
  await start(100);
  // Long enough for a busy machine to see them all, before they are cut.
  platform.server.headersTimeout = 4_000;
  const silent = await Promise.all(Array.from({ length: 300 }, () => connect("127.0.0.2")));
  await expect.poll(() => lines.join(), SOON).toContain("connections of one address were refused");
  await expect.poll(openSockets, SOON).toBeLessThanOrEqual(100);
  expect(await ask("/small", "127.0.0.1")).toBe(5);
  // A proxy brings those of everybody.
  const proxied = await Promise.all(Array.from({ length: 150 }, () => connect("127.0.0.9")));
  await expect.poll(openSockets, SOON).toBeGreaterThanOrEqual(150);
  await expect.poll(openSockets, { timeout: 20_000 }).toBe(0);
  // The server counts a socket no more when it begins to close it, the limit when it is closed: so the other ends are asked.
  for (const socket of [...silent, ...proxied]) socket.resume();
  await expect.poll(() => [...silent, ...proxied].every((socket) => socket.closed), SOON).toBe(true);
  expect(await ask("/small", "127.0.0.2")).toBe(5);
});

test("a body that never ends is cut", async () => {
  await start();
  platform.server.headersTimeout = 500;
  platform.server.requestTimeout = 1_000;
  const socket = await connect();
  socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  const drip = setInterval(() => socket.write("x"), 100);
  await closed(socket);
  clearInterval(drip);
});
