import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createBackTests } from "../../adapters/alarms/back-tests.ts";
import { type AlarmStore, createAlarmStore } from "../../adapters/alarms/create-alarm-store.ts";
import { createFleetFacts } from "../../adapters/alarms/fleet-facts.ts";
import { createSiteBaselines } from "../../adapters/alarms/site-baselines.ts";
import { createSiteFlags } from "../../adapters/alarms/site-flags.ts";
import { type Audit, createAudit } from "../../adapters/audit/create-audit.ts";
import { type CommandFeed, createCommandFeed } from "../../adapters/commands/command-feed.ts";
import type { Database } from "../../adapters/database/database.ts";
import { createHistoryImport } from "../../adapters/database/history-import.ts";
import { createLabBook } from "../../adapters/database/lab-repository.ts";
import { createIdempotency } from "../../adapters/idempotency/idempotency.ts";
import { upsertSites } from "../../adapters/inventory/site-repository.ts";
import { FENCE_SQL } from "../../adapters/leases/lease-store.ts";
import { createLiveState } from "../../adapters/live/create-live-state.ts";
import type { LiveState } from "../../adapters/live/live-state.ts";
import { startLoopMonitor } from "../../adapters/observability/loop-monitor.ts";
import { createMetrics } from "../../adapters/observability/metrics.ts";
import type { JobStats } from "../../adapters/scheduler/job-runner.ts";
import { createClientAddress } from "../../adapters/security/client-address.ts";
import { createAccounts } from "../../adapters/security/create-accounts.ts";
import { type Auth, createAuth } from "../../adapters/security/create-auth.ts";
import { createSignInRules } from "../../adapters/security/create-sign-in-rules.ts";
import type { OidcSettings } from "../../adapters/security/oidc-settings.ts";
import { openOidcSignIn } from "../../adapters/security/oidc-sign-in.ts";
import { boxFor, SEALED_COLUMNS } from "../../adapters/security/sealed-columns.ts";
import { createSecondFactor } from "../../adapters/security/second-factor.ts";
import { createSecretBox, type SecretBox } from "../../adapters/security/secret-box.ts";
import { createSettingsStore } from "../../adapters/settings/settings-store.ts";
import { boundServer, serverOptions } from "../../adapters/transport/create-server.ts";
import type { StreamBoard } from "../../adapters/video/stream-board.ts";
import { createWorkWatch } from "../../adapters/work-watch/create-work-watch.ts";
import type { ApiContext, Lifecycle } from "../../api/context.ts";
import { createApi } from "../../api/create-api.ts";
import { createCommands } from "../../command-services.ts";
import type { OnlineExchange } from "../../domain/access/online-session.ts";
import { ROLES, type Role } from "../../domain/access/session-user.ts";
import { DEFAULT_RULES } from "../../domain/alarms/starter-rules/index.ts";
import { findCompiledProfile, PROFILES } from "../../domain/profiles/index.ts";
import type { Site } from "../../domain/sites/site.ts";
import type { ControllerReply } from "../../domain/telemetry/controller-reply.ts";
import { idleVideo } from "../services/idle-video.ts";
import { type Answer, type CallOptions, checkDeclared, send } from "./call-api.ts";
import { addAccounts, openTestDatabase, PASSWORD, silent } from "./test-database.ts";
import {
  createTestInventory,
  guard,
  idleNotifications,
  idleWebhooks,
  storageOf,
  toldJobs,
  toldServices,
} from "./told-services.ts";

/** The real API on a real HTTP server, database and sessions; only collector, journal and writer are told what to say. */
export type ApiUnderTest = {
  readonly url: string;
  readonly origin: string;
  readonly port: number;
  readonly database: Database;
  readonly auth: Auth;
  /** The real trail; checkpoints are written when a test asks for one. */
  readonly audit: Audit;
  readonly liveState: LiveState;
  /** The real alarms; no process judges rules. */
  readonly alarms: AlarmStore;
  /** What is known of cameras. */
  readonly video: { readonly board: StreamBoard };
  /** Where the flow shows commands. */
  readonly commandFeed: CommandFeed;
  readonly lifecycle: { -readonly [K in keyof Lifecycle]: Lifecycle[K] };
  readonly journal: { bytes: number; isWritable: boolean };
  readonly watched: [string, number][];
  readonly replies: Map<string, ControllerReply>;
  readonly seen: string[];
  token(role: Role): string;
  setSites(sites: readonly Site[]): void;
  /** Sends a request, and checks the answer against what the route table declares. */
  call(path: string, options?: CallOptions): Promise<Answer>;
  /** Closes the database's door: everything that needs it fails. */
  loseDatabase(): Promise<void>;
  /** Opens it again. */
  findDatabase(): Promise<void>;
  close(): Promise<void>;
};

export type Options = {
  readonly sites: readonly Site[];
  readonly publicUrl?: string;
  readonly trustedProxies?: readonly string[];
  readonly limits?: ApiContext["limits"];
  /** How long an order waits for a fresh poll; not at all when absent. */
  readonly freshWaitMs?: number;
  /** Plenty when absent: a clock that stands still fills no allowance again. */
  readonly requestsPerS?: number;
  /** An identity provider; its cookie is sealed by `box`. */
  readonly oidc?: { readonly settings: OidcSettings; readonly box: SecretBox };
  readonly clock?: () => number;
  /** Random when absent. */
  readonly secretKey?: Uint8Array;
  readonly previousSecretKey?: Uint8Array;
  /** Who is on line in other processes. */
  readonly exchange?: OnlineExchange;
  /** Absent: the real history of jobs, and orders that always go well. */
  readonly jobs?: ApiContext["jobs"] & { stats(): JobStats };
};

const PLENTY_PER_S = 10_000;

export async function startApi(options: Options): Promise<ApiUnderTest> {
  const { database, dispose } = await openTestDatabase();
  await addAccounts(database);
  const door = { isOpen: true };
  const guarded = guard(database, door);
  await upsertSites(database, options.sites);
  const inventory = createTestInventory(guarded);
  await inventory.load();
  const server = createServer(serverOptions(options.publicUrl?.startsWith("https:") ?? false));
  boundServer(server);
  const port = await listen(server);
  const url = `http://127.0.0.1:${port}`;
  const publicUrl = options.publicUrl ?? url;
  const clock = options.clock ?? Date.now;
  const auditFolder = mkdtempSync(join(tmpdir(), "antbox-audit-"));
  const audit = createAudit({
    database: guarded,
    dataDir: auditFolder,
    seeds: [randomBytes(32)],
    isActive: () => false,
    log: silent,
    clock,
  });
  const settings = createSettingsStore({ database: guarded, log: silent, lookMs: 100 });
  const secretKey = options.secretKey ?? randomBytes(32);
  const secondFactor = createSecondFactor(guarded, createSecretBox(secretKey, null), clock);
  const work = createWorkWatch({ database: guarded });
  const auth = createAuth({
    database: guarded,
    secretKey,
    previousSecretKey: options.previousSecretKey ?? null,
    publicUrl,
    audit: audit.trail,
    rules: createSignInRules({
      database: guarded,
      secondFactor,
      requireTotpFor: () => settings.current().requireTotpFor,
      clock,
    }),
    idleS: () => settings.current().sessionIdleH * 3600,
    exchange: options.exchange ?? null,
    clock,
    tokenWork: work.of("serviceTokens"),
  });
  const liveState = createLiveState({ inventory, coalesceMs: 10 });
  const alarms = createAlarmStore({ database: guarded, sites: inventory, fenceSql: FENCE_SQL });
  const facts = createFleetFacts({ database: guarded, inventory, pollIntervalS: 60, log: silent });
  const backTests = createBackTests({
    database: guarded,
    facts: facts.all,
    timeZone: "Asia/Dubai",
    clock,
    log: silent,
  });
  const lifecycle = { migrationsDone: true, flowsStarted: true, isShuttingDown: false };
  const journal = { bytes: 10, isWritable: true };
  const watched: [string, number][] = [];
  const replies = new Map<string, ControllerReply>();
  const loop = startLoopMonitor();
  const jobs = options.jobs ?? toldJobs(guarded);
  const webhooks = idleWebhooks(guarded);
  const video = idleVideo(database);
  const notifications = idleNotifications(guarded, { publicUrl, clock });
  const sources = { ...toldServices(journal, watched, replies, door, inventory.numberOf), loop, jobs };
  const metrics = createMetrics({
    ...sources,
    alarms: { store: alarms, isJudging: () => true, judgedMs: () => Date.now() - 42_000 },
    commands: { counts: () => commands.counts() },
  });
  const storage = storageOf(guarded, inventory);
  const accounts = createAccounts({
    database: guarded,
    audit: audit.trail,
    secondFactor,
    passwordPolicy: () => ({ minLength: settings.current().passwordMinLength }),
    usernamesOnline: auth.online.usernames,
    clock,
  });
  const commandFeed = createCommandFeed();
  const commands = createCommands({
    database: guarded,
    inventory,
    history: storage.history,
    alarms: { facts: facts.all },
    ...accounts,
    auth,
    pollNow: async () => false,
    secretKey,
    clock,
    freshWaitMs: options.freshWaitMs ?? 0,
  });
  const api = createApi({
    ...sources,
    inventory,
    liveState,
    ...accounts,
    audit: audit.trail,
    auditBook: audit.book,
    settings,
    idempotency: createIdempotency({
      database: guarded,
      hashKey: randomBytes(32),
      box: boxFor(createSecretBox(randomBytes(32), null), SEALED_COLUMNS.idempotencyAnswer),
      log: silent,
    }),
    webhooks,
    notifications,
    video,
    database: guarded,
    storage,
    commands,
    commandFeed,
    labBook: createLabBook({ database: guarded, numberOf: inventory.numberOf }),
    historyImport: createHistoryImport({
      database: guarded,
      hasSite: (siteId) => inventory.get(siteId) !== undefined,
      folder: mkdtempSync(join(tmpdir(), "antbox-import-")),
      clock,
    }),
    profiles: PROFILES.flatMap(({ id }) => findCompiledProfile(id) ?? []),
    alarms: {
      store: alarms,
      rules: () => DEFAULT_RULES,
      facts: facts.all,
      isJudging: () => false,
      judgedMs: () => null,
    },
    siteFlags: createSiteFlags({ database: guarded, sites: inventory }),
    siteBaselines: createSiteBaselines({ database: guarded, sites: inventory }),
    selfWatch: { active: () => [{ ruleId: "platform-write-lag", priority: "high", sinceMs: 0 }] },
    backTests,
    auth,
    oidc: options.oidc
      ? openOidcSignIn({ ...options.oidc, database: guarded, auth, audit: audit.trail, publicUrl, clock })
      : null,
    requestsPerS: options.requestsPerS ?? PLENTY_PER_S,
    metrics,
    log: silent,
    config: {
      publicUrl,
      pollIntervalS: 60,
      roles: ["collector", "ui"],
      siteTimeZone: "Asia/Dubai",
      editor: "readonly",
      version: "0.1.0",
      licences: [{ name: "zod", version: "4.6.7", licence: "MIT" }],
      startedAt: new Date(0).toISOString(),
      loginFolder: resolve("test/api/login-page"),
    },
    lifecycle: () => lifecycle,
    redis: () => "in_process",
    clientAddress: createClientAddress(options.trustedProxies ?? []),
    clock,
    ...(options.limits ? { limits: options.limits } : {}),
  });
  server.on("request", (request, response) => {
    if (api.handle(request, response)) return;
    response.statusCode = 299;
    response.end("not ours");
  });
  server.on("upgrade", (request, socket, head) => {
    if (!api.handleUpgrade(request, socket, head)) socket.destroy();
  });

  const tokens = new Map<Role, string>();
  for (const role of ROLES) {
    const granted = await auth.login({ username: role, password: PASSWORD, address: "127.0.0.9", userAgent: "" });
    tokens.set(role, granted.accessToken);
  }
  const seen: string[] = [];
  const token = (role: Role) => tokens.get(role) ?? "";

  return {
    url,
    origin: new URL(publicUrl).origin,
    port,
    database,
    auth,
    audit,
    liveState,
    alarms,
    video,
    commandFeed,
    lifecycle,
    journal,
    watched,
    replies,
    seen,
    token,
    setSites: (sites) => inventory.replace(sites),
    async call(path, call = {}) {
      const answer = await send(url, path, call, call.role ? token(call.role) : null);
      seen.push(answer.text, JSON.stringify([...answer.headers]));
      checkDeclared(call.method ?? "GET", path, answer);
      return answer;
    },
    async loseDatabase() {
      door.isOpen = false;
    },
    async findDatabase() {
      door.isOpen = true;
    },
    async close() {
      api.close();
      await backTests.close();
      facts.close();
      inventory.close();
      settings.close();
      await webhooks.close();
      await notifications.close();
      auth.close();
      work.close();
      await audit.close();
      rmSync(auditFolder, { recursive: true, force: true });
      loop.stop();
      metrics.stop();
      await liveState.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await dispose();
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((done) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      done(typeof address === "object" && address ? address.port : 0);
    });
  });
}
