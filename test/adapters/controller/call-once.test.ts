import net from "node:net";
import { afterEach, expect, test } from "vitest";
import { callOnce } from "../../../adapters/controller/call-once.ts";

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that keeps what it is sent, and does as it is told once a whole request is there. */
async function aServer(answer: (socket: net.Socket) => void, greet: (socket: net.Socket) => void = () => {}) {
  const requests: string[] = [];
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    greet(socket);
    let text = "";
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      if (!text.endsWith("\r\n\r\n")) return;
      requests.push(text);
      text = "";
      answer(socket);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  return { url: `http://127.0.0.1:${port}/box`, requests, connections: () => connections };
}

const json = (socket: net.Socket, body: string, status = "200 OK", more = "") =>
  socket.write(`HTTP/1.1 ${status}\r\n${more}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
const REQUEST = { method: "GET", path: "/cooler?operation=open" } as const;
const OPTIONS = { timeoutMs: 500, mayStart: () => true };

test("makes one request, on a connection that is used for nothing else, below the path of the site", async () => {
  const { url, requests, connections } = await aServer((socket) => json(socket, '{"ok":true}'));
  expect(await callOnce(url, REQUEST, OPTIONS)).toMatchObject({ isAnswered: true, json: { ok: true } });
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatch(/^GET \/box\/cooler\?operation=open HTTP\/1\.1\r\n/);
  expect(requests[0]).toContain("connection: close");
  expect(connections()).toBe(1);
});

test.for([
  { name: "never answers", answer: () => {}, cause: "timeout" },
  { name: "hangs up", answer: (socket: net.Socket) => void socket.destroy(), cause: "reset" },
  { name: "resets", answer: (socket: net.Socket) => void socket.resetAndDestroy(), cause: "reset" },
  { name: "has an error", answer: (socket: net.Socket) => void json(socket, "{}", "500 No"), cause: "http_status" },
  {
    name: "sends it elsewhere",
    answer: (socket: net.Socket) => void json(socket, "", "302 Found", "location: http://127.0.0.1:1/\r\n"),
    cause: "redirect",
  },
  { name: "says no JSON", answer: (socket: net.Socket) => void json(socket, "<html>"), cause: "bad_json" },
  {
    name: "is cut off",
    answer: (socket: net.Socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"ok"'),
    cause: "truncated",
  },
])("a controller that $name may have acted, and is not asked again", async ({ answer, cause }) => {
  const { url, requests, connections } = await aServer(answer);
  expect(await callOnce(url, REQUEST, OPTIONS)).toMatchObject({ isAnswered: false, cause, mayHaveLeft: true });
  expect(requests).toHaveLength(1);
  expect(connections()).toBe(1);
});

test("it is certain that no byte has left where there is no connection", async () => {
  const { url } = await aServer(() => {});
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  expect(await callOnce(url, REQUEST, OPTIONS)).toEqual({
    isAnswered: false,
    cause: "refused",
    status: null,
    mayHaveLeft: false,
  });
});

test("it is certain, too, where the time was over when the connection stood", async () => {
  const { url, requests, connections } = await aServer((socket) => json(socket, '{"ok":true}'));
  const result = await callOnce(url, REQUEST, { timeoutMs: 500, mayStart: () => false });
  expect(result).toMatchObject({ isAnswered: false, cause: "too_late", mayHaveLeft: false });
  await expect.poll(connections).toBe(1);
  expect(requests).toEqual([]);
});
