import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { createFreshDatabase } from "../services/fresh-database.ts";
import { type PostgresServer, startPostgres } from "../services/postgres-server.ts";
import { type PlatformProcess, startFleet, startPlatform } from "../services/start-platform.ts";

/**
 * Takes the database away, kills the platform and deploys its flows while it polls, then compares the simulator's ledger
 * with the rows. The simulator is the witness: in witness mode each state reply carries its own number, which is stored as
 * `box1_energy_kwh`.
 *
 * A reply is known to have arrived when its connection carried another state request afterwards: a poll is over, journal
 * included, long before the next one. What was under way at a kill arrived nowhere for certain; it is counted apart.
 */
export type LossPlan = {
  readonly sites: number;
  /** Seconds without database, kills meanwhile spread evenly. */
  readonly outageS: number;
  readonly kills: number;
  /** Full deploys, one every `deployEveryS`, after the outage. */
  readonly deploys: number;
  readonly deployEveryS: number;
  readonly say?: (text: string) => void;
};

export type LossResult = {
  readonly served: number;
  readonly arrived: number;
  readonly underWayAtKills: number;
  readonly underWayStored: number;
  readonly rows: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  readonly drainS: number;
  /** Largest age of the newest live snapshot seen by REST while the database was away, seconds. */
  readonly worstLiveAgeS: number;
  /** State replies that the fleet served while there was no database: the outage bit when they are many. */
  readonly servedInOutage: number;
  readonly killed: number;
  readonly deployed: number;
};

export async function runLossPlan(plan: LossPlan): Promise<LossResult> {
  const say = plan.say ?? (() => undefined);
  const server = await startPostgres({ fsync: "on" });
  const database = await createFreshDatabase(server.url, { timescale: true });
  const fleet = await startFleet(plan.sites, ["--witness", "--addressing", "port"]);
  const platform = await startPlatform({
    sitesFile: fleet.sitesFile,
    databaseUrl: database.url,
    environment: { POLL_INTERVAL_S: "1", LOG_LEVEL: "warn" },
  });
  try {
    await platform.ready();
    const cookie = await platform.signIn();
    await sleep(3_000);
    const outage = await takeDatabaseAway(plan, server, platform, cookie, say);
    const backAt = performance.now();
    await platform.ready();
    const drainS = await waitForDrain(platform, cookie, backAt);
    say(`database back: drained after ${drainS.toFixed(1)} s`);
    const deployed = await deployAgainAndAgain(plan, platform, await platform.signIn());
    await sleep(3_000);
    await waitForDrain(platform, await platform.signIn(), performance.now());
    await platform.stop();
    const ledger = await readLedger(fleet.controlUrl);
    const verdict = compare(ledger, await readRows(database.url));
    const { killed, worstLiveAgeS, fromMs, toMs } = outage;
    const servedInOutage = ledger.filter(({ at }) => at > fromMs && at < toMs).length;
    return { ...verdict, killed, worstLiveAgeS, servedInOutage, drainS, deployed };
  } finally {
    await platform.dispose();
    await fleet.stop();
    await database.drop().catch(() => undefined);
    await server.dispose();
  }
}

async function takeDatabaseAway(
  plan: LossPlan,
  server: PostgresServer,
  platform: PlatformProcess,
  cookie: string,
  say: (text: string) => void,
): Promise<{ killed: number; worstLiveAgeS: number; fromMs: number; toMs: number }> {
  await server.stop("immediate");
  const fromMs = Date.now();
  say("database stopped");
  const endAt = performance.now() + plan.outageS * 1000;
  const killEveryMs = (plan.outageS * 1000) / (plan.kills + 1);
  let nextKillAt = performance.now() + killEveryMs;
  let freshFrom = performance.now() + 3_000;
  let killed = 0;
  let worstLiveAgeS = 0;
  while (performance.now() < endAt) {
    if (killed < plan.kills && performance.now() >= nextKillAt) {
      await platform.kill();
      killed += 1;
      say(`killed ${killed}`);
      await platform.start();
      nextKillAt += killEveryMs;
      freshFrom = performance.now() + 5_000;
    }
    const ageS = await newestAge(platform.url, cookie);
    if (performance.now() > freshFrom) worstLiveAgeS = Math.max(worstLiveAgeS, ageS);
    await sleep(200);
  }
  const toMs = Date.now();
  await server.start();
  return { killed, worstLiveAgeS, fromMs, toMs };
}

async function newestAge(url: string, cookie: string): Promise<number> {
  const answer = await getJson<{ items: { collectedAt: string }[] }>(`${url}/api/v1/snapshots?limit=1000`, cookie);
  const newest = Math.max(...answer.items.map(({ collectedAt }) => Date.parse(collectedAt)));
  return answer.items.length === 0 ? Number.POSITIVE_INFINITY : (Date.now() - newest) / 1000;
}

/** @returns seconds from `fromMs` until the journal held no more than a round */
async function waitForDrain(platform: PlatformProcess, cookie: string, fromMs: number): Promise<number> {
  for (;;) {
    const { journal } = await getJson<{ journal: { rows: number; oldestSlot: string | null } }>(
      `${platform.url}/api/v1/status`,
      cookie,
    );
    const oldestMs = journal.oldestSlot === null ? Date.now() : Date.parse(journal.oldestSlot);
    const elapsedS = (performance.now() - fromMs) / 1000;
    if (Date.now() - oldestMs < 3_000) return elapsedS;
    if (elapsedS > 180)
      throw new Error(`the journal still holds ${journal.rows} replies after 180 s: ${platform.log().slice(-2_000)}`);
    await sleep(200);
  }
}

async function deployAgainAndAgain(
  { deploys, deployEveryS }: LossPlan,
  platform: PlatformProcess,
  cookie: string,
): Promise<number> {
  let deployed = 0;
  for (; deployed < deploys; deployed += 1) {
    const flows = await getJson<{ flows: unknown[]; rev: string }>(`${platform.url}/editor/flows`, cookie, {
      "Node-RED-API-Version": "v2",
    });
    const response = await fetch(`${platform.url}/editor/flows`, {
      method: "POST",
      headers: {
        cookie,
        origin: platform.url,
        "content-type": "application/json",
        "Node-RED-API-Version": "v2",
        "Node-RED-Deployment-Type": "full",
      },
      body: JSON.stringify(flows),
    });
    if (!response.ok) throw new Error(`deploy refused: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
    await sleep(deployEveryS * 1000);
  }
  return deployed;
}

async function getJson<T>(url: string, cookie: string, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(url, { headers: { cookie, ...headers } });
  if (!response.ok) throw new Error(`${new URL(url).pathname}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

type ServedState = {
  readonly siteId: string;
  readonly seq: number;
  /** When it was served, milliseconds since the Unix epoch. */
  readonly at: number;
  readonly hasArrived: boolean;
};

async function readLedger(controlUrl: string): Promise<ServedState[]> {
  const states: { siteId: string; seq: number; at: number; connection: number }[] = [];
  const lastStateOf = new Map<number, number>();
  for (let after: number | null = -1; after !== null; ) {
    const page: { columns: string[]; rows: (string | number | boolean | null)[][]; next: number | null } = await (
      await fetch(`${controlUrl}/ledger?kind=replies&after=${after}&limit=100000`)
    ).json();
    const column = (name: string) => page.columns.indexOf(name);
    for (const row of page.rows) {
      if (row[column("request")] !== "state") continue;
      const [siteId, seq, connection] = [
        String(row[column("siteId")]),
        Number(row[column("seq")]),
        Number(row[column("connection")]),
      ];
      lastStateOf.set(connection, seq);
      states.push({ siteId, seq, at: Number(row[column("at")]), connection });
    }
    after = page.next;
  }
  return states.map(({ siteId, seq, at, connection }) => ({
    siteId,
    seq,
    at,
    hasArrived: seq < (lastStateOf.get(connection) ?? 0),
  }));
}

type StoredRow = { readonly siteId: string; readonly seq: number };

async function readRows(url: string): Promise<StoredRow[]> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ code: string; seq: number }>(
      "select s.code, m.box1_energy_kwh as seq from sample m join site s on s.id = m.site_id order by m.site_id, m.slot",
    );
    return rows.map(({ code, seq }) => ({ siteId: code, seq }));
  });
}

async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Order: per site, the reply numbers must rise with the slots. */
function compare(served: readonly ServedState[], rows: readonly StoredRow[]) {
  const key = ({ siteId, seq }: StoredRow) => `${siteId} ${seq}`;
  const stored = new Set(rows.map(key));
  const arrived = served.filter(({ hasArrived }) => hasArrived);
  const underWay = served.filter(({ hasArrived }) => !hasArrived);
  const outOfOrder = rows.filter((row, i) => rows[i - 1]?.siteId === row.siteId && (rows[i - 1]?.seq ?? 0) >= row.seq);
  return {
    served: served.length,
    arrived: arrived.length,
    underWayAtKills: underWay.length,
    underWayStored: underWay.filter((reply) => stored.has(key(reply))).length,
    rows: rows.length,
    lost: arrived.filter((reply) => !stored.has(key(reply))).length,
    duplicated: rows.length - stored.size,
    outOfOrder: outOfOrder.length,
  };
}
