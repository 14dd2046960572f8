import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createLiveBus, type LiveBus } from "../../../adapters/redis/live-bus.ts";
import { connectRedis, type RedisConnection } from "../../../adapters/redis/redis-connection.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { aRound, aSnapshot, T0_MS } from "../../api/builders.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { type RedisServer, startRedis } from "../../services/redis-server.ts";

const soon = { timeout: 15_000, interval: 20 };

/** A server of its own: it is killed. */
describe.skipIf(inject("redisUrl") === null)("live messages between processes", () => {
  let server: RedisServer;
  let stranger: Redis;
  const connections: RedisConnection[] = [];
  const buses: LiveBus[] = [];

  beforeAll(async () => {
    server = await startRedis();
    stranger = new Redis(server.url, { retryStrategy: () => 50 });
    stranger.on("error", () => undefined);
  });
  afterAll(async () => {
    for (const bus of buses) bus.close();
    for (const connection of connections) connection.close();
    stranger.disconnect();
    await server.dispose();
  });

  function connect(): RedisConnection {
    const connection = connectRedis(server.url, () => undefined);
    connections.push(connection);
    return connection;
  }

  async function aBus(origin: string) {
    const bus = createLiveBus({ speaker: connect(), ear: connect(), origin, log: recordedLog() });
    buses.push(bus);
    const snapshots: Snapshot[] = [];
    const gaps = { count: 0 };
    bus.onGap(() => {
      gaps.count += 1;
    });
    bus.listen("snapshots", (body) => snapshots.push(...body));
    await expect.poll(() => bus.isHearing(), soon).toBe(true);
    return { bus, snapshots, gaps };
  }

  test("what one says, the others hear, whole and in order; itself it does not hear", async () => {
    const one = await aBus("one-1-aa");
    const two = await aBus("two-1-bb");
    const said = Array.from({ length: 450 }, (_, i) => aSnapshot(`site-${i}`));
    one.bus.publishTexts(
      "snapshots",
      said.map((snapshot) => JSON.stringify(snapshot)),
    );
    await expect.poll(() => two.snapshots.length, soon).toBe(450);
    expect(two.snapshots).toEqual(said);
    const rounds: unknown[] = [];
    one.bus.listen("rounds", (report, from) => rounds.push([from, report.slot]));
    await expect
      .poll(async () => {
        two.bus.publish("rounds", aRound(T0_MS));
        return rounds.length;
      }, soon)
      .toBeGreaterThan(0);
    expect(rounds[0]).toEqual(["two-1-bb", aRound(T0_MS).slot]);
    expect(one.snapshots).toEqual([]);
  });

  test("whatever else is written to the channel moves nothing", async () => {
    const { snapshots, bus } = await aBus("three-1-cc");
    const before = snapshots.length;
    for (const text of [
      "nonsense",
      "null",
      '{"from":"x","seq":1,"body":[{"siteId":"site-001"}]}',
      `{"from":"../x","seq":1,"body":[${JSON.stringify(aSnapshot("site-001"))}]}`,
      '{"from":"x","seq":1,"body":{"__proto__":{"polluted":true}}}',
    ]) {
      await stranger.publish("antbox:live:snapshots", text);
    }
    const good = aSnapshot("site-002");
    await stranger.publish("antbox:live:snapshots", `{"from":"x-1-ff","seq":1,"body":[${JSON.stringify(good)}]}`);
    await expect.poll(() => snapshots.slice(before), soon).toEqual([good]);
    expect(bus.isHearing()).toBe(true);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("a number that was left out is a gap; a connection that comes back is one too", async () => {
    const { bus, gaps, snapshots } = await aBus("four-1-dd");
    const text = (seq: number) => `{"from":"y-1-ff","seq":${seq},"body":[${JSON.stringify(aSnapshot("site-003"))}]}`;
    const atStart = gaps.count;
    await stranger.publish("antbox:live:snapshots", text(1));
    await stranger.publish("antbox:live:snapshots", text(2));
    await expect.poll(() => snapshots.length, soon).toBeGreaterThanOrEqual(2);
    expect(gaps.count).toBe(atStart);
    await stranger.publish("antbox:live:snapshots", text(5));
    await expect.poll(() => gaps.count, soon).toBe(atStart + 1);
    await server.stop();
    await expect.poll(() => bus.isHearing(), soon).toBe(false);
    await server.start();
    await expect.poll(() => bus.isHearing(), soon).toBe(true);
    expect(gaps.count).toBe(atStart + 2);
  });
});
