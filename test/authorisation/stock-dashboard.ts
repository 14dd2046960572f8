import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import express from "express";
import type nodeRed from "node-red";
import { integratorFlow } from "./integrator-flow.ts";

/**
 * A process of its own: Node-RED with the Dashboard as they come, without anything of ours. Tells its parent the port,
 * and the id of each node that sends.
 */
const RED = createRequire(import.meta.url)("node-red") as nodeRed.NodeRedApp;
const userDir = mkdtempSync(path.join(tmpdir(), "antbox-stock-"));
const theme = { id: "stock-theme", type: "ui-theme", name: "t", colors: {}, sizes: {} };
const base = { id: "stock-base", type: "ui-base", name: "Stock", path: "/dashboard", acceptsClientConfig: [] };
writeFileSync(path.join(userDir, "flows.json"), JSON.stringify([base, theme, ...integratorFlow(base.id, theme.id)]));

const app = express();
const server = createServer(app);
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const settings = {
  userDir,
  flowFile: "flows.json",
  httpAdminRoot: "/",
  httpNodeRoot: "/",
  uiHost: "127.0.0.1",
  uiPort: port,
};
RED.init(server, { ...settings, logging: { console: { level: "off" } } } as never);
app.use("/", RED.httpAdmin);
app.use("/", RED.httpNode);
RED.hooks.add("onSend.stock", (events) => {
  for (const { source } of events as unknown as { source: { id: string } }[]) process.send?.({ sent: source.id });
});
const started = once(RED.events, "flows:started");
await RED.start();
await started;
process.send?.({ port });
process.once("disconnect", () => process.exit(0));
