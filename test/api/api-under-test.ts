import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { BlockList } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inject } from "vitest";
import { type Audit, createAudit } from "../../adapters/audit/create-audit.ts";
import type { Database } from "../../adapters/database/database.ts";
import { createHistoryStore } from "../../adapters/database/history/create-history-store.ts";
import { createHistoryImport } from "../../adapters/database/history-import.ts";
import { createLabBook } from "../../adapters/database/lab-repository.ts";
import { openDatabase } from "../../adapters/database/open-database.ts";
import { defaultRetention } from "../../adapters/database/retention.ts";
import { countRounds, readRounds } from "../../adapters/database/round-repository.ts";
import { createIdempotency } from "../../adapters/idempotency/idempotency.ts";
import { createInventory } from "../../adapters/inventory/create-inventory.ts";
import { upsertSites } from "../../adapters/inventory/site-repository.ts";
import { createJobs } from "../../adapters/jobs/registry.ts";
import { createLiveState } from "../../adapters/live/create-live-state.ts";
import type { LiveState } from "../../adapters/live/live-state.ts";
import { startLoopMonitor } from "../../adapters/observability/loop-monitor.ts";
import { createMetrics } from "../../adapters/observability/metrics.ts";
import { createJobBoard } from "../../adapters/scheduler/job-board.ts";
import type { JobStats } from "../../adapters/scheduler/job-runner.ts";
import { createClientAddress } from "../../adapters/security/client-address.ts";
import { createAccounts } from "../../adapters/security/create-accounts.ts";
import { type Auth, createAuth } from "../../adapters/security/create-auth.ts";
import { createSignInRules } from "../../adapters/security/create-sign-in-rules.ts";
import type { OidcSettings } from "../../adapters/security/oidc-settings.ts";
import { openOidcSignIn } from "../../adapters/security/oidc-sign-in.ts";
import { createPasswords } from "../../adapters/security/passwords.ts";
import { boxFor, SEALED_COLUMNS } from "../../adapters/security/sealed-columns.ts";
import { createSecondFactor } from "../../adapters/security/second-factor.ts";
import { createSecretBox, type SecretBox } from "../../adapters/security/secret-box.ts";
import { createSettingsStore } from "../../adapters/settings/settings-store.ts";
import { boundServer, serverOptions } from "../../adapters/transport/create-server.ts";
import { createAddressGuard } from "../../adapters/webhooks/address-guard.ts";
import { createWebhooks } from "../../adapters/webhooks/create-webhooks.ts";
import type { ApiContext, Lifecycle, Storage } from "../../api/context.ts";
import { createApi } from "../../api/create-api.ts";
import { compileRoutes } from "../../api/match-route.ts";
import { refusalsOf } from "../../api/openapi.ts";
import { PROBLEMS, type Problem } from "../../api/problem.ts";
import type { Route } from "../../api/route.ts";
import { ROUTES } from "../../api/routes.ts";
import type { OnlineExchange } from "../../domain/access/online-session.ts";
import { ROLES, type Role } from "../../domain/access/session-user.ts";
import { describeCollectors } from "../../domain/collection/describe-collectors.ts";
import type { Log } from "../../domain/log.ts";
import { findCompiledProfile, PROFILES } from "../../domain/profiles/index.ts";
import type { Site } from "../../domain/sites/site.ts";
import type { ControllerReply } from "../../domain/telemetry/controller-reply.ts";
import { createFreshDatabase } from "../services/fresh-database.ts";

export const PASSWORD = "correct horse battery staple";
const match = compileRoutes(ROUTES);
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export type CallOptions = {
  readonly method?: string;
  readonly role?: Role;
  readonly cookie?: string;
  readonly body?: unknown;
  readonly rawBody?: string | Uint8Array;
  readonly headers?: Record<string, string>;
};
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
};

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
  close(): Promise<void>;
};

export type Options = {
  readonly sites: readonly Site[];
  readonly publicUrl?: string;
  readonly trustedProxies?: readonly string[];
  readonly limits?: ApiContext["limits"];
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

/** PostgreSQL where it is installed, otherwise the embedded database: the same SQL. */
export async function openTestDatabase(): Promise<{ database: Database; dispose(): Promise<void> }> {
  const server = inject("databaseUrl");
  const folder = mkdtempSync(join(tmpdir(), "antbox-api-"));
  const fresh = server ? await createFreshDatabase(server, { timescale: false }) : null;
  const database = await openDatabase({ url: fresh?.url ?? null, dataDir: folder, log: silent });
  await database.whenReady();
  return {
    database,
    async dispose() {
      await database.close();
      await fresh?.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One account per role, each named after its role. */
export async function addAccounts(database: Database): Promise<void> {
  const hash = await createPasswords().hash(PASSWORD);
  for (const role of ROLES) {
    await database.query("insert into user_account (username, password_hash, role) values ($1, $2, $3)", [
      role,
      hash,
      role,
    ]);
  }
}

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
  });
  const liveState = createLiveState({ inventory, coalesceMs: 10 });
  const lifecycle = { migrationsDone: true, flowsStarted: true, isShuttingDown: false };
  const journal = { bytes: 10, isWritable: true };
  const watched: [string, number][] = [];
  const replies = new Map<string, ControllerReply>();
  const loop = startLoopMonitor();
  const jobs = options.jobs ?? toldJobs(guarded);
  const webhooks = idleWebhooks(guarded);
  const sources = { ...toldServices(journal, watched, replies, door, inventory.numberOf), loop, jobs };
  const metrics = createMetrics(sources);
  const api = createApi({
    ...sources,
    inventory,
    liveState,
    ...createAccounts({
      database: guarded,
      audit: audit.trail,
      secondFactor,
      passwordPolicy: () => ({ minLength: settings.current().passwordMinLength }),
      usernamesOnline: auth.online.usernames,
      clock,
    }),
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
    database: guarded,
    storage: storageOf(guarded, inventory),
    labBook: createLabBook({ database: guarded, numberOf: inventory.numberOf }),
    historyImport: createHistoryImport({
      database: guarded,
      hasSite: (siteId) => inventory.get(siteId) !== undefined,
      folder: mkdtempSync(join(tmpdir(), "antbox-import-")),
      clock,
    }),
    profiles: PROFILES.flatMap(({ id }) => findCompiledProfile(id) ?? []),
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
    async close() {
      api.close();
      inventory.close();
      settings.close();
      await webhooks.close();
      auth.close();
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

async function send(url: string, path: string, call: CallOptions, token: string | null): Promise<Answer> {
  const { method = "GET", body, rawBody, cookie, headers = {} } = call;
  const content = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(url + path, {
    method,
    redirect: "manual",
    headers: {
      ...(content === undefined ? {} : { "content-type": "application/json" }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(cookie ? { cookie } : {}),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content as BodyInit }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, text, json: isJson && text ? JSON.parse(text) : null };
}

/** Every answer of every test is what the route table promises: the declared body, or a problem with a declared status. */
function checkDeclared(method: string, path: string, answer: Answer): void {
  const found = match(path.split("?")[0] ?? "");
  const route = found?.routes.find((one) => one.method === (method === "HEAD" ? "GET" : method));
  const isProblem = answer.headers.get("content-type") === "application/problem+json";
  if (isProblem) checkProblem(route, `${method} ${path}`, answer);
  else if (route && method !== "HEAD") checkSuccess(route, `${method} ${path}`, answer);
}

function checkProblem(route: Route | undefined, what: string, { status, json }: Answer): void {
  const { code } = json as Problem;
  if (PROBLEMS[code]?.status !== status) throw new Error(`${what}: ${code} came with ${status}`);
  if (route && !refusalsOf(route).includes(status)) {
    throw new Error(`${what} answered ${status}, which its row does not declare`);
  }
}

function checkSuccess({ answer, isPage }: Route, what: string, { status, json, headers }: Answer): void {
  if (status === 304 || (isPage && status === 302)) return;
  const isOwn = status === answer.status || ("schema" in answer && answer.also?.includes(status) === true);
  if (!isOwn) throw new Error(`${what} answered ${status} instead of ${answer.status}`);
  if ("schema" in answer) answer.schema.parse(json);
  if (!("contentType" in answer) || answer.contentType === "application/octet-stream") return;
  if (!headers.get("content-type")?.startsWith(answer.contentType)) throw new Error(`${what}: wrong content type`);
}

/** The real ones without a lease: they are set up, and nothing is sent. */
function idleWebhooks(database: Database) {
  const box = createSecretBox(randomBytes(32), null);
  return createWebhooks({
    database,
    sealers: { url: boxFor(box, SEALED_COLUMNS.webhookUrl), secret: boxFor(box, SEALED_COLUMNS.webhookSecret) },
    lease: { name: "scheduler", holder: "nobody", fenceSql: "", token: () => null },
    guard: createAddressGuard({
      allow: new BlockList(),
      forbidden: () => new Set(),
      resolve: async () => ["93.184.215.14"],
    }),
    log: silent,
  });
}

function toldJobs(database: Database) {
  const board = createJobBoard({
    database,
    jobs: createJobs({
      engine: () => database.engine,
      rollUp: async () => ({ buckets: 0, rows: 0 }),
      applyRetention: async () => ({}),
      purgeRuns: async () => 0,
      cutAudit: async () => 0,
      ensurePartitions: async () => undefined,
      listTables: async () => [],
      vacuumTable: async () => undefined,
      sortDays: async () => ({ sorted: [], skipped: [] }),
      resealSecrets: null,
      copyStore: null,
    }),
    leaseName: "scheduler",
    timeZone: "Asia/Dubai",
    log: silent,
  });
  return { ...board, order: async () => "queued" as const, stats: (): JobStats => ({ runs: [], lastSuccess: [] }) };
}

type Told = { bytes: number; isWritable: boolean };

const TOLD_LEASES = [
  { name: "collector:0", holder: "host-2-bb", token: 7 },
  { name: "collector:1", holder: "host-1-aa", token: 3 },
];

function toldServices(
  journal: Told,
  watched: [string, number][],
  replies: Map<string, ControllerReply>,
  door: { readonly isOpen: boolean },
  numberOf: (siteId: string) => number | undefined,
) {
  const round = { slot: "2026-11-23T08:00:00.000Z", durationMs: 91 };
  return {
    collector: {
      watch: (siteId: string, forS: number) => void watched.push([siteId, forS]),
      factsOf: (siteId: string) =>
        siteId === "site-002"
          ? {
              siteId,
              slot: round.slot,
              result: "timeout" as const,
              attempts: 4,
              latencyMs: null,
              breaker: "suspect" as const,
              misses: 2,
            }
          : null,
      lastReplyOf: (siteId: string) => replies.get(siteId) ?? null,
      stats: () => ({ polls: { ok: 7, timeout: 2 }, roundsTotal: 3, lastRound: round, openSockets: 5 }),
    },
    collectors: async (sites?: readonly Site[]) => {
      if (!door.isOpen) throw new Error("the database is away");
      const numbers = sites?.flatMap(({ id }) => numberOf(id) ?? []) ?? [1, 2, 16, 17];
      return describeCollectors(["host-1-aa", "host-2-bb"], TOLD_LEASES, numbers, "host-1-aa");
    },
    journal: {
      stats: () => ({ rows: 3, capBytes: 1000, oldestSlot: null, quarantined: 0, dropped: 0, ...journal }),
    },
    writer: {
      stats: () => ({
        written: 42,
        duplicates: 1,
        quarantined: 0,
        queued: 2,
        lagS: 0.4,
        state: "writing" as const,
        lastError: null,
      }),
    },
  };
}

/** The real inventory, until a test says what the sites are. */
function createTestInventory(database: Database) {
  const real = createInventory({ database, log: silent });
  const listeners = new Set<() => void>();
  let told: ReadonlyMap<string, Site> | null = null;
  const tell = () => {
    for (const listener of listeners) listener();
  };
  real.onChange(tell);
  return {
    ...real,
    get: (siteId: string) => (told ? told.get(siteId) : real.get(siteId)),
    all: () => (told ? [...told.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) : real.all()),
    onChange(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    replace(next: readonly Site[]) {
      told = new Map(next.map((site) => [site.id, site]));
      tell();
    },
  };
}

function storageOf(database: Database, inventory: { numberOf(siteId: string): number | undefined }): Storage {
  return {
    async rounds(limit, beforeSlot) {
      const items = await readRounds(database, beforeSlot ?? "2999-01-01T00:00:00.000Z", limit);
      return { items, total: await countRounds(database) };
    },
    history: createHistoryStore({
      database,
      numberOf: inventory.numberOf,
      retention: () => defaultRetention(database.engine),
    }),
  };
}

/** The real database behind a door: closed, it looks like a server that is gone. */
function guard(database: Database, door: { isOpen: boolean }): Database {
  const refuse = () =>
    Promise.reject(Object.assign(new Error("connect ECONNREFUSED 10.1.1.1:5432"), { code: "ECONNREFUSED" }));
  return {
    ...database,
    engine: database.engine,
    query: (...given) => (door.isOpen ? database.query(...given) : refuse()),
    transaction: (...given) => (door.isOpen ? database.transaction(...given) : refuse()),
    isReachable: async () => door.isOpen && (await database.isReachable()),
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
