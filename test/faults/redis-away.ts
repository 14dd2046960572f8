import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { startRedis } from "../services/redis-server.ts";
import { type RequestFigures, watchRequests } from "./request-watch.ts";
import { compare, readLedger, readRows, waitForDrain } from "./witness.ts";
import { withWitnessedPlatform } from "./witnessed-platform.ts";

const LATEST = "antbox:latest";

export type RedisAwayResult = {
  /** Fields of the latest state before the faults, and right after FLUSHALL: the fault bites when the second is 0. */
  readonly fieldsBefore: number;
  readonly fieldsAfterFlush: number;
  /** Seconds until every site stood there again with a snapshot taken after the fault. */
  readonly healedAfterFlushS: number;
  readonly healedAfterRestartS: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  readonly arrived: number;
} & RequestFigures;

/** Redis is emptied, made to hang, and killed, at a round a second, while pages ask (trust.md F5). */
export async function runRedisAway(sites: number, awayS: number): Promise<RedisAwayResult> {
  const redis = await startRedis();
  const client = new Redis(redis.url, { lazyConnect: true, maxRetriesPerRequest: null });
  client.on("error", () => undefined);
  const parts = { sites, environment: { REDIS_URL: redis.url } };
  return withWitnessedPlatform(parts, async ({ database, fleet, platform }) => {
    const cookie = await platform.signIn();
    await client.connect();
    await untilHealed(client, sites, Date.now());
    const fieldsBefore = await client.hlen(LATEST);
    const watch = watchRequests(platform, cookie);
    await client.flushall();
    const fieldsAfterFlush = await client.hlen(LATEST);
    const healedAfterFlushS = await untilHealed(client, sites, Date.now());
    await client.client("PAUSE", awayS * 1000);
    await sleep(awayS * 1000);
    await redis.stop();
    await sleep(awayS * 1000);
    await redis.start();
    const healedAfterRestartS = await untilHealed(client, sites, Date.now());
    const figures = await watch.stop();
    await waitForDrain(platform, cookie, performance.now());
    await sleep(2_000);
    await platform.stop();
    const verdict = compare(await readLedger(fleet.controlUrl), await readRows(database.url));
    const { lost, duplicated, outOfOrder, arrived } = verdict;
    const counts = { lost, duplicated, outOfOrder, arrived };
    return { fieldsBefore, fieldsAfterFlush, healedAfterFlushS, healedAfterRestartS, ...counts, ...figures };
  }).finally(async () => {
    client.disconnect();
    await redis.dispose();
  });
}

/** @returns seconds until each site has a snapshot that was collected after `sinceMs` */
async function untilHealed(client: Redis, sites: number, sinceMs: number): Promise<number> {
  const startedMs = performance.now();
  for (;;) {
    const values = await client.hvals(LATEST);
    const fresh = values.filter((text) => collectedAtMs(text) >= sinceMs).length;
    const elapsedS = (performance.now() - startedMs) / 1000;
    if (fresh >= sites) return elapsedS;
    if (elapsedS > 60) throw new Error(`${fresh} of ${sites} sites are fresh in Redis after 60 s`);
    await sleep(50);
  }
}

function collectedAtMs(text: string): number {
  return Date.parse((JSON.parse(text) as { collectedAt: string }).collectedAt);
}
