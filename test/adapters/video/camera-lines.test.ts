import net, { type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fetchWhole } from "../../../adapters/video/gateway/fetch-whole.ts";
import { createUpstream, type Upstream } from "../../../adapters/video/gateway/upstream.ts";

type Take = (socket: Socket, path: string, connection: number) => void;

let server: net.Server;
let upstream: Upstream;
let take: Take;
let connections: Socket[];

beforeEach(async () => {
  connections = [];
  server = net.createServer((socket) => {
    const at = connections.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => take(socket, /^GET (\S+) /.exec(bytes.toString())?.[1] ?? "", at));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  upstream = createUpstream({ mayConnect: () => true, credentials: null });
});
afterEach(async () => {
  upstream.close();
  for (const socket of connections) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

function get(path: string): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://127.0.0.1:${port}${path}`);
  return fetchWhole(upstream, { url, range: null, maxBytes: 1_000, totalMs: 2_000 }).then(String);
}

const answer = (body: string, more = "") => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n${more}\r\n${body}`;

test("one connection carries one request after another, three carry those that come at once", async () => {
  take = (socket, path) => socket.write(answer(path));
  expect([await get("/1"), await get("/2"), await get("/3")]).toEqual(["/1", "/2", "/3"]);
  expect(connections).toHaveLength(1);
  const paths = Array.from({ length: 20 }, (_, at) => `/${at}`);
  expect(await Promise.all(paths.map(get))).toEqual(paths);
  expect(connections).toHaveLength(3);
});

test("a request that meets the end of an idle connection is sent again on another one, and no more than that", async () => {
  take = (socket, path, connection) => {
    if (path !== "/1" && connection === 1) socket.destroy();
    else socket.write(answer(path));
  };
  await get("/1");
  expect(await get("/2")).toBe("/2");
  expect(connections).toHaveLength(2);
  take = (socket) => socket.destroy();
  await expect(get("/3")).rejects.toMatchObject({ videoCause: "upstream_refused" });
  expect(connections).toHaveLength(3);
});

test("bytes behind an answer are nobody's answer: the connection is ended", async () => {
  take = (socket, path) => socket.write(answer(path) + (path === "/1" ? answer("smuggled") : ""));
  expect(await get("/1")).toBe("/1");
  expect(await get("/2")).toBe("/2");
  expect(connections).toHaveLength(2);
});

test.for([
  ["a length and chunks", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc"],
  ["a bare line feed", "HTTP/1.1 200 OK\ncontent-length: 2\n\nab"],
  ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n"],
])("%s is no answer", async ([, bytes]) => {
  take = (socket) => socket.write(String(bytes));
  await expect(get("/1")).rejects.toMatchObject({ videoCause: "bad_content" });
});

test("a connection is given up a second before the camera means to, and at once where it says so", async () => {
  take = (socket, path) =>
    socket.write(answer(path, path === "/1" ? "connection: close\r\n" : "keep-alive: timeout=1\r\n"));
  await get("/1");
  await get("/2");
  await get("/3");
  expect(connections).toHaveLength(3);
});
