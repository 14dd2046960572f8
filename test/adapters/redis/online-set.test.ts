import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createOnlineSet } from "../../../adapters/redis/online-set.ts";
import { connectRedis, type RedisConnection } from "../../../adapters/redis/redis-connection.ts";
import type { OnlineSession } from "../../../domain/access/online-session.ts";
import { findRedis, type RedisServer, startRedis } from "../../services/redis-server.ts";

const li: OnlineSession = { sessionId: randomUUID(), username: "li.wei" };
const anna: OnlineSession = { sessionId: randomUUID(), username: "Anna Maria" };

describe.skipIf(findRedis() === null)("people on line, by Redis", () => {
  let server: RedisServer;
  let connection: RedisConnection;
  let nowMs = Date.now();
  const clock = () => nowMs;
  const createProcess = () => createOnlineSet(connection, clock);

  beforeAll(async () => {
    server = await startRedis();
    connection = connectRedis(server.url, () => undefined);
    await vi.waitFor(() => expect(connection.state()).toBe("connected"), { timeout: 10_000 });
  });
  beforeEach(() => connection.client.flushall());
  afterAll(async () => {
    connection?.close();
    await server?.dispose();
  });

  test("each process tells its own, and hears all", async () => {
    const [one, two] = [createProcess(), createProcess()];
    one.tell([li]);
    two.tell([anna]);
    await expect
      .poll(() => {
        one.tell([li]);
        return one.heard();
      })
      .toEqual(expect.arrayContaining([li, anna]));
  });

  test("what a dead process told is forgotten, whatever the others say", async () => {
    const [dead, living] = [createProcess(), createProcess()];
    dead.tell([li]);
    await expect.poll(async () => connection.client.zcard("antbox:online")).toBe(1);
    nowMs += 20_001;
    await expect
      .poll(() => {
        living.tell([anna]);
        return living.heard();
      })
      .toEqual([anna]);
  });

  test("the set itself runs out when everybody is gone", async () => {
    createProcess().tell([li]);
    await expect.poll(() => connection.client.pttl("antbox:online")).toBeGreaterThan(10_000);
  });

  test("what others wrote into the set is no person", async () => {
    await connection.client.zadd("antbox:online", nowMs + 10_000, "<script>", nowMs + 10_000, `${randomUUID()} `);
    const one = createProcess();
    await expect
      .poll(() => {
        one.tell([li]);
        return one.heard();
      })
      .toEqual([li]);
  });

  test("with Redis away nothing fails; what was heard is forgotten", async () => {
    const one = createProcess();
    await expect
      .poll(() => {
        one.tell([li]);
        return one.heard();
      })
      .toEqual([li]);
    await server.stop();
    one.tell([li]);
    nowMs += 20_001;
    expect(one.heard()).toEqual([]);
    await server.start();
    await expect.poll(() => connection.state(), { timeout: 15_000 }).toBe("connected");
  });
});
