import http from "node:http";
import net from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callOnce } from "../../../adapters/controller/call-once.ts";
import { installEgressGuard } from "../../../adapters/controller/egress-guard.ts";
import { recordedLog } from "../../services/recorded-log.ts";

let controller: http.Server;
let other: http.Server;
let asked = 0;
let remove = () => {};
const log = recordedLog();
const portOf = (server: http.Server) => (server.address() as net.AddressInfo).port;
const listen = (server: http.Server) => new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));

beforeAll(async () => {
  controller = http.createServer((_request, response) => {
    asked += 1;
    response.end('{"ok":true}');
  });
  other = http.createServer((_request, response) => response.end("other"));
  await Promise.all([listen(controller), listen(other)]);
  const urls = [`http://127.0.0.1:${portOf(controller)}/box`, null];
  remove = installEgressGuard({ plantUrls: () => urls, log });
});
afterAll(() => {
  remove();
  controller.close();
  other.close();
});

const HOSTS = ["127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.9.9.9"];

test.for(HOSTS)("neither fetch nor http reaches a controller as %s", async (host) => {
  const url = `http://${host}:${portOf(controller)}/box`;
  await expect(fetch(url)).rejects.toMatchObject({ cause: { code: "EACCES" } });
  const code = await new Promise((resolve) => {
    http.get(url, () => resolve("answered")).on("error", (error) => resolve((error as NodeJS.ErrnoException).code));
  });
  expect(code).toBe("EACCES");
  expect(asked).toBe(0);
});

test.for([
  { name: "a name that stands for it", to: () => ({ host: "127.1", port: portOf(controller) }) },
  { name: "no host at all", to: () => ({ port: portOf(controller) }) },
  { name: "a port as text", to: () => ({ host: "127.0.0.1", port: String(portOf(controller)) as unknown as number }) },
])("a plain socket does not reach it by $name", async ({ to }) => {
  const code = await new Promise((resolve) => {
    net
      .connect(to())
      .on("connect", () => resolve("connected"))
      .on("error", (error) => resolve((error as NodeJS.ErrnoException).code));
  });
  expect(code).toBe("EACCES");
});

test("the message names no address, and it is said in the log", () => {
  expect(log.texts("warn")).toHaveLength(1);
  expect(JSON.stringify(log.lines)).not.toContain(String(portOf(controller)));
});

test("whatever is no part of the plant is reached, on the same machine too", async () => {
  expect(await (await fetch(`http://127.0.0.1:${portOf(other)}/`)).text()).toBe("other");
});

test("the platform's own client reaches the controller", async () => {
  const url = `http://127.0.0.1:${portOf(controller)}/box`;
  const result = await callOnce(url, { method: "GET", path: "/x" }, { timeoutMs: 2_000, mayStart: () => true });
  expect(result).toMatchObject({ isAnswered: true, json: { ok: true } });
  expect(asked).toBe(1);
});
