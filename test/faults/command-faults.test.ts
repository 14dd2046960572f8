import { describe, expect, inject, test } from "vitest";
import { findPostgres } from "../services/postgres-server.ts";
import { findRedis } from "../services/redis-server.ts";
import { runCommandFaults } from "./commands/run-command-faults.ts";
import { runStoppedHolders, STOP_POINTS } from "./commands/stopped-holder.ts";

/** Each has processes, sites and a database of its own, and waits most of its time. */
const SIDE_BY_SIDE = { concurrent: true };
const hasServers = findPostgres() !== null && findRedis() !== null;

/** The same as bench/command-faults.ts and bench/command-holders.ts, which do it 200 and 100 times. */
describe.skipIf(!hasServers)("senders that are killed and stopped", SIDE_BY_SIDE, () => {
  test("send each command once, in order, and each has an end that the plant confirms", {
    timeout: 240_000,
  }, async () => {
    const figures = await runCommandFaults({
      sites: 30,
      collectors: 3,
      healthy: 0,
      kills: 8,
      stops: 3,
      stopS: [1, 3],
      crashEveryS: 12,
      stealEveryS: 3,
      mostOpen: 30,
      intervalS: 2,
      ttlMs: 2_000,
      naive: { sites: 12, kills: 4, stops: 0, lockMs: 2_000 },
      drainS: 60,
      isHurried: true,
      say: () => undefined,
    });
    const { kills, stops, leaseMoves, crashes, naive } = figures;
    expect(figures).toMatchObject({ doubled: 0, outOfOrder: 0, misjudged: 0, nameless: 0, ownEnds: 0 });
    expect(kills).toBeGreaterThanOrEqual(8);
    expect(stops).toBeGreaterThanOrEqual(3);
    // The faults bite.
    expect(leaseMoves).toBeGreaterThan(5);
    expect(crashes).toBeGreaterThan(0);
    expect(naive.doubled).toBeGreaterThan(0);
  });
});

const serverUrl = inject("databaseUrl") ?? "";
describe.skipIf(!serverUrl)("the holder of a lease that is stopped with a command in hand", SIDE_BY_SIDE, () => {
  test("sends nothing when it goes on", { timeout: 180_000 }, async () => {
    const { trials, stale, doubled, sentByOther } = await runStoppedHolders(serverUrl, STOP_POINTS.length, false);
    expect([trials, stale, doubled]).toEqual([STOP_POINTS.length, 0, 0]);
    expect(sentByOther).toBeGreaterThan(0);
  });

  test("would send without fence and clock", { timeout: 180_000 }, async () => {
    expect((await runStoppedHolders(serverUrl, 2, true)).stale).toBeGreaterThan(0);
  });
});
