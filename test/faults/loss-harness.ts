import { setTimeout as sleep } from "node:timers/promises";
import { cookiesOf } from "../services/cookies-of.ts";
import type { PostgresServer } from "../services/postgres-server.ts";
import type { PlatformProcess } from "../services/start-platform.ts";
import { compare, getJson, readLedger, readRows, waitForDrain } from "./witness.ts";
import { withWitnessedPlatform } from "./witnessed-platform.ts";

/**
 * Takes the database away, kills the platform and deploys its flows while it polls, then compares the simulator's ledger
 * with the rows (witness.ts).
 */
export type LossPlan = {
  readonly sites: number;
  /** Seconds without database, kills meanwhile spread evenly. */
  readonly outageS: number;
  readonly kills: number;
  /** Full deploys, one every `deployEveryS`, after the outage. */
  readonly deploys: number;
  readonly deployEveryS: number;
  /** Seconds between two rounds, 1 when absent: a minute's work in a second. */
  readonly intervalS?: number;
  /** How long live data is watched before the outage, seconds; 0 when absent. */
  readonly healthyS?: number;
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
  /** The same before the outage; 0 when it was not watched. */
  readonly healthyLiveAgeS: number;
  /** State replies that the fleet served while there was no database: the outage bit when they are many. */
  readonly servedInOutage: number;
  readonly killed: number;
  readonly deployed: number;
};

export async function runLossPlan(plan: LossPlan): Promise<LossResult> {
  const say = plan.say ?? (() => undefined);
  const parts = { sites: plan.sites, intervalS: plan.intervalS ?? 1, postgres: { fsync: "on" } };
  return withWitnessedPlatform(parts, async ({ server, database, fleet, platform }) => {
    const cookie = await platform.signIn();
    await sleep(3_000);
    const healthyLiveAgeS = await watchAge(platform.url, cookie, plan.healthyS ?? 0);
    const outage = await takeDatabaseAway(plan, server, platform, cookie, say);
    const backAt = performance.now();
    await platform.ready();
    const drainS = await waitForDrain(platform, await platform.signIn(), backAt);
    say(`database back: drained after ${drainS.toFixed(1)} s`);
    const deployed = await deployAgainAndAgain(plan, platform, await platform.signIn());
    await sleep(3_000);
    await waitForDrain(platform, await platform.signIn(), performance.now());
    await platform.stop();
    const ledger = await readLedger(fleet.controlUrl);
    const verdict = compare(ledger, await readRows(database.url));
    const { killed, worstLiveAgeS, fromMs, toMs } = outage;
    const servedInOutage = ledger.filter(({ at }) => at > fromMs && at < toMs).length;
    return { ...verdict, killed, worstLiveAgeS, healthyLiveAgeS, servedInOutage, drainS, deployed };
  });
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
  let renewAt = performance.now() + RENEW_EVERY_MS;
  let killed = 0;
  let worstLiveAgeS = 0;
  while (performance.now() < endAt) {
    if (performance.now() >= renewAt) {
      cookie = await renew(platform.url, cookie);
      renewAt += RENEW_EVERY_MS;
    }
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
    await sleep(LOOK_MS);
  }
  const toMs = Date.now();
  await server.start();
  return { killed, worstLiveAgeS, fromMs, toMs };
}

const LOOK_MS = 200;
/** As the pages do: a token lives 10 minutes, and a new one is given from memory while the database is away. */
const RENEW_EVERY_MS = 60_000;

/** @returns the cookies to go on with: those from before where a process that was just started cannot renew yet */
async function renew(url: string, cookie: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/auth/refresh`, { method: "POST", headers: { cookie, origin: url } });
  await response.arrayBuffer();
  if (!response.ok) return cookie;
  return cookiesOf(response);
}

async function watchAge(url: string, cookie: string, forS: number): Promise<number> {
  const endAt = performance.now() + forS * 1000;
  let worstS = 0;
  while (performance.now() < endAt) {
    worstS = Math.max(worstS, await newestAge(url, cookie));
    await sleep(LOOK_MS);
  }
  return worstS;
}

async function newestAge(url: string, cookie: string): Promise<number> {
  const answer = await getJson<{ items: { collectedAt: string }[] }>(`${url}/api/v1/snapshots?limit=1000`, cookie);
  const newest = Math.max(...answer.items.map(({ collectedAt }) => Date.parse(collectedAt)));
  return answer.items.length === 0 ? Number.POSITIVE_INFINITY : (Date.now() - newest) / 1000;
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
