import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { listenForDoorbell, ringDoorbell } from "../../../adapters/redis/doorbell.ts";
import { connectRedis, type RedisConnection } from "../../../adapters/redis/redis-connection.ts";
import { findRedis, type RedisServer, startRedis } from "../../services/redis-server.ts";
import { type PlantUnderTest, plantUnderTest } from "../commands/plant-under-test.ts";
import { ENGINES } from "../database/engines.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const PATIENT = { timeout: 15_000, interval: 10 };
const keyOf = (siteId: string) => `antbox:doorbell:${siteId}`;
const connected = (connection: RedisConnection) =>
  vi.waitFor(() => expect(connection.state()).toBe("connected"), { timeout: 10_000 });

describe.skipIf(findRedis() === null)("the doorbell in Redis", () => {
  let server: RedisServer;
  let ringer: RedisConnection;
  let ear: RedisConnection;
  let rings = 0;
  let stop = () => {};
  /** The sites of this process. */
  let mine: string[] = [];
  const listen = (onRing = () => {}) => {
    stop = listenForDoorbell({
      connection: ear,
      siteIds: () => mine,
      onRing() {
        rings += 1;
        onRing();
      },
    });
  };
  const length = (siteId: string) => ringer.client.llen(keyOf(siteId));
  const isEmpty = (siteId: string) => expect.poll(() => length(siteId), PATIENT).toBe(0);

  beforeAll(async () => {
    server = await startRedis();
    ringer = connectRedis(server.url, () => undefined);
    ear = connectRedis(server.url, () => undefined);
    await Promise.all([connected(ringer), connected(ear)]);
  });
  beforeEach(async () => {
    await ringer.client.flushall();
    rings = 0;
    mine = ["site-1", "site-2"];
  });
  afterEach(() => stop());
  afterAll(async () => {
    ringer?.close();
    ear?.close();
    await server?.stop();
  });

  test("rings where the site is commanded, also what was rung before somebody listened, and nowhere else", async () => {
    ringDoorbell(ringer, "site-1", randomUUID());
    ringDoorbell(ringer, "site-3", randomUUID());
    await expect.poll(() => length("site-3"), PATIENT).toBe(1);
    listen();
    await expect.poll(() => rings, PATIENT).toBe(1);
    ringDoorbell(ringer, "site-2", randomUUID());
    await expect.poll(() => rings, PATIENT).toBe(2);
    await isEmpty("site-1");
    expect(await length("site-3")).toBe(1);
    mine = ["site-3"];
    await expect.poll(() => rings, PATIENT).toBe(3);
  });

  test("keeps no more than a hundred, and those not for long", async () => {
    for (let n = 0; n < 150; n++) ringDoorbell(ringer, "site-9", randomUUID());
    await expect.poll(() => length("site-9"), PATIENT).toBe(100);
    const ttl = await ringer.client.ttl(keyOf("site-9"));
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(300);
  });

  test("what is no id of a command does not ring, and a key of another kind is in nobody's way", async () => {
    listen();
    const garbage = ["", "x", "constructor", `${randomUUID()} `, "1".repeat(1_048_576), '{"id":1}'];
    await ringer.client.rpush(keyOf("site-1"), ...garbage);
    await isEmpty("site-1");
    await ringer.client.set(keyOf("site-1"), "not a list");
    await expect.poll(() => ringer.client.exists(keyOf("site-1")), PATIENT).toBe(0);
    expect(rings).toBe(0);
    ringDoorbell(ringer, "site-2", randomUUID());
    await expect.poll(() => rings, PATIENT).toBe(1);
  });

  test("a flood asks no more often than the gap allows", async () => {
    listen();
    const started = performance.now();
    for (let n = 0; n < 2_000; n++) ringDoorbell(ringer, "site-1", randomUUID());
    await expect.poll(() => rings, PATIENT).toBeGreaterThan(0);
    await isEmpty("site-1");
    expect(rings).toBeLessThanOrEqual((performance.now() - started) / 25 + 2);
  });

  test("goes on after Redis was away", async () => {
    listen();
    ear.client.disconnect(true);
    // What is given to a connection that is going is lost: the next one who rings is heard.
    await expect
      .poll(() => {
        ringDoorbell(ringer, "site-1", randomUUID());
        return rings;
      }, PATIENT)
      .toBeGreaterThan(0);
  });

  describe("before a real sender", () => {
    const engine = ENGINES.find(({ name }) => name === "PGlite") ?? expect.fail("there is no embedded database");
    let plant: PlantUnderTest;
    beforeAll(async () => {
      plant = await plantUnderTest(engine, 8);
      plant.attach();
    });
    afterAll(() => plant?.dispose());

    test("forged, unknown and repeated entries actuate nothing", async () => {
      const [site, other] = [await plant.nextSite(), await plant.nextSite()];
      const ended = await plant.order(site);
      await plant.end(ended);
      const waiting = await plant.order(other, { needsApproval: true });
      const before = plant.calls.length;
      expect(before).toBe(1);
      mine = [site, other];
      listen(plant.sender.ring);
      const forged = [ended, waiting, randomUUID(), "0".repeat(1_048_576), "'; drop table command; --"];
      for (const siteId of mine) {
        for (let n = 0; n < 20; n++) await ringer.client.rpush(keyOf(siteId), ...forged);
      }
      for (const siteId of mine) await isEmpty(siteId);
      await expect.poll(() => rings, PATIENT).toBeGreaterThan(0);
      // Whatever is queued after all of them is sent: the sender has looked since.
      const last = await plant.nextSite();
      await plant.end(await plant.order(last));
      expect(plant.calls).toHaveLength(before + 1);
      expect(await plant.received(site)).toHaveLength(1);
      expect(await plant.received(other)).toEqual([]);
      expect(await plant.ledger.find(waiting)).toMatchObject({ state: "waiting_approval" });
    });
  });
});
