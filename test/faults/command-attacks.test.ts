import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import type { SiteScope } from "../../domain/access/site-scope.ts";
import { isoOf } from "../../domain/iso-of.ts";
import { findRedis, type RedisServer, startRedis } from "../services/redis-server.ts";
import { type CommandedPlatform, type Selected, startCommandedPlatform } from "./commands/commanded-platform.ts";
import { orderFault } from "./order-fault.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const soon = { timeout: 30_000, interval: 100 };
const region = (name: string): SiteScope => ({ regions: [name], zones: [], sites: [] });
const PEOPLE = [
  { name: "li", role: "operator", scope: null },
  { name: "zhao", role: "operator", scope: null },
  { name: "chen", role: "engineer", scope: null },
  { name: "wang-south", role: "operator", scope: region("south") },
  { name: "guest", role: "viewer", scope: null },
] as const;
const PID = { kind: "set_temp_mode", args: { mode: "pid" } };
const SITES = 30;
const COMMANDS = "/api/v1/commands";

/** The simulated controllers are the witness: after all that is tried here they have what was ordered rightly, and no more. */
describe.skipIf(inject("databaseUrl") === null || findRedis() === null)(
  "whoever may not, or does not mean what is there now",
  () => {
    let under: CommandedPlatform;
    let server: RedisServer;
    let redis: Redis;
    // The first third of a simulated fleet is the region north.
    const free = Array.from({ length: 10 }, (_, at) => `site-${String(at + 1).padStart(3, "0")}`);
    const nextSite = () => free.shift() ?? expect.fail("there are not enough sites");
    const allowed: string[] = [];

    beforeAll(async () => {
      server = await startRedis();
      redis = new Redis(server.url);
      under = await startCommandedPlatform({
        serverUrl: inject("databaseUrl") ?? "",
        sites: SITES,
        people: PEOPLE,
        environment: { REDIS_URL: server.url },
      });
    });
    afterAll(async () => {
      await under?.dispose();
      redis?.disconnect();
      await server?.dispose();
    });

    const answerOf = async (who: string | null, body: object, path = COMMANDS) => {
      const { status, json } = await under.ask(who, "POST", path, body);
      return [status, json["code"]];
    };
    const tokenOf = ({ confirmation }: Selected) => confirmation?.token ?? expect.fail("nothing may be ordered there");

    test("nobody, a viewer, another region: nothing, with or without the token of somebody else", async () => {
      const siteId = nextSite();
      const order = { siteId, ...PID };
      const confirmation = tokenOf(await under.select("li", order));
      for (const body of [order, { ...order, confirmation }, { ...order, dryRun: true }]) {
        expect(await answerOf(null, body)).toEqual([401, "auth.not-signed-in"]);
        expect(await answerOf("guest", body)).toEqual([403, "auth.not-allowed"]);
        expect(await answerOf("wang-south", body)).toEqual([404, "site.not-found"]);
      }
      expect(await answerOf("zhao", { ...order, confirmation })).toEqual([409, "command.changed"]);
      expect(await under.received(siteId)).toEqual([]);
    });

    test("a token that is replayed, bent, or taken to another order works once, for its own", async () => {
      const [siteId, other] = [nextSite(), nextSite()];
      const order = { siteId, ...PID };
      const confirmation = tokenOf(await under.select("li", order));
      expect(await answerOf("li", { ...order, siteId: other, confirmation })).toEqual([409, "command.changed"]);
      expect(await answerOf("li", { siteId, kind: "reset_alarm", confirmation })).toEqual([409, "command.changed"]);
      const bent = confirmation.slice(0, -2) + (confirmation.endsWith("AA") ? "BB" : "AA");
      expect((await answerOf("li", { ...order, confirmation: bent }))[0]).toBe(409);
      const replies = await Promise.all(Array.from({ length: 8 }, () => answerOf("li", { ...order, confirmation })));
      expect(replies.filter(([status]) => status === 202)).toHaveLength(1);
      allowed.push(`${siteId} setTemp&temp=pid`);
      await expect.poll(async () => (await under.received(siteId)).length, soon).toBe(1);
      for (let n = 0; n < 5; n += 1) expect((await answerOf("li", { ...order, confirmation }))[0]).toBe(409);
      expect([(await under.received(siteId)).length, (await under.received(other)).length]).toEqual([1, 0]);
    });

    test("a plant that has changed since it was looked at gets nothing", async () => {
      const siteId = nextSite();
      const order = { siteId, kind: "set_supply_temp", args: { temp_c: 36 } };
      const confirmation = tokenOf(await under.select("li", order));
      await orderFault(under.fleet.controlUrl, [siteId], "leak_contact");
      await expect.poll(async () => (await under.snapshot(siteId)).values.leak_detected, soon).toBe(true);
      expect(await answerOf("li", { ...order, confirmation })).toEqual([409, "command.changed"]);
      expect(await under.received(siteId)).toEqual([]);
    });

    test("what needs a second person is not let go by the first, a viewer, or another region", async () => {
      const siteId = nextSite();
      const overrides = ["it-power", "pump-overrun"];
      const { status, json } = await under.order("chen", {
        siteId,
        kind: "stop_cooling",
        reason: "it leaks",
        overrides,
      });
      expect([status, json["state"]]).toEqual([202, "waiting_approval"]);
      const approve = (who: string | null) => answerOf(who, {}, `${COMMANDS}/${json["id"]}/approve`);
      expect(await approve("chen")).toEqual([409, "command.own-request"]);
      expect(await approve("guest")).toEqual([403, "auth.not-allowed"]);
      expect(await approve("wang-south")).toEqual([404, "command.not-found"]);
      expect(await approve(null)).toEqual([401, "auth.not-signed-in"]);
      expect((await answerOf("zhao", {}, `${COMMANDS}/${json["id"]}/reject`))[0]).toBe(200);
      expect((await approve("li"))[0]).toBe(409);
      expect(await under.received(siteId)).toEqual([]);
    });

    test("a program may no more than it was given, and what it shows has to be right", async () => {
      const siteId = nextSite();
      const order = { siteId, ...PID };
      const by = async (token: string, body: object) => {
        const { status, json } = await under.askByToken(token, "POST", COMMANDS, body);
        return [status, json["code"]];
      };
      const body = { name: "reader", permissions: ["commands:read"], expiresInDays: 1 };
      const { json } = await under.ask("admin", "POST", "/api/v1/service-tokens", body);
      expect(await by(String(json["token"]), order)).toEqual([403, "auth.not-allowed"]);
      expect((await by(await under.tokenOf("guest"), order))[0]).toBe(403);
      expect(await by(await under.tokenOf("wang-south"), order)).toEqual([404, "site.not-found"]);
      expect((await by(randomUUID(), order))[0]).toBe(401);
      const token = await under.tokenOf("zhao");
      const foreign = tokenOf(await under.select("li", order));
      for (const confirmation of ["x", foreign]) expect((await by(token, { ...order, confirmation }))[0]).toBe(409);
      await orderFault(under.fleet.controlUrl, [siteId], "leak_contact");
      await expect.poll(async () => (await under.snapshot(siteId)).values.leak_detected, soon).toBe(true);
      expect(await by(token, { siteId, kind: "start_cooling" })).toEqual([409, "command.refused"]);
      expect(await under.received(siteId)).toEqual([]);
    });

    test("what is forged in Redis actuates nothing", async () => {
      const [siteId, waits] = [nextSite(), nextSite()];
      const ended = await under.order("li", { siteId, ...PID });
      allowed.push(`${siteId} setTemp&temp=pid`);
      await under.end(String(ended.json["id"]));
      const overrides = ["it-power", "pump-overrun"];
      const stop = await under.order("chen", { siteId: waits, kind: "stop_cooling", reason: "it leaks", overrides });
      const order = { id: randomUUID(), siteId, kind: "stop_cooling", args: {}, state: "queued" };
      const entries = [
        ended.json["id"],
        stop.json["id"],
        randomUUID(),
        JSON.stringify(order),
        "0".repeat(1_048_576),
        "",
      ];
      for (const key of [`antbox:doorbell:${siteId}`, `antbox:doorbell:${waits}`, "antbox:doorbell:site-030"]) {
        for (let n = 0; n < 20; n += 1) await redis.rpush(key, ...entries.map(String));
      }
      for (const key of await redis.keys("antbox:doorbell:*")) {
        await expect.poll(() => redis.llen(key), soon).toBe(0);
      }
      // Whatever is ordered after all of them is sent: the sender has looked since.
      const last = nextSite();
      const sent = await under.order("li", { siteId: last, ...PID });
      allowed.push(`${last} setTemp&temp=pid`);
      await under.end(String(sent.json["id"]));
      expect([(await under.received(siteId)).length, (await under.received(waits)).length]).toEqual([1, 0]);
      expect((await under.find(String(stop.json["id"]))).state).toBe("waiting_approval");
    });

    test("readings that are forged in Redis let nothing through", async () => {
      const siteId = nextSite();
      await orderFault(under.fleet.controlUrl, [siteId], "leak_contact");
      await expect.poll(async () => (await under.snapshot(siteId)).values.leak_detected, soon).toBe(true);
      const start = { siteId, kind: "start_cooling" };
      for (let n = 0; n < 20; n += 1) {
        const snapshot = JSON.parse((await redis.hget("antbox:latest", siteId)) ?? "{}");
        const [slot, collectedAt] = [isoOf(Date.now()), isoOf(Date.now())];
        const dry = { ...snapshot, slot, collectedAt, values: { ...snapshot.values, leak_detected: false } };
        await redis.hset("antbox:latest", siteId, JSON.stringify(dry));
        const { status } = await under.order("li", start);
        expect(status).toBe(409);
      }
      expect(await under.received(siteId)).toEqual([]);
    });

    test("in the end the plants have received what was ordered rightly", async () => {
      await sleep(2_000);
      const received = await Promise.all(
        Array.from({ length: SITES }, (_, at) => `site-${String(at + 1).padStart(3, "0")}`).map(under.received),
      );
      const lines = received.flat().map(({ siteId, command }) => `${siteId} ${command}`);
      expect(lines.toSorted()).toEqual(allowed.toSorted());
    });
  },
);
