import { once } from "node:events";
import { cpSync, mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import express from "express";
import type nodeRed from "node-red";
import type { NodeRedLogEntry } from "../../adapters/node-red/logging.ts";
import type { SessionUser } from "../../domain/access/session-user.ts";
import type { Platform } from "../../nodes/_shared/platform.ts";
import { createNodeRedAccess, createNodeRedSettings, type NodeRedOptions } from "../../settings.ts";
import { ACTORS } from "../authorisation/actors.ts";
import { createPackageRoot, PROJECT_ROOT } from "./package-root.ts";

/** Nodes are loaded by Node itself, not by the test runner: this is their instance of a module. */
const nodeRequire = createRequire(import.meta.url);
export const RED = nodeRequire("node-red") as nodeRed.NodeRedApp;

/** What the published types leave out. */
type FlowApi = {
  setFlows(flows: object[], type: string): Promise<string>;
  getFlows(): { flows: object[]; rev: string };
  getNode(id: string): { receive(msg: object): void } | null;
};
export type RunningNodeRed = {
  readonly origin: string;
  readonly port: number;
  readonly dataDir: string;
  readonly flowsDir: string;
  readonly packageRoot: string;
  readonly log: NodeRedLogEntry[];
  readonly access: ReturnType<typeof createNodeRedAccess>;
  /** @param token of a session, as below; nobody's when absent */
  get(pathname: string, token?: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
};

/** `antbox_access=<actor>`, such as a role, is a session of theirs; `antbox_access=<actor>.<ms>` one that ends at that time. */
function sessionOf(cookieHeader: string | undefined, authorizationHeader?: string): SessionUser | null {
  const token = authorizationHeader?.replace(/^Bearer /, "") ?? /antbox_access=([^;]+)/.exec(cookieHeader ?? "")?.[1];
  const [name = "", end] = (token ?? "").split(".");
  const { role = null, scope = null, mustChangePassword = false } = ACTORS.find((actor) => actor.name === name) ?? {};
  const expiresAtMs = end === undefined ? Date.now() + 600_000 : Number(end);
  if (role === null || expiresAtMs <= Date.now()) return null;
  return { username: name, role, scope, grants: null, mustChangePassword, expiresAtMs };
}

export function setNodesPlatform(platform: Platform | undefined): void {
  const module = nodeRequire("../../nodes/_shared/platform.ts") as {
    setPlatform(platform: Platform | undefined): void;
  };
  module.setPlatform(platform);
}

/** Node-RED with our settings, palette and flows, composed as the platform does it. One per process. */
export async function startNodeRed(options: Partial<NodeRedOptions> = {}): Promise<RunningNodeRed> {
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), "antbox-data-"));
  const flowsDir = options.flowsDir ?? path.join(dataDir, "flows");
  if (options.flowsDir === undefined) cpSync(path.join(PROJECT_ROOT, "flows"), flowsDir, { recursive: true });
  const app = express();
  const server = createServer(app);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const log: NodeRedLogEntry[] = [];
  const packageRoot = options.projectRoot ?? createPackageRoot();
  const settings: NodeRedOptions = {
    projectRoot: packageRoot,
    dataDir,
    flowsDir,
    host: "127.0.0.1",
    port,
    publicOrigin: origin,
    editor: "on",
    credentialSecret: "only for this test",
    sessionOf,
    logLevel: "info",
    onLog: (entry) => log.push(entry),
    hasNodeOfType: (type) =>
      flowApi()
        .getFlows()
        .flows.some((node) => "type" in node && node.type === type),
    ...options,
  };
  const access = createNodeRedAccess(settings);
  server.on("upgrade", (request, socket) => access.authoriseEditorUpgrade(request, socket));
  RED.init(server, createNodeRedSettings(settings, access));
  app.use("/editor/resources/antbox-flow", access.requireSession, express.static(path.join(packageRoot, "resources")));
  if (settings.editor !== "off") app.use("/editor/", RED.httpAdmin);
  app.use("/", access.requireSession, RED.httpNode);
  const started = once(RED.events, "flows:started");
  await RED.start();
  await started;

  return {
    origin,
    port,
    dataDir,
    flowsDir,
    packageRoot,
    log,
    access,
    get: (pathname, token, init = {}) =>
      fetch(`${origin}${pathname}`, { redirect: "manual", ...init, headers: { ...cookie(token), ...init.headers } }),
    async stop() {
      await RED.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function cookie(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { cookie: `antbox_access=${token}` };
}

export const flowApi = () => RED.nodes as unknown as FlowApi;
