import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type AlarmQueue, createAlarmQueue } from "../../../adapters/redis/alarm-queue.ts";
import { connectRedis, type RedisConnection } from "../../../adapters/redis/redis-connection.ts";
import { type QueuedAlarm, queueScore } from "../../../domain/alarms/queued-alarm.ts";
import { findRedis, type RedisServer, startRedis } from "../../services/redis-server.ts";

const KEY = "antbox:alarms";
const NOON_MS = Date.parse("2026-03-02T12:00:00.000Z");
const alarm = (id: string, priority: number, urgency: number, minute = 0): QueuedAlarm => ({
  id,
  priority,
  urgency,
  raisedMs: NOON_MS + minute * 60_000,
});

test("worst first, then the most urgent, then the newest; to the millisecond", () => {
  const ordered = [
    alarm("site-2.leak", 1, 1, 5),
    alarm("site-1.leak", 1, 1, 0),
    { ...alarm("site-3.leak", 1, 1, 0), raisedMs: NOON_MS - 1 },
    alarm("site-1.smoke", 1, 3, 9),
    alarm("site-1.flow-low", 2, 1, 9),
    alarm("site-2.flow-low", 2, 2, 9),
    alarm("site-1.refill", 4, 3, 9),
  ];
  const scores = ordered.map(queueScore);
  expect(scores).toEqual([...scores].sort((a, b) => a - b));
  expect(new Set(scores).size).toBe(scores.length);
  expect(scores.every(Number.isSafeInteger)).toBe(true);
});

describe.skipIf(findRedis() === null)("the queue in Redis", () => {
  let server: RedisServer;
  let connection: RedisConnection;
  let queue: AlarmQueue;
  let isOwner = true;
  /** What the database has. */
  let stored: QueuedAlarm[] = [];

  beforeAll(async () => {
    server = await startRedis();
    connection = connectRedis(server.url, () => undefined);
    await vi.waitFor(() => expect(connection.state()).toBe("connected"), { timeout: 10_000 });
  });
  beforeEach(async () => {
    await connection.client.flushall();
    isOwner = true;
    stored = [alarm("site-1.flow-low", 2, 1), alarm("site-1.leak", 1, 1)];
    queue = createAlarmQueue({
      connection,
      read: async (ids) => stored.filter(({ id }) => ids === null || ids.includes(id)),
      isOwner: () => isOwner,
      rebuildMs: 3_600_000,
    });
  });
  afterEach(async () => {
    queue.stop();
    await queue.settled();
  });
  afterAll(async () => {
    connection?.close();
    await server?.dispose();
  });
  const members = () => connection.client.zrange(KEY, "0", "-1");

  test("is made of what the database has, and nothing else", async () => {
    await connection.client.zadd(KEY, 1, "site-9.gone");
    queue.rebuild();
    await expect.poll(members).toEqual(["site-1.leak", "site-1.flow-low"]);
    stored = [];
    queue.rebuild();
    await expect.poll(members).toEqual([]);
  });

  test("only what has changed is read and written", async () => {
    queue.rebuild();
    await queue.settled();
    await connection.client.zadd(KEY, 5, "site-7.kept");
    stored = [alarm("site-1.flow-low", 1, 1, 1)];
    queue.changed(["site-1.leak"]);
    queue.changed(["site-1.flow-low"]);
    await expect.poll(members).toEqual(["site-7.kept", "site-1.flow-low"]);
    expect(Number(await connection.client.zscore(KEY, "site-1.flow-low"))).toBe(queueScore(alarm("x", 1, 1, 1)));
  });

  test("thousands in one go", async () => {
    stored = Array.from({ length: 5_000 }, (_, place) => alarm(`site-${place}.flow-low`, 2, 1, place));
    queue.rebuild();
    await expect.poll(() => connection.client.zcard(KEY)).toBe(5_000);
    expect((await members())[0]).toBe("site-4999.flow-low");
  });

  test("a process that does not judge makes nothing anew", async () => {
    isOwner = false;
    queue.rebuild();
    await queue.settled();
    expect(await members()).toEqual([]);
  });

  test("a database that is away leaves the set as it is", async () => {
    queue.rebuild();
    await queue.settled();
    queue.stop();
    const failing = createAlarmQueue({
      connection,
      read: () => Promise.reject(new Error("gone")),
      isOwner: () => true,
      rebuildMs: 3_600_000,
    });
    failing.rebuild();
    failing.changed(["site-1.leak"]);
    await new Promise((done) => setTimeout(done, 200));
    await failing.settled();
    failing.stop();
    expect(await members()).toEqual(["site-1.leak", "site-1.flow-low"]);
  });

  test("a Redis that was away is filled again by itself", async () => {
    queue.rebuild();
    await queue.settled();
    await server.stop();
    stored = [...stored, alarm("site-2.leak", 1, 1, 3)];
    queue.changed(["site-2.leak"]);
    await server.start();
    await expect.poll(() => connection.state(), { timeout: 15_000 }).toBe("connected");
    await expect
      .poll(() => members().catch(() => []), { timeout: 5_000 })
      .toEqual(["site-2.leak", "site-1.leak", "site-1.flow-low"]);
  });
});
