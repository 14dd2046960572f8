import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "../../adapters/database/open-database.ts";
import { sortClosedDays } from "../../adapters/database/sort-days.ts";
import { createFreshDatabase } from "../../test/services/fresh-database.ts";
import { onDatabase } from "../../test/services/on-database.ts";
import { startPostgres } from "../../test/services/postgres-server.ts";
import { type Fleet, type PlatformProcess, startFleet, startPlatform } from "../../test/services/start-platform.ts";
import { fillSamples, learnColumns } from "../history-load/fill.ts";
import { parentOf, processorMsOf } from "../peers/processor-time.ts";

const MINUTE_MS = 60_000;
const FIRST_PASSWORD = "seven herons over the river";
const PASSWORD = "eight cranes under the bridge";
const SETTLED_WITHIN_MS = 120_000;
const IDLE_WATCH_MS = 2_000;
const IDLE_SHARE = 0.1;

/** The built platform with a polled fleet, TimescaleDB, and two days of history up to now. */
export type ApiPlatform = {
  readonly port: number;
  readonly pid: number;
  readonly databaseUrl: string;
  /** Of the database server: its sessions are its children. */
  readonly postmasterPid: number;
  readonly siteIds: readonly string[];
  /** The database's number of each site. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Signs each account in anew: a token holds for ten minutes. @returns header blocks, one per account */
  signIn(): Promise<string[]>;
  read(path: string): Promise<unknown>;
  /** Resolves when each site has sent something, and what a start reads of the history is read. */
  settle(): Promise<void>;
  dispose(): Promise<void>;
};

type Settings = {
  readonly sites: number;
  readonly accounts: number;
  /** Programs in front of what is measured, and of what stands beside it. */
  readonly underTest: readonly string[];
  readonly beside: readonly string[];
  /** A folder for a profile of the platform's processor time; null = none. */
  readonly profile: string | null;
};

export async function startApiPlatform(settings: Settings, say: (text: string) => void): Promise<ApiPlatform> {
  const server = await startPostgres({ shared_buffers: "512MB" });
  let fleet: Fleet | undefined;
  let platform: PlatformProcess | undefined;
  const dispose = async (): Promise<void> => {
    await platform?.dispose();
    await fleet?.stop();
    await server.dispose();
  };
  try {
    const { url: databaseUrl } = await createFreshDatabase(server.url, { timescale: true });
    fleet = await startFleet(settings.sites, ["--latency", "20-80", "--seed", "7"], settings.beside);
    const environment = {
      LOG_LEVEL: "warn",
      ...(settings.profile === null ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${settings.profile}` }),
    };
    platform = await startPlatform({
      sitesFile: fleet.sitesFile,
      databaseUrl,
      environment,
      prefix: settings.underTest,
    });
    await platform.ready();
    say("the platform is up: filling history");
    // The fill needs the sites' numbers, and no round in its days.
    await platform.stop();
    const numbers = await fill(databaseUrl, settings.sites, say);
    await platform.start();
    await platform.ready();
    return await describe({ platform, databaseUrl, numbers, accounts: settings.accounts, dispose });
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Two days by the minute up to the last full one, which a trend of 24 h reads; closed days sorted, as each night does. */
async function fill(databaseUrl: string, sites: number, say: (text: string) => void): Promise<Record<string, number>> {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const database = await openDatabase({ url: databaseUrl, dataDir: "", log });
  try {
    await database.whenReady();
    await database.query("truncate sample");
    await database.query("insert into profile_registry (code) values ('bitmain-antbox-hk3@1') on conflict do nothing");
    await learnColumns(database);
    const endMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
    const load = { sites, days: 2, intervalS: 60, endMs };
    const startMs = performance.now();
    await fillSamples(database, load, say);
    const { sorted } = await sortClosedDays(database, { nowMs: Date.now(), signal: new AbortController().signal });
    const [{ n } = { n: 0 }] = await database.query<{ n: number }>("select count(*)::int as n from sample");
    say(`${n} rows in ${Math.round((performance.now() - startMs) / 1000)} s; ${sorted.length} closed days sorted`);
    const rows = await database.query<{ id: number; code: string }>("select id, code from site order by id");
    return Object.fromEntries(rows.map(({ id, code }) => [code, id]));
  } finally {
    await database.close();
  }
}

type Parts = {
  readonly platform: PlatformProcess;
  readonly databaseUrl: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly accounts: number;
  readonly dispose: () => Promise<void>;
};

async function describe({ platform, databaseUrl, numbers, accounts, dispose }: Parts): Promise<ApiPlatform> {
  const call = callerOf(platform.url);
  const admin = await call.signIn("admin", "correct horse battery");
  const names = Array.from({ length: accounts }, (_, index) => `viewer-${index + 1}`);
  for (const name of names) await makeAccount(call, admin, name);
  const postmasterPid = await onDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    return parentOf(rows[0]?.pid ?? 0);
  });
  const siteIds = Object.keys(numbers);
  return {
    port: Number(new URL(platform.url).port),
    pid: platform.pid(),
    databaseUrl,
    postmasterPid,
    siteIds,
    numbers,
    async signIn() {
      const tokens: string[] = [];
      for (const name of names) tokens.push(await call.signIn(name, PASSWORD));
      return tokens.map((token) => `authorization: Bearer ${token}\r\n`);
    },
    read: (path) => call.json("GET", path, admin),
    async settle() {
      const seen = async () => (await call.json("GET", "/api/v1/snapshots", admin)) as { items: unknown[] };
      await until(async () => (await seen()).items.length === siteIds.length && (await isIdle(platform.pid())));
    },
    dispose,
  };
}

type Caller = ReturnType<typeof callerOf>;

function callerOf(url: string) {
  async function json(method: string, path: string, token: string | null, body?: object): Promise<unknown> {
    const headers = {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      // As a program: a page would get no token to carry.
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const response = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }
  return {
    json,
    async signIn(username: string, password: string): Promise<string> {
      const answer = await json("POST", "/api/v1/auth/login", null, { username, password });
      return (answer as { accessToken: string }).accessToken;
    },
  };
}

/** As a person gets one: from an administrator, with a password that has to be replaced first. */
async function makeAccount(call: Caller, admin: string, username: string): Promise<void> {
  await call.json("POST", "/api/v1/users", admin, { username, role: "viewer", password: FIRST_PASSWORD });
  const token = await call.signIn(username, FIRST_PASSWORD);
  await call.json("POST", "/api/v1/account/password", token, { current: FIRST_PASSWORD, next: PASSWORD });
}

async function isIdle(pid: number): Promise<boolean> {
  const before = processorMsOf(pid);
  await sleep(IDLE_WATCH_MS);
  return processorMsOf(pid) - before < IDLE_WATCH_MS * IDLE_SHARE;
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + SETTLED_WITHIN_MS;
  while (!(await isTrue())) {
    if (performance.now() > endMs) throw new Error("the platform did not settle in time");
    await sleep(200);
  }
}
