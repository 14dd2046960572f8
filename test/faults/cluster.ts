import { setTimeout as sleep } from "node:timers/promises";
import { createFreshDatabase } from "../services/fresh-database.ts";
import { onDatabase } from "../services/on-database.ts";
import { startPostgres } from "../services/postgres-server.ts";
import { type RedisServer, startRedis } from "../services/redis-server.ts";
import { type Fleet, type PlatformProcess, startFleet, startPlatform } from "../services/start-platform.ts";

/** Several processes of the platform with roles of their own, on one PostgreSQL, one Redis and one simulated fleet. */
export type Cluster = {
  readonly fleet: Fleet;
  readonly redis: RedisServer;
  readonly databaseUrl: string;
  readonly ui: PlatformProcess;
  readonly scheduler: PlatformProcess;
  readonly collectors: PlatformProcess[];
  /** For requests to the `ui`. */
  readonly cookie: string;
  addCollector(): Promise<PlatformProcess>;
  dispose(): Promise<void>;
};

export type ClusterPlan = {
  readonly sites: number;
  readonly collectors: number;
  readonly intervalS: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Lines for postgresql.conf. */
  readonly postgres?: Readonly<Record<string, string>>;
  /** A database that is there already, instead of a server and a database of its own. */
  readonly databaseUrl?: string | undefined;
};

export type CollectorsAnswer = {
  readonly items: readonly { readonly id: string; readonly leases: readonly string[]; readonly sites: number }[];
  readonly leases: readonly { readonly name: string; readonly holder: string | null; readonly token: number }[];
  readonly orphans: number;
};

/** One state reply as the simulator served it. */
export type Served = { readonly siteId: string; readonly at: number };

export async function startCluster({
  sites,
  collectors,
  intervalS,
  environment = {},
  postgres,
  databaseUrl: givenUrl,
}: ClusterPlan): Promise<Cluster> {
  const undo: (() => Promise<unknown>)[] = [];
  const dispose = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const databaseUrl = givenUrl ?? (await ownDatabase(postgres, undo));
    const redis = await startRedis();
    undo.push(() => redis.dispose());
    const addressing = sites > 1000 ? "address" : "port";
    const fleet = await startFleet(sites, ["--witness", "--addressing", addressing, "--warm-up-s", "60"]);
    undo.push(() => fleet.stop());
    const start = async (roles: string, own: Record<string, string> = {}): Promise<PlatformProcess> => {
      const platform = await startPlatform({
        sitesFile: fleet.sitesFile,
        databaseUrl,
        environment: {
          ROLES: roles,
          REDIS_URL: redis.url,
          POLL_INTERVAL_S: String(intervalS),
          LOG_LEVEL: "info",
          EDITOR: "off",
          ...environment,
          ...own,
        },
      });
      undo.push(() => platform.dispose());
      await platform.ready();
      return platform;
    };
    const ui = await start("ui");
    const scheduler = await start("scheduler", { PUBLIC_URL: ui.url });
    const running: PlatformProcess[] = [];
    const addCollector = async (): Promise<PlatformProcess> => {
      const collector = await start("collector", { PUBLIC_URL: ui.url });
      running.push(collector);
      return collector;
    };
    await Promise.all(Array.from({ length: collectors }, addCollector));
    const cookie = await ui.signIn();
    return {
      fleet,
      redis,
      databaseUrl,
      ui,
      scheduler,
      collectors: running,
      cookie,
      addCollector,
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function ownDatabase(postgres: ClusterPlan["postgres"], undo: (() => Promise<unknown>)[]): Promise<string> {
  const server = await startPostgres(postgres);
  undo.push(() => server.dispose());
  return (await createFreshDatabase(server.url, { timescale: true })).url;
}

export async function getJson<T>({ ui, cookie }: Cluster, path: string): Promise<T> {
  const response = await fetch(ui.url + path, { headers: { cookie } });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

export function collectorsOf(cluster: Cluster): Promise<CollectorsAnswer> {
  return getJson(cluster, "/api/v1/collectors");
}

/** Each collector has looked twice by then: what is even in passing may still be exchanged. */
const SETTLED_MS = 3_000;

/** Waits until so many collectors hold all of the leases, evenly, and go on doing so. @returns the division */
export async function waitForBalance(
  cluster: Cluster,
  collectors: number,
  withinMs = 60_000,
): Promise<CollectorsAnswer> {
  const deadline = performance.now() + withinMs;
  let [seen, sinceMs] = ["", 0];
  for (;;) {
    const answer = await collectorsOf(cluster);
    const holders = answer.leases.map(({ name, holder }) => `${name} ${holder}`).join();
    if (holders !== seen) [seen, sinceMs] = [holders, performance.now()];
    const isSettled = performance.now() - sinceMs >= SETTLED_MS;
    const loads = answer.items.map(({ leases }) => leases.length);
    const isEven = Math.max(...loads) - Math.min(...loads) <= 1;
    const held = loads.reduce((sum, load) => sum + load, 0);
    if (loads.length === collectors && held === 16 && isEven && isSettled) return answer;
    if (performance.now() > deadline) throw new Error(`not balanced: ${JSON.stringify(answer.items)}`);
    await sleep(100);
  }
}

/** Who of the collectors a process is: the ids carry process numbers. */
export function idOf(answer: CollectorsAnswer, { pid }: PlatformProcess): string {
  const found = answer.items.find(({ id }) => id.split("-").at(-2) === String(pid()));
  if (!found) throw new Error(`process ${pid()} is not among ${answer.items.map(({ id }) => id).join(", ")}`);
  return found.id;
}

/** Every state reply since a moment, from the simulator's ledger. */
export async function servedSince({ controlUrl }: Fleet, sinceMs: number): Promise<Served[]> {
  const served: Served[] = [];
  for (let after: number | null = -1; after !== null; ) {
    const page: { columns: string[]; rows: (string | number | boolean | null)[][]; next: number | null } = await (
      await fetch(`${controlUrl}/ledger?kind=replies&since=${sinceMs}&after=${after}&limit=100000`)
    ).json();
    const [request, siteId, at] = ["request", "siteId", "at"].map((name) => page.columns.indexOf(name));
    for (const row of page.rows) {
      if (row[request ?? -1] === "state") served.push({ siteId: String(row[siteId ?? -1]), at: Number(row[at ?? -1]) });
    }
    after = page.next;
  }
  return served;
}

/**
 * The longest time that any site was not polled within a window, by the simulator's ledger. The window's ends count as
 * polls, so a site that was never polled in it has the whole window as its gap.
 */
export function worstGapMs(
  served: readonly Served[],
  siteIds: readonly string[],
  fromMs: number,
  toMs: number,
): number {
  const last = new Map(siteIds.map((siteId) => [siteId, fromMs]));
  let worst = 0;
  for (const { siteId, at } of [...served].sort((a, b) => a.at - b.at)) {
    if (at < fromMs || at > toMs) continue;
    worst = Math.max(worst, at - (last.get(siteId) ?? fromMs));
    last.set(siteId, at);
  }
  return Math.max(worst, ...[...last.values()].map((at) => toMs - at));
}

/** Rows of `sample`, and how many of them are there twice: by key, and by the number that the simulator gave the reply. */
export async function countRows(url: string): Promise<{ rows: number; doubleKeys: number; doubleReplies: number }> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ rows: number; keys: number; replies: number }>(
      `select count(*)::int as rows, count(distinct (site_id, slot))::int as keys,
         count(distinct (site_id, box1_energy_kwh))::int as replies from sample`,
    );
    const [counted] = rows;
    if (!counted) throw new Error("nothing was counted");
    const { rows: all, keys, replies } = counted;
    return { rows: all, doubleKeys: all - keys, doubleReplies: all - replies };
  });
}
