import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { onDatabase } from "../services/on-database.ts";
import { findPostgres } from "../services/postgres-server.ts";
import { findRedis } from "../services/redis-server.ts";
import type { PlatformProcess } from "../services/start-platform.ts";
import {
  type Cluster,
  collectorsOf,
  countRows,
  getJson,
  idOf,
  servedSince,
  startCluster,
  waitForBalance,
  worstGapMs,
} from "./cluster.ts";

/**
 * Real processes on one PostgreSQL and one Redis; the simulator's ledger is the witness. `bench/scale-out.ts` does the
 * same with 1,500 sites.
 */
const SITES = 300;
const INTERVAL_S = 2;
/** Every site must be polled again within this after any of the faults (trust.md F7, F8). */
const POLLED_AGAIN_MS = 10_000;
const SITE_IDS = Array.from({ length: SITES }, (_, i) => `site-${String(i + 1).padStart(3, "0")}`);
const lapsesOf = (collector: PlatformProcess) => collector.log().split("leases ran out").length - 1;
const soon = { timeout: 30_000, interval: 100 };

describe.skipIf(findPostgres() === null || findRedis() === null)("collectors that share the sites", () => {
  let cluster: Cluster;
  let redis: Redis;

  beforeAll(async () => {
    cluster = await startCluster({ sites: SITES, collectors: 3, intervalS: INTERVAL_S });
    redis = new Redis(cluster.redis.url, { retryStrategy: () => 100 });
    redis.on("error", () => undefined);
  }, 240_000);
  afterAll(async () => {
    redis?.disconnect();
    await cluster?.dispose();
  }, 60_000);

  const slots = async () => {
    const { items } = await getJson<{ items: { siteId: string; slot: string }[] }>(
      cluster,
      "/api/v1/snapshots?limit=1000",
    );
    return new Map(items.map(({ siteId, slot }) => [siteId, Date.parse(slot)]));
  };
  /** Every site is on the screen, and none of them is older than so much. */
  const areAllFresh = async (withinMs: number) => {
    const all = await slots();
    return all.size === SITES && [...all.values()].every((at) => Date.now() - at < withinMs);
  };

  test("three processes hold all sites, evenly, each site once", { timeout: 120_000 }, async () => {
    const { items, orphans } = await waitForBalance(cluster, 3);
    expect(items.map(({ leases }) => leases.length).sort()).toEqual([5, 5, 6]);
    expect(items.reduce((sum, { sites }) => sum + sites, 0)).toBe(SITES);
    expect(orphans).toBe(0);
    const fromMs = Date.now() + 1_000;
    await sleep(1_000 + 3 * INTERVAL_S * 1000);
    const served = await servedSince(cluster.fleet, fromMs);
    const polls = Map.groupBy(served, ({ siteId }) => siteId);
    expect(polls.size).toBe(SITES);
    for (const times of polls.values()) expect(times.length).toBeLessThanOrEqual(4);
  });

  test("a process without the role ui answers its probes and nothing else", async () => {
    for (const one of [cluster.collectors[0], cluster.scheduler]) {
      const statusOf = async (path: string) => (await fetch(`${one?.url}${path}`, { redirect: "manual" })).status;
      expect(await statusOf("/healthz")).toBe(200);
      expect(await statusOf("/readyz")).toBe(200);
      expect(await statusOf("/metrics")).toBe(401);
      for (const path of ["/", "/login", "/dashboard", "/dashboard/overview", "/editor/", "/flows", "/api/v1/sites"]) {
        expect([path, await statusOf(path)]).toEqual([path, 404]);
      }
      const metrics = await fetch(`${one?.url}/metrics`, { headers: { cookie: cluster.cookie } });
      expect(await metrics.text()).toContain("antbox_collector_sites{collector=");
      const socket = new WebSocket(`${one?.url.replace("http", "ws")}/api/v1/live`, {
        headers: { cookie: cluster.cookie, origin: cluster.ui.url },
      });
      await expect(
        new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject)),
      ).rejects.toThrow();
    }
    const { holder } = await getJson<{ holder: string | null }>(cluster, "/api/v1/jobs");
    expect(holder?.split("-").at(-2)).toBe(String(cluster.scheduler.pid()));
  });

  test("the screens' process shows what the others collect: REST, live frames, polls and raw replies", async () => {
    await expect.poll(() => areAllFresh(4 * INTERVAL_S * 1000), soon).toBe(true);
    const frames: { type: string; sites?: unknown[]; rounds?: unknown[]; sitesTotal?: number }[] = [];
    const socket = new WebSocket(`${cluster.ui.url.replace("http", "ws")}/api/v1/live`, {
      headers: { cookie: cluster.cookie, origin: cluster.ui.url },
    });
    socket.on("message", (data) => frames.push(JSON.parse(String(data))));
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send(JSON.stringify({ type: "subscribe", view: "overview" }));
    await expect
      .poll(() => frames.map(({ type }) => type), soon)
      .toEqual(expect.arrayContaining(["full", "delta", "round"]));
    socket.terminate();
    const rounds = await getJson<{ items: { slot: string; sites: number }[] }>(cluster, "/api/v1/rounds?limit=10");
    expect(rounds.items.some(({ sites }) => sites === SITES)).toBe(true);
    expect(new Set(rounds.items.map(({ slot }) => slot)).size).toBe(rounds.items.length);
    const { items } = await getJson<{ items: { id: string; health: string; lastPoll: object | null }[] }>(
      cluster,
      "/api/v1/sites?limit=1000",
    );
    expect(items.filter(({ lastPoll }) => lastPoll === null)).toEqual([]);
    const reply = await getJson<{ siteId: string; replies: object }>(cluster, "/api/v1/sites/site-007/reply");
    expect(reply).toMatchObject({ siteId: "site-007", replies: expect.any(Object) });
  });

  test("FLUSHALL is healed within a round", async () => {
    await expect.poll(() => redis.hlen("antbox:latest"), soon).toBe(SITES);
    await redis.flushall();
    const at = Date.now();
    await expect.poll(() => redis.hlen("antbox:latest"), soon).toBe(SITES);
    expect(Date.now() - at).toBeLessThan(3 * INTERVAL_S * 1000);
  });

  test("kill -9 of one: its sites are polled again in time, nothing of the others moves", {
    timeout: 90_000,
  }, async () => {
    const before = await waitForBalance(cluster, 3);
    const [victim] = cluster.collectors;
    const victimId = victim ? idOf(before, victim) : "";
    const fromMs = Date.now();
    await victim?.kill();
    const after = await waitForBalance(cluster, 2);
    await sleep(2 * INTERVAL_S * 1000);
    const toMs = Date.now();
    expect(worstGapMs(await servedSince(cluster.fleet, fromMs), SITE_IDS, fromMs, toMs)).toBeLessThan(POLLED_AGAIN_MS);
    for (const { name, holder } of before.leases) {
      if (holder !== victimId) expect(after.leases.find((lease) => lease.name === name)?.holder).toBe(holder);
    }
  });

  test("STOP of one for 10 s: polled again in time, and it takes nothing back by force", {
    timeout: 120_000,
  }, async () => {
    const sleeper = cluster.collectors[1];
    const before = await waitForBalance(cluster, 2);
    const fromMs = Date.now();
    process.kill(sleeper?.pid() ?? 0, "SIGSTOP");
    // The fault bites: its leases go to the other one.
    await expect.poll(async () => (await collectorsOf(cluster)).items.length, soon).toBe(1);
    await sleep(Math.max(0, 10_000 - (Date.now() - fromMs)));
    const wokenMs = Date.now();
    process.kill(sleeper?.pid() ?? 0, "SIGCONT");
    const after = await waitForBalance(cluster, 2);
    await sleep(2 * INTERVAL_S * 1000);
    const served = await servedSince(cluster.fleet, fromMs);
    expect(worstGapMs(served, SITE_IDS, fromMs, Date.now())).toBeLessThan(POLLED_AGAIN_MS);
    // Tokens only grow: what the sleeper had was taken from it, and it has new ones now.
    const sleeperId = sleeper ? idOf(after, sleeper) : "";
    const tokens = new Map(before.leases.map(({ name, token }) => [name, token]));
    for (const { name, token } of after.leases.filter(({ holder }) => holder === sleeperId)) {
      expect(token).toBeGreaterThan(tokens.get(name) ?? 0);
    }
    // What it had on its way before the stop put no older value over a newer one.
    const sinceWaking = served.filter(({ at }) => at > wokenMs);
    expect(sinceWaking.length).toBeGreaterThan(0);
    const stored = await redis.hvals("antbox:latest");
    for (const text of stored) expect(Date.parse(JSON.parse(text).slot)).toBeGreaterThan(wokenMs - INTERVAL_S * 1000);
  });

  test("one more collector takes its part, and nothing else moves", { timeout: 240_000 }, async () => {
    await cluster.collectors[0]?.start();
    const { before, after, newcomer } = await addUndisturbed();
    const newcomerId = idOf(after, newcomer);
    const moved = after.leases.filter(
      ({ name, holder }) => before.leases.find((one) => one.name === name)?.holder !== holder,
    );
    expect(moved).toHaveLength(4);
    expect(moved.every(({ holder }) => holder === newcomerId)).toBe(true);
  });

  /**
   * A machine that holds a process back for seconds lets its leases run out, and others take them, which is what leases
   * are for: each such process says so, and then it is tried with another newcomer.
   */
  const addUndisturbed = async () => {
    for (let tries = 3; tries > 0; tries -= 1) {
      const before = await waitForBalance(cluster, 3);
      const saidBefore = cluster.collectors.map((collector) => lapsesOf(collector));
      const newcomer = await cluster.addCollector();
      const after = await waitForBalance(cluster, 4);
      const hasLapsed = cluster.collectors.some((collector, at) => lapsesOf(collector) > (saidBefore[at] ?? 0));
      if (!hasLapsed) return { before, after, newcomer };
      await newcomer.stop();
    }
    throw new Error("leases ran out in each of three tries: this machine holds processes back for seconds");
  };

  test("without Redis nothing is lost, and the screens follow the database", { timeout: 120_000 }, async () => {
    await cluster.redis.stop();
    const diedMs = Date.now();
    await expect
      .poll(async () => (await getJson<{ redis: string }>(cluster, "/api/v1/status")).redis, soon)
      .toBe("unreachable");
    await sleep(5_000);
    // Rows go on, and so do the screens, a few seconds behind.
    await expect.poll(async () => [...(await slots()).values()].every((at) => at > diedMs + 2_000), soon).toBe(true);
    await cluster.redis.start();
    await expect.poll(() => areAllFresh(3 * INTERVAL_S * 1000), soon).toBe(true);
    await expect.poll(() => redis.hlen("antbox:latest").catch(() => 0), soon).toBe(SITES);
  });

  test("after all of it no row is there twice, and no site has a hole", { timeout: 60_000 }, async () => {
    for (const collector of cluster.collectors) await collector.stop();
    const { rows, doubleKeys, doubleReplies } = await countRows(cluster.databaseUrl);
    expect(rows).toBeGreaterThan(SITES * 10);
    expect({ doubleKeys, doubleReplies }).toEqual({ doubleKeys: 0, doubleReplies: 0 });
    const holes = await onDatabase(cluster.databaseUrl, async (client) => {
      const { rows: found } = await client.query<{ worst_s: number }>(
        `select extract(epoch from max(slot - before))::float as worst_s from (
           select slot, lag(slot) over (partition by site_id order by slot) as before from sample) as pairs`,
      );
      return found[0]?.worst_s ?? Number.POSITIVE_INFINITY;
    });
    expect(holes * 1000).toBeLessThan(POLLED_AGAIN_MS);
    // Stopped in order they gave their leases back.
    const { orphans, items } = await collectorsOf(cluster);
    expect(items).toEqual([]);
    expect(orphans).toBe(SITES);
  });
});
