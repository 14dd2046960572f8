import http from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { installEgressGuard } from "../../adapters/controller/egress-guard.ts";
import { recordedLog } from "../services/recorded-log.ts";
import { type LoadedNode, loadNode, type Register } from "./node-harness.ts";

const nodeRequire = createRequire(import.meta.url);
const core = (file: string) => nodeRequire(nodeRequire.resolve(`@node-red/nodes/core/${file}`)) as Register;

let controller: http.Server;
let url = "";
let asked = 0;
let remove = () => {};
beforeAll(async () => {
  controller = http.createServer((_request, response) => {
    asked += 1;
    // A connection that is kept from before the guard stood would be used again.
    response.setHeader("connection", "close");
    response.end('{"ok":true}');
  });
  await new Promise<void>((resolve) => controller.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(controller.address() as AddressInfo).port}/cooler?operation=open`;
});
let node: LoadedNode | undefined;
afterEach(() => node?.unload());
afterAll(() => {
  remove();
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
