import http from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { installEgressGuard } from "../../adapters/controller/egress-guard.ts";
import { EXCLUDED_CORE_NODES } from "../../settings.ts";
import { recordedLog } from "../services/recorded-log.ts";
import { type LoadedNode, loadNode, type Register } from "./node-harness.ts";

const nodeRequire = createRequire(import.meta.url);
const core = (file: string) => nodeRequire(nodeRequire.resolve(`@node-red/nodes/core/${file}`)) as Register;

let controller: http.Server;
let url = "";
let asked = 0;
let connections = 0;
let remove = () => {};
beforeAll(async () => {
  controller = http.createServer((_request, response) => {
    asked += 1;
    // A connection that is kept from before the guard stood would be used again.
    response.setHeader("connection", "close");
    response.end('{"ok":true}');
  });
  controller.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => controller.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(controller.address() as AddressInfo).port}/cooler?operation=open`;
});
let node: LoadedNode | undefined;
afterEach(async () => {
  await node?.unload();
  node = undefined;
  remove();
});
afterAll(() => {
  controller.closeAllConnections();
  controller.close();
});

const OUT_OF_THE_SANDBOX = `
  const get = util.inspect.constructor("return fetch")();
  await get(${JSON.stringify("URL")}).then(() => node.send({ payload: "reached" }), (error) => node.error(String(error.cause?.code), msg));
`;

const askBy = {
  "an http-request node": {
    register: () => core("network/21-httprequest.js"),
    config: () => ({ type: "http request", method: "GET", ret: "txt", url }),
  },
  "a function node that has left its sandbox": {
    register: () => core("function/10-function.js"),
    config: () => ({ type: "function", func: OUT_OF_THE_SANDBOX.replace("URL", url), outputs: 1, libs: [] }),
  },
};

/** The same calls reach it without the guard: so the test can fail. */
test.for([false, true])("guarded: %s", async (isGuarded) => {
  const urls = [url];
  if (isGuarded) remove = installEgressGuard({ plantUrls: () => urls, log: recordedLog() });
  for (const [name, { register, config }] of Object.entries(askBy)) {
    const before = asked;
    node = await loadNode(register(), config());
    const { errors, outputs } = node;
    await node.receive({ payload: "" });
    await expect.poll(() => errors.length + (outputs[0]?.length ?? 0)).toBeGreaterThan(0);
    expect(asked - before, name).toBe(isGuarded ? 0 : 1);
    if (isGuarded) expect(errors.join() + JSON.stringify(outputs[0]), name).toMatch(/EACCES|not for flows/);
    await node.unload();
    node = undefined;
  }
  remove();
});

test("a function node has no modules, no fetch and no process of its own", async () => {
  node = await loadNode(core("function/10-function.js"), {
    type: "function",
    func: "return { payload: [typeof require, typeof fetch, typeof process, typeof XMLHttpRequest] };",
    outputs: 1,
    libs: [],
  });
  await node.receive({ payload: "" });
  await expect.poll(() => node?.outputs[0]?.[0]?.payload).toEqual(["undefined", "undefined", "undefined", "undefined"]);
});

/** Nodes that connect by themselves as soon as they are deployed. */
const connectBy: Readonly<Record<string, { file: string; config: () => { type: string }; more: () => object[] }>> = {
  "a websocket client": {
    file: "network/22-websocket.js",
    config: () => ({ type: "websocket in", client: "client", server: "" }),
    more: () => [
      { id: "client", z: "", type: "websocket-client", path: url.replace("http:", "ws:"), wholemsg: "false", hb: "0" },
    ],
  },
  "an MQTT client": {
    file: "network/10-mqtt.js",
    config: () => ({ type: "mqtt in", topic: "#", qos: "0", broker: "broker", inputs: 0 }),
    more: () => [
      {
        id: "broker",
        z: "",
        type: "mqtt-broker",
        broker: new URL(url).hostname,
        port: new URL(url).port,
        protocolVersion: "4",
        keepalive: "60",
        autoConnect: true,
        cleansession: true,
      },
    ],
  },
};

test.for(Object.keys(connectBy))("%s does not reach a site, and without the guard would", async (name) => {
  const { file, config, more } = connectBy[name] ?? expect.fail();
  for (const isGuarded of [true, false]) {
    const urls = [url];
    const log = recordedLog();
    if (isGuarded) remove = installEgressGuard({ plantUrls: () => urls, log });
    const before = connections;
    node = await loadNode(core(file), config(), { more: more() });
    await expect
      .poll(() => (isGuarded ? log.lines.length : connections - before), { timeout: 20_000 })
      .toBeGreaterThan(0);
    if (isGuarded) expect(connections - before).toBe(0);
    await node.unload();
    node = undefined;
    remove();
  }
});

test("a redirect to a site, and other ways to write its address, lead nowhere", async () => {
  const elsewhere = http.createServer((_request, response) => response.writeHead(302, { location: url }).end());
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  const { port } = new URL(url);
  const ways = [
    `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`,
    `http://localhost:${port}/`,
    `http://2130706433:${port}/`,
    `http://0x7f.1:${port}/`,
    `http://0.0.0.0:${port}/`,
    `http://[::ffff:127.0.0.1]:${port}/`,
  ];
  const urls = [url];
  for (const way of ways) await fetch(way).then((response) => response.arrayBuffer());
  expect(connections).toBeGreaterThanOrEqual(ways.length);
  remove = installEgressGuard({ plantUrls: () => urls, log: recordedLog() });
  const before = connections;
  for (const way of ways) await expect(fetch(way), way).rejects.toMatchObject({ cause: { code: "EACCES" } });
  expect(connections - before).toBe(0);
  elsewhere.close();
});

test("nodes whose traffic the guard does not see are not there", () => {
  expect(EXCLUDED_CORE_NODES).toEqual(expect.arrayContaining(["32-udp.js", "31-tcpin.js", "90-exec.js"]));
});
