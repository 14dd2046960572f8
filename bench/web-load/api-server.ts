import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { BlockList } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { createBackTests } from "../../adapters/alarms/back-tests.ts";
import { createSiteBaselines } from "../../adapters/alarms/site-baselines.ts";
import { createSiteFlags } from "../../adapters/alarms/site-flags.ts";
import { createAudit } from "../../adapters/audit/create-audit.ts";
import { createCommandFeed } from "../../adapters/commands/command-feed.ts";
import { createHistoryStore } from "../../adapters/database/history/create-history-store.ts";
import { createHistoryImport } from "../../adapters/database/history-import.ts";
import { createLabBook } from "../../adapters/database/lab-repository.ts";
import { openDatabase } from "../../adapters/database/open-database.ts";
import { defaultRetention } from "../../adapters/database/retention.ts";
import { createIdempotency } from "../../adapters/idempotency/idempotency.ts";
import { createLiveState } from "../../adapters/live/create-live-state.ts";
import { startLoopMonitor } from "../../adapters/observability/loop-monitor.ts";
import { createMetrics } from "../../adapters/observability/metrics.ts";
import { createAccounts } from "../../adapters/security/create-accounts.ts";
import { createAuth } from "../../adapters/security/create-auth.ts";
import { createSignInRules } from "../../adapters/security/create-sign-in-rules.ts";
import { ensureAdmin } from "../../adapters/security/ensure-admin.ts";
import { boxFor, SEALED_COLUMNS } from "../../adapters/security/sealed-columns.ts";
import { createSecondFactor } from "../../adapters/security/second-factor.ts";
import { createSecretBox } from "../../adapters/security/secret-box.ts";
import { createSettingsStore } from "../../adapters/settings/settings-store.ts";
import { createAddressGuard } from "../../adapters/webhooks/address-guard.ts";
import { createWebhooks } from "../../adapters/webhooks/create-webhooks.ts";
import { createWorkWatch } from "../../adapters/work-watch/create-work-watch.ts";
import { createApi } from "../../api/create-api.ts";
import { createCommands } from "../../command-services.ts";
import { startNotifications } from "../../notification-services.ts";
import { idleVideo } from "../../test/services/idle-video.ts";
import { createRounds, fleetOf } from "./fleet-snapshots.ts";
import { NO_ALARMS } from "./no-alarms.ts";
import { answerParent } from "./pinned-child.ts";

/** Two servers over the same live state and sessions: our API, and Express that stringifies for each request. */
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const folder = mkdtempSync(join(tmpdir(), "antbox-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const sites = fleetOf(150);
const roundOf = createRounds(sites);
const byId = new Map(sites.map((site) => [site.id, site]));
const inventory = {
  get: (siteId: string) => byId.get(siteId),
  all: () => sites,
  numberOf: () => undefined,
  onChange: () => () => undefined,
};
const database = await openDatabase({ url: null, dataDir: folder, log: silent });
await database.whenReady();
await ensureAdmin(database, "bench password");
const publicUrl = "http://127.0.0.1";
const box = createSecretBox(randomBytes(32), null);
const { trail: audit, book: auditBook } = createAudit({
  database,
  dataDir: folder,
  seeds: [randomBytes(32)],
  isActive: () => true,
  log: silent,
});
const settings = createSettingsStore({ database, log: silent });
const secondFactor = createSecondFactor(database, box, Date.now);
const rules = createSignInRules({ database, secondFactor, requireTotpFor: () => "nobody", clock: Date.now });
const work = createWorkWatch({ database });
const tokenWork = work.of("serviceTokens");
const auth = createAuth({ database, secretKey: randomBytes(32), publicUrl, audit, rules, tokenWork });
const liveState = createLiveState({ inventory });
const loop = startLoopMonitor();
const sources = {
  collector: {
    watch: () => undefined,
    factsOf: () => null,
    lastReplyOf: () => null,
    stats: () => ({ polls: {}, roundsTotal: 0, lastRound: null, openSockets: 0 }),
  },
  collectors: async () => ({ items: [], leases: [], orphans: 0 }),
  journal: {
    stats: () => ({ rows: 0, bytes: 0, capBytes: 1, oldestSlot: null, quarantined: 0, dropped: 0, isWritable: true }),
  },
  writer: {
    stats: () => ({
      written: 0,
      duplicates: 0,
      quarantined: 0,
      queued: 0,
      lagS: 0,
      state: "writing" as const,
      lastError: null,
    }),
  },
  loop,
  jobs: {
    read: () => Promise.reject(new Error("not here")),
    order: () => Promise.reject(new Error("not here")),
    stats: () => ({ runs: [], lastSuccess: [] }),
  },
};
const accounts = createAccounts({
  database,
  audit,
  secondFactor,
  passwordPolicy: () => ({ minLength: settings.current().passwordMinLength }),
  usernamesOnline: auth.online.usernames,
  clock: Date.now,
});
const history = createHistoryStore({
  database,
  numberOf: inventory.numberOf,
  retention: () => defaultRetention(database.engine),
});
const api = createApi({
  ...sources,
  video: idleVideo(),
  inventory: { ...inventory, versionOf: () => 0, managedBy: () => null, change: async () => false },
  liveState,
  database,
  storage: {
    rounds: async () => ({ items: [], total: 0 }),
    history,
  },
  commands: createCommands({
    ...accounts,
    database,
    inventory,
    history,
    alarms: { facts: () => new Map() },
    auth,
    pollNow: async () => false,
    secretKey: randomBytes(32),
  }),
  commandFeed: createCommandFeed(),
  labBook: createLabBook({ database, numberOf: inventory.numberOf }),
  historyImport: createHistoryImport({ database, hasSite: () => false, folder: join(folder, "import") }),
  alarms: NO_ALARMS,
  siteFlags: createSiteFlags({ database, sites: inventory }),
  siteBaselines: createSiteBaselines({ database, sites: inventory }),
  selfWatch: { active: () => [] },
  backTests: createBackTests({ database, facts: () => new Map(), timeZone: "UTC", clock: Date.now, log: silent }),
  profiles: [],
  auth,
  audit,
  auditBook,
  settings,
  ...accounts,
  idempotency: createIdempotency({
    database,
    hashKey: randomBytes(32),
    box: boxFor(box, SEALED_COLUMNS.idempotencyAnswer),
    log: silent,
  }),
  webhooks: createWebhooks({
    database,
    sealers: { url: boxFor(box, SEALED_COLUMNS.webhookUrl), secret: boxFor(box, SEALED_COLUMNS.webhookSecret) },
    lease: { name: "scheduler", holder: "nobody", fenceSql: "", token: () => null },
    guard: createAddressGuard({ allow: new BlockList(), forbidden: () => new Set() }),
    log: silent,
  }),
  notifications: startNotifications({
    work: { decisions: work.of("decisions"), deliveries: work.of("deliveries") },
    database,
    inventory,
    history: { site: async () => ({ timesMs: [], series: {}, isCut: false }) },
    pollIntervalS: 60,
    alarms: { rules: () => [], isJudging: () => false },
    lease: { name: "scheduler", holder: "nobody", fenceSql: "", token: () => null },
    secretBox: box,
    linkKey: randomBytes(32),
    guard: createAddressGuard({ allow: new BlockList(), forbidden: () => new Set() }),
    publicUrl,
    timeZone: "UTC",
    log: silent,
  }),
  metrics: createMetrics(sources),
  log: silent,
  config: {
    publicUrl,
    pollIntervalS: 60,
    roles: ["ui"],
    siteTimeZone: "UTC",
    editor: "off",
    version: "0",
    licences: [],
    startedAt: new Date().toISOString(),
    loginFolder: folder,
  },
  lifecycle: () => ({ migrationsDone: true, flowsStarted: true, isShuttingDown: false }),
  redis: () => "in_process",
});

const ours = createServer((request, response) => {
  if (!api.handle(request, response)) response.writeHead(404).end();
});
const app = express().disable("x-powered-by");
app.use((request, response, next) => {
  if (auth.sessionOf(request.headers.cookie, request.headers.authorization)) next();
  else response.sendStatus(401);
});
app.get("/api/v1/snapshots", (_request, response) => {
  const items = sites.flatMap(({ id }) => liveState.get(id) ?? []);
  response.json({ items, nextCursor: null, total: items.length });
});
app.get("/api/v1/sites/:id/snapshot", (request, response) => {
  response.json(liveState.get(request.params.id));
});

let round = 0;
/** The fleet moves every second: sixty times as often as in the field, so that making the buffer anew is in the figures. */
setInterval(() => {
  round += 1;
  for (const snapshot of roundOf(round)) liveState.apply(snapshot);
}, 1000);

let cpuBefore = process.cpuUsage();
answerParent(async ({ type }) => {
  if (type === "start") {
    const client = { address: "127.0.0.1", userAgent: "bench" };
    const { accessToken } = await auth.login({ username: "admin", password: "bench password", ...client });
    for (const snapshot of roundOf(0)) liveState.apply(snapshot);
    return { token: accessToken, ours: await listen(ours), express: await listen(createServer(app)) };
  }
  if (type === "reset") {
    cpuBefore = process.cpuUsage();
    return {};
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpuUs: user + system };
});

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
  });
}
