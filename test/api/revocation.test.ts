import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { createOnlineSet } from "../../adapters/redis/online-set.ts";
import { connectRedis, type RedisConnection } from "../../adapters/redis/redis-connection.ts";
import { findRedis, type RedisServer, startRedis } from "../services/redis-server.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import { addAccounts, PASSWORD } from "./test-database.ts";

const WITHIN_MS = 2_000;
const IS_REDIS_MISSING = findRedis() === null;

/**
 * What is changed, how REST answers afterwards, and whether the socket may come back. Each change is made by a statement,
 * as another process of the platform makes it: nothing tells this one.
 */
const CHANGES = [
  {
    name: "the account is disabled",
    sql: "update user_account set disabled = true where username = 'operator'",
    rest: 401,
  },
  { name: "the account is deleted", sql: "delete from user_account where username = 'operator'", rest: 401 },
  {
    name: "the role is lowered",
    sql: "update user_account set role = 'viewer' where username = 'operator'",
    rest: 403,
  },
  {
    name: "the account is limited to another region",
    sql: `update user_account set scope = '{"regions": ["nowhere"]}' where username = 'operator'`,
    rest: 404,
  },
  {
    name: "a new password was given by somebody else",
    sql: "update user_account set must_change = true where username = 'operator'",
    rest: 403,
  },
  {
    name: "the session is ended",
    sql: "update session set revoked_at = now() where user_id = (select id from user_account where username = 'operator')",
    rest: 401,
  },
];

describe.for([
  { redis: "without Redis", isMissing: false },
  { redis: "with a Redis that has died", isMissing: IS_REDIS_MISSING },
])("rights that change, $redis", ({ redis, isMissing }) => {
  let api: ApiUnderTest;
  let server: RedisServer | null = null;
  let connection: RedisConnection | null = null;
  const it = test.skipIf(isMissing);

  beforeAll(async () => {
    if (isMissing) return;
    if (redis !== "without Redis") {
      server = await startRedis();
      connection = connectRedis(server.url, () => undefined);
      const up = connection;
      await vi.waitFor(() => expect(up.state()).toBe("connected"), { timeout: 10_000 });
    }
    api = await startApi({
      sites: [aSite(1)],
      ...(connection ? { exchange: createOnlineSet(connection, Date.now) } : {}),
    });
    await server?.stop();
  }, 60_000);
  beforeEach(async () => {
    if (isMissing) return;
    await api.database.query("delete from user_account");
    await addAccounts(api.database);
  });
  afterAll(async () => {
    await api?.close();
    connection?.close();
    await server?.dispose();
  });

  async function signIn() {
    const body = { username: "operator", password: PASSWORD };
    const { json } = await api.call("/api/v1/auth/login", { method: "POST", body });
    return { authorization: `Bearer ${(json as { accessToken: string }).accessToken}` };
  }
  const act = async (headers: Record<string, string>) =>
    (await api.call("/api/v1/sites/site-001/watch", { method: "POST", headers, body: { forS: 60 } })).status;

  async function openSocket(headers: Record<string, string>): Promise<{ closed: Promise<number> }> {
    const socket = new WebSocket(`${api.url.replace("http", "ws")}/api/v1/live`, { headers });
    const closed = new Promise<number>((resolve) => socket.once("close", () => resolve(performance.now())));
    const framed = new Promise<void>((resolve) => socket.once("message", () => resolve()));
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    socket.send(JSON.stringify({ type: "subscribe", view: "overview" }));
    await framed;
    return { closed };
  }

  // A machine that stands still for a second is no fault of ours: such a try is made again.
  it.for(CHANGES)("$name: REST and the socket know within two seconds", { retry: 2 }, async ({ sql, rest }) => {
    const headers = await signIn();
    const { closed } = await openSocket(headers);
    expect(await act(headers)).toBe(204);
    await api.database.query(sql);
    const changedAtMs = performance.now();
    while ((await act(headers)) !== rest) {
      expect(performance.now() - changedAtMs).toBeLessThan(WITHIN_MS);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect((await closed) - changedAtMs).toBeLessThan(WITHIN_MS);
  });

  it("a change that is none closes nothing", async () => {
    const headers = await signIn();
    const { closed } = await openSocket(headers);
    let isOpen = true;
    void closed.then(() => {
      isOpen = false;
    });
    await api.database.query("update user_account set role = 'operator', disabled = false, last_sign_in_at = now()");
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(isOpen).toBe(true);
    expect(await act(headers)).toBe(204);
  });
});
