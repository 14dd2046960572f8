import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createLatestMirror, LATEST_KEY, type RedisLatestMirror } from "../../../adapters/redis/latest-mirror.ts";
import { connectRedis, type RedisConnection } from "../../../adapters/redis/redis-connection.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { aSnapshot, T0_MS } from "../../api/builders.ts";
import { type RedisServer, startRedis } from "../../services/redis-server.ts";

/** A server of its own: this suite flushes and kills it. */
describe.skipIf(inject("redisUrl") === null)("the latest state in Redis", () => {
  let server: RedisServer;
  let connection: RedisConnection;
  let mirror: RedisLatestMirror;
  let other: Redis;
  const faults: string[] = [];
  const all = new Map<string, Snapshot>();

  beforeAll(async () => {
    server = await startRedis();
    connection = connectRedis(server.url, (code) => faults.push(code));
    mirror = createLatestMirror(connection);
    other = new Redis(server.url, { retryStrategy: () => 50 });
    other.on("error", () => undefined);
  });
  afterAll(async () => {
    other.disconnect();
    connection.close();
    await server.dispose();
  });

  async function round(atMs: number, siteIds: readonly string[]) {
    const moved = siteIds.map((siteId) => aSnapshot(siteId, {}, atMs));
    for (const snapshot of moved) all.set(snapshot.siteId, snapshot);
    mirror.write(moved, []);
    mirror.heal(all);
    await mirror.settled();
  }
  const stored = async () => new Map(Object.entries(await other.hgetall(LATEST_KEY)).sort());
  const expected = () => new Map([...all].map(([siteId, one]) => [siteId, JSON.stringify(one)] as const).sort());

  test("each site is a field with its snapshot, and leaves when the site does", async () => {
    await expect.poll(() => connection.state(), { timeout: 10_000 }).toBe("connected");
    await other.hset(LATEST_KEY, "site-999", "left by a former process");
    await round(T0_MS, ["site-001", "site-002", "site-003"]);
    expect(await stored()).toEqual(expected());
    all.delete("site-003");
    mirror.write([], ["site-003"]);
    await mirror.settled();
    expect(await stored()).toEqual(expected());
  });

  test("a flush is healed by the next round, sites that were silent in it too", async () => {
    await other.flushall();
    expect(await other.exists(LATEST_KEY)).toBe(0);
    await round(T0_MS + 60_000, ["site-001"]);
    expect(await stored()).toEqual(expected());
  });

  test("a dead Redis stalls nobody, and is made whole one round after it is back", async () => {
    await server.stop();
    await expect.poll(() => connection.state(), { timeout: 10_000 }).toBe("unreachable");
    await round(T0_MS + 120_000, ["site-001", "site-002"]);
    await expect.poll(() => faults.length, { timeout: 10_000 }).toBeGreaterThan(0);
    await server.start();
    await expect.poll(() => connection.state(), { timeout: 10_000 }).toBe("connected");
    await round(T0_MS + 180_000, ["site-002"]);
    await expect.poll(stored, { timeout: 10_000 }).toEqual(expected());
  });
});

test("a Redis that was never there is unreachable, its password is in no fault", async () => {
  const faults: string[] = [];
  const connection = connectRedis("redis://:secret@127.0.0.1:1", (code) => faults.push(code));
  const mirror = createLatestMirror(connection);
  mirror.write([aSnapshot("site-001")], []);
  mirror.heal(new Map());
  await mirror.settled();
  await expect.poll(() => faults.length, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(connection.state()).toBe("unreachable");
  expect(faults.join()).not.toContain("secret");
  connection.close();
});

describe.skipIf(inject("redisUrl") === null)("the latest state that several processes write", () => {
  let server: RedisServer;
  let connection: RedisConnection;
  let other: Redis;

  beforeAll(async () => {
    server = await startRedis();
    connection = connectRedis(server.url, () => undefined);
    other = new Redis(server.url);
    await new Promise<void>((resolve) => connection.onReady(resolve));
  });
  afterAll(async () => {
    other.disconnect();
    connection.close();
    await server.dispose();
  });

  const stored = async () => Object.keys(await other.hgetall(LATEST_KEY)).sort();
  const slotOf = async (siteId: string) => JSON.parse((await other.hget(LATEST_KEY, siteId)) ?? "{}").slot;

  test("each writes its own sites, publishes what it wrote, and leaves those of the others alone", async () => {
    const published: string[] = [];
    const mirror = createLatestMirror(connection, {
      isMine: (siteId) => siteId === "site-001",
      isKnown: (siteId) => siteId !== "site-009",
      publish: (texts) => published.push(...texts),
    });
    await other.hset(LATEST_KEY, { "site-002": "of another process", "site-009": "of nobody" });
    const all = new Map(["site-001", "site-002"].map((id) => [id, aSnapshot(id)]));
    mirror.write([...all.values()], []);
    mirror.heal(all);
    await mirror.settled();
    expect(await stored()).toEqual(["site-001", "site-002"]);
    expect(await other.hget(LATEST_KEY, "site-002")).toBe("of another process");
    expect(published).toEqual([JSON.stringify(aSnapshot("site-001"))]);
    await other.flushall();
    mirror.heal(all);
    await mirror.settled();
    expect(await stored()).toEqual(["site-001"]);
  });

  test("an older slot never takes the place of a newer one, except of one that a wrong clock wrote", async () => {
    const mirror = createLatestMirror(connection);
    mirror.write([aSnapshot("site-005", {}, T0_MS)], []);
    mirror.write([aSnapshot("site-005", {}, T0_MS - 60_000)], []);
    await mirror.settled();
    expect(await slotOf("site-005")).toBe(aSnapshot("site-005", {}, T0_MS).slot);
    await other.hset(LATEST_KEY, "site-005", JSON.stringify(aSnapshot("site-005", {}, T0_MS + 86_400_000)));
    mirror.write([aSnapshot("site-005", {}, T0_MS + 60_000)], []);
    await mirror.settled();
    expect(await slotOf("site-005")).toBe(aSnapshot("site-005", {}, T0_MS + 60_000).slot);
  });
});
