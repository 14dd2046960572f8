import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import compression from "compression";
import express from "express";
import nodeRed from "node-red";
import type { Logger } from "pino";
import { FIRST_LOGIN_FILE } from "./access-services.ts";
import type { Deploy } from "./adapters/flow-storage/flow-storage.ts";
import { createDashboardAssets, type DashboardAssets } from "./adapters/node-red/dashboard-assets.ts";
import { createDashboardPages, type FlowNode } from "./adapters/node-red/dashboard-pages.ts";
import { createPagePolicy } from "./adapters/node-red/page-policy.ts";
import type { RefusedAccess } from "./adapters/node-red/session-source.ts";
import { createWidgetFiles } from "./adapters/node-red/widget-files.ts";
import { createLogger } from "./adapters/observability/create-logger.ts";
import { startLoopMonitor } from "./adapters/observability/loop-monitor.ts";
import { createMetrics } from "./adapters/observability/metrics.ts";
import { type Ending, type Shutdown, watchProcess } from "./adapters/process/shutdown.ts";
import { plainTextRemarks } from "./adapters/security/backend-settings.ts";
import { blockListOf, createClientAddress } from "./adapters/security/client-address.ts";
import { deriveKey } from "./adapters/security/derive-key.ts";
import { ensureAdmin } from "./adapters/security/ensure-admin.ts";
import { THIS_MACHINE } from "./adapters/transport/connection-limit.ts";
import { createServer, type PlatformServer } from "./adapters/transport/create-server.ts";
import { readTlsFiles } from "./adapters/transport/tls-files.ts";
import { createVideoPipe } from "./adapters/transport/video-pipe.ts";
import { actorOf } from "./api/audit-actor.ts";
import type { Lifecycle } from "./api/context.ts";
import { type Api, createApi } from "./api/create-api.ts";
import { profileOf } from "./collection-services.ts";
import { type Config, readConfig } from "./config.ts";
import type { AuditTrail } from "./domain/access/audit-entry.ts";
import { createRefusalCount } from "./domain/access/count-refusals.ts";
import { AppError } from "./domain/errors.ts";
import { PROFILES } from "./domain/profiles/index.ts";
import { setPlatform } from "./nodes/_shared/platform.ts";
import { type Services, startServices } from "./services.ts";
import { createNodeRedAccess, createNodeRedSettings, type NodeRedAccess, type NodeRedOptions } from "./settings.ts";

/** The package's own folder, whether this runs as source or from `dist/`. */
const PROJECT_ROOT =
  path.basename(import.meta.dirname) === "dist" ? path.dirname(import.meta.dirname) : import.meta.dirname;
const MANIFEST = readManifest();
const OWN_WIDGETS: ReadonlySet<string> = new Set(Object.keys(MANIFEST["node-red-dashboard-2"].widgets));
const SWEEP_REFUSALS_MS = 15_000;
const ADMIN_RETRY_MS = 2_000;
/** After a fault, flows that do not stop are left behind: what was collected matters more. */
const STOP_FLOWS_MS = 3_000;

let areFlowsStarted = false;
const lifecycle = { migrationsDone: false, flowsStarted: false, isShuttingDown: false };

async function main(): Promise<void> {
  const config = configOrExit();
  // Wrong files are told before anything is opened.
  if (config.tls) readTlsFiles(config.tls);
  const log = createLogger(config.logLevel);
  const shutdown = watchProcess({ log });
  say(log, config.databaseUrl === null ? "opening the embedded database" : "connecting to the database");
  for (const remark of plainTextRemarks(config)) log.warn({}, remark);
  const services = await startServices(config, log);
  services.database.whenReady().then(
    () => (lifecycle.migrationsDone = true),
    (error) => log.error({ reason: String(error) }, "the database schema could not be prepared"),
  );
  if (config.roles.includes("ui")) ensureFirstLogin(services, config, log);

  const api = createApi(apiContext(services, config, log));
  const pipeVideo = createVideoPipe(() => services.video.gateway?.port() ?? null);
  const app = express().disable("x-powered-by").use(createPagePolicy(config.publicUrl)).use(compression());
  const { server, asked } = createServer(serverOptionsOf(config, log), (request, response) => {
    if (!pipeVideo(request, response) && !api.handle(request, response)) app(request, response);
  });
  closeInOrder(shutdown, { server, api, services });
  // Jobs and video need no flows.
  if (services.pollsHere || config.roles.includes("ui")) {
    await startNodeRed({ config, services, server, asked, app, api, log });
  } else {
    await listen(server, config);
    lifecycle.flowsStarted = true;
  }
  sayWhenRoundComplete(services, log);
  log.info({ event: "platform.ready", url: config.publicUrl }, `AntBox Flow is ready at ${config.publicUrl}`);
}

type Parts = {
  readonly config: Config;
  readonly services: Services;
  readonly server: http.Server;
  readonly asked: PlatformServer["asked"];
  readonly app: express.Express;
  readonly api: Api;
  readonly log: Logger;
};

/**
 * Node-RED in our HTTP server: our upgrades and routes first, then the editor, then pages and `http in` nodes. Without the
 * role `ui` the flows run, but nothing of them can be reached.
 */
async function startNodeRed({ config, services, server, asked, app, api, log }: Parts): Promise<void> {
  const { auth } = services;
  const isShown = config.roles.includes("ui");
  const options: NodeRedOptions = {
    projectRoot: PROJECT_ROOT,
    dataDir: config.dataDir,
    host: config.host,
    port: config.port,
    publicOrigin: config.publicUrl,
    editor: isShown ? config.editor : "off",
    withoutDashboard: !isShown,
    credentialSecret: credentialSecretOf(config.secretKey),
    previousCredentialSecret: config.previousSecretKey && credentialSecretOf(config.previousSecretKey),
    sessionOf: auth.sessionOf,
    onSessionEnd: auth.onSessionEnd,
    isOwnOrigin: auth.isOwnOrigin,
    onRefused: noteRefusals(services.audit, config),
    logLevel: config.logLevel,
    flowsDir: config.flowsDir ?? path.join(PROJECT_ROOT, "flows"),
    hasNodeOfType,
    onLog: ({ level, message, ...facts }) => log[level](facts, message),
    onDeploy: (deploy) => noteDeploy(services.audit, deploy, log),
    onCredentials: (state) => noteCredentials(services.audit, state, log),
  };
  const access = createNodeRedAccess(options);
  let areFlowsUp = false;
  server.on("upgrade", (request, socket, head) => {
    asked(request.socket);
    if (api.handleUpgrade(request, socket, head)) return;
    if (areFlowsUp && isShown) access.authoriseEditorUpgrade(request, socket);
    else access.refuseEarlyUpgrade(request, socket);
  });
  const rulesFolder = path.join(options.flowsDir, "rules");
  setPlatform({ ...services, profileOf, pollIntervalS: config.pollIntervalS, rulesFolder });
  const flowsStarted = Promise.withResolvers<void>();
  nodeRed.events.on("flows:started", () => {
    lifecycle.flowsStarted = true;
    areFlowsUp = true;
    services.video.wiring.commit();
    flowsStarted.resolve();
  });
  nodeRed.events.on("flows:stopping", () => (lifecycle.flowsStarted = false));
  nodeRed.init(server, createNodeRedSettings(options, access));
  const pages = isShown ? mountPages(app, access, config) : null;
  await listen(server, config);
  say(log, "starting the flows");
  areFlowsStarted = true;
  await nodeRed.start();
  await flowsStarted.promise;
  pages?.warm().catch((error) => log.warn({ reason: String(error) }, "the dashboard's files could not be compressed"));
}

/** The flows are on disk already: that they were deployed is kept until the database takes it. */
function noteDeploy(audit: AuditTrail, { username, ...deploy }: Deploy, log: Logger): void {
  log.info({ username, ...deploy }, "flows deployed");
  const actor = username ?? "";
  audit.note({
    actorKind: username === null ? "platform" : "user",
    actor,
    action: "flows:deploy",
    outcome: "done",
    detail: { ...deploy },
  });
}

/** Without a seal the file is from an earlier version, once; any other time somebody took the seal away. */
function noteCredentials(audit: AuditTrail, state: "changed" | "unsealed", log: Logger): void {
  const outcome = state === "changed" ? "failed" : "done";
  audit.note({ actorKind: "platform", actor: "", action: "flows:credentials", outcome, detail: { state } });
  if (state === "unsealed") log.warn({}, "the credentials of the flows had no seal, and got one");
  else
    log.error({}, "the credentials of the flows were changed by somebody else, or sealed with another key: not used");
}

/** What is refused outside the REST API: the editor, pages of flows, controls of the Dashboard. */
function noteRefusals(audit: AuditTrail, config: Config): (attempt: RefusedAccess) => void {
  const count = createRefusalCount((entry) => audit.note(entry));
  const clientAddress = createClientAddress(config.trustedProxies);
  setInterval(() => count.sweep(Date.now()), SWEEP_REFUSALS_MS).unref();
  return ({ request, session, permission, target, code }) => {
    const address = clientAddress(request.socket.remoteAddress, request.headers["x-forwarded-for"]?.toString());
    count.add({ ...actorOf(session, address), action: permission, target, code }, Date.now());
  };
}

function credentialSecretOf(secretKey: Uint8Array): string {
  return deriveKey(secretKey, "node-red-credentials").toString("base64");
}

/** @returns the files of the Dashboard, to be compressed while nobody waits for them */
function mountPages(app: express.Express, access: NodeRedAccess, config: Config): DashboardAssets {
  const widgetFiles = createWidgetFiles(path.join(PROJECT_ROOT, "resources"));
  // Widgets are wanted in every mode; the editor's own file server goes away with the editor.
  app.use("/editor/resources/antbox-flow", access.requireSession, widgetFiles.handle);
  if (config.editor !== "off") app.use("/editor/", nodeRed.httpAdmin);
  const dashboardAssets = createDashboardAssets({
    folder: path.join(dashboardFolder(), "assets"),
    usesStockWidgets,
  });
  app.use("/dashboard/assets", access.requireSession, dashboardAssets.handle);
  const dashboardPages = createDashboardPages({
    htmlFile: path.join(dashboardFolder(), "index.html"),
    scriptsOf: widgetFiles.withImports,
    flowNodes,
  });
  app.use("/dashboard", access.requireSession, access.dashboardPolicy, dashboardPages.handle);
  app.use("/", access.requireSession, nodeRed.httpNode);
  return dashboardAssets;
}

function dashboardFolder(): string {
  const manifest = createRequire(import.meta.url).resolve("@flowfuse/node-red-dashboard/package.json");
  return path.join(path.dirname(manifest), "dist");
}

/** `eachNode` is there at run time; the published types are those of Node-RED 3. */
type NodeWalk = { eachNode(visit: (node: FlowNode) => void): void };

function flowNodes(): FlowNode[] {
  const all: FlowNode[] = [];
  (nodeRed.nodes as unknown as NodeWalk).eachNode((node) => all.push(node));
  return all;
}

function hasNodeOfType(type: string): boolean {
  return flowNodes().some((node) => node.type === type);
}

/** Parts of Dashboard that draw nothing of themselves. */
const LAYOUT_TYPES: ReadonlySet<string> = new Set([
  "ui-base",
  "ui-page",
  "ui-group",
  "ui-theme",
  "ui-link",
  "ui-spacer",
]);

/** True when a flow has a widget of Dashboard's own, or of a third party, which may build on Dashboard's libraries. */
function usesStockWidgets(): boolean {
  const isStock = (type: string) => type.startsWith("ui-") && !LAYOUT_TYPES.has(type) && !OWN_WIDGETS.has(type);
  return flowNodes().some(({ type }) => isStock(type));
}

function serverOptionsOf(config: Config, log: Logger): Parameters<typeof createServer>[0] {
  const { tls, publicUrl, maxConnectionsPerAddress, trustedProxies } = config;
  const connections = {
    perAddress: maxConnectionsPerAddress,
    unlimited: blockListOf([...trustedProxies, ...THIS_MACHINE]),
  };
  return { tls, publicUrl, connections, log };
}

function listen(server: http.Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === "EADDRINUSE" ? "is in use by another program" : `cannot be used (${cause.code})`;
      reject(new AppError("config.invalid", `PORT: ${host}:${port} ${reason}`, { cause }));
    });
    server.listen({ host, port, backlog: 4096 }, resolve);
  });
}

function apiContext(services: Services, config: Config, log: Logger): Parameters<typeof createApi>[0] {
  const loop = startLoopMonitor();
  return {
    ...services,
    collector: services.polling,
    profiles: PROFILES.flatMap(({ id }) => profileOf(id) ?? []),
    metrics: createMetrics({ ...services, loop }),
    loop,
    log,
    config: {
      publicUrl: config.publicUrl,
      pollIntervalS: config.pollIntervalS,
      roles: config.roles,
      siteTimeZone: config.siteTimeZone,
      editor: config.editor,
      version: MANIFEST.version,
      licences: readLicences(),
      startedAt: new Date().toISOString(),
      loginFolder: path.join(PROJECT_ROOT, "resources", "login"),
    },
    lifecycle: (): Lifecycle => lifecycle,
    redis: services.redisState,
    clientAddress: createClientAddress(config.trustedProxies),
    requestsPerS: config.rateLimitPerS,
  };
}

type Manifest = {
  readonly version: string;
  readonly "node-red-dashboard-2": { readonly widgets: Readonly<Record<string, unknown>> };
};

/** Written by the build; a process that runs from source without one has none to show. */
function readLicences(): ReturnType<typeof apiContext>["config"]["licences"] {
  const file = path.join(PROJECT_ROOT, "dist", "licences.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(path.join(PROJECT_ROOT, "package.json"), "utf8")) as Manifest;
}

/** Makes the first account as soon as the database is there; a generated password goes to a file that only its owner reads. */
function ensureFirstLogin({ database }: Services, config: Config, log: Logger): void {
  const file = path.join(config.dataDir, FIRST_LOGIN_FILE);
  const attempt = async (): Promise<void> => {
    await database.whenReady();
    const { generatedPassword, isChosen } = await ensureAdmin(database, config.adminPassword);
    if (isChosen || generatedPassword !== null) rmSync(file, { force: true });
    if (generatedPassword === null) return;
    writeFileSync(file, `${generatedPassword}\n`, { mode: 0o600 });
    const login = `user "admin", password "${generatedPassword}"`;
    process.stderr.write(`\nFirst login: ${login} (kept in ${file} until you choose your own)\n\n`);
  };
  const again = (): void => {
    attempt().catch((error) => {
      log.warn({ reason: String(error) }, "the first account could not be made; trying again");
      setTimeout(again, ADMIN_RETRY_MS).unref();
    });
  };
  again();
}

/** One line for whoever waits at the first start: the fleet is there. */
function sayWhenRoundComplete({ liveState }: Services, log: Logger): void {
  const stop = liveState.onChange(({ rounds }) => {
    const round = rounds.find(({ sites, ok }) => sites > 0 && ok === sites);
    if (!round) return;
    stop();
    const { sites, ok, durationMs } = round;
    log.info({ event: "round.first", sites, ok, durationMs }, "first complete round");
  });
}

/** In order: no new requests, no new rounds, flows stop, replies under way reach the journal, everything closes. */
function closeInOrder(shutdown: Shutdown, { server, api, services }: Pick<Parts, "server" | "api" | "services">): void {
  const close = async (ending: Ending): Promise<void> => {
    lifecycle.isShuttingDown = true;
    if (areFlowsStarted) await (ending === "signal" ? nodeRed.stop() : within(STOP_FLOWS_MS, nodeRed.stop()));
    api.close();
    server.close();
    server.closeAllConnections();
    await services.close();
  };
  shutdown.closeWith(close, ({ origin, name, code }) => {
    const detail = { origin, name, ...(code === null ? {} : { code }) };
    services.audit.note({ actorKind: "platform", actor: "", action: "process:fault", outcome: "failed", detail });
  });
}

/** Also when the work fails: there is more to close. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work.catch(() => undefined), sleep(ms)]);
}

function configOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof AppError ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

function say(log: Logger, text: string): void {
  log.info({ event: "platform.progress" }, text);
}

main().catch((error) => {
  const text = error instanceof AppError ? error.message : String(error?.stack ?? error);
  process.stderr.write(`antbox-flow cannot start: ${text}\n`);
  process.exit(1);
});
