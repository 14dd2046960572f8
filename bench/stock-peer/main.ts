import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import express from "express";
import RED from "node-red";
import { parse } from "yaml";
import { buildStockFlow, type StockFlowOptions } from "./flow.ts";

/** A headless Node-RED that holds the stock flow and nothing else. Arguments: sites file, then the options as JSON. */
const [sitesFile = "", options = "{}"] = process.argv.slice(2);
const { sites } = parse(readFileSync(sitesFile, "utf8")) as { sites: { controller: { url: string } }[] };
const userDir = mkdtempSync(path.join(tmpdir(), "stock-flow-"));
writeFileSync(
  path.join(userDir, "flows.json"),
  JSON.stringify(buildStockFlow(JSON.parse(options) as StockFlowOptions)),
);

const app = express();
const server = http.createServer(app);
RED.init(server, {
  userDir,
  flowFile: "flows.json",
  httpAdminRoot: false,
  httpNodeRoot: "/",
  logging: { console: { level: "warn", metrics: false, audit: false } },
  externalModules: { autoInstall: false },
  telemetry: { enabled: false },
  functionGlobalContext: { urls: sites.map(({ controller }) => controller.url) },
} as never);
app.use("/", RED.httpNode);
// The postgres node prints a line per query; the parent sends standard output to a file.
RED.events.once("flows:started", () => {
  server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as { port: number }).port }));
});
await RED.start();
