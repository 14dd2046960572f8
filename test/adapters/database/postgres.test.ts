import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, inject, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { openDatabase } from "../../../adapters/database/open-database.ts";
import { createFreshDatabase, type FreshDatabase } from "../../services/fresh-database.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { serverUrl } from "./engines.ts";

/** A way to the server that can fall silent, as a cut cable does: nothing is refused, nothing arrives. */
type Cable = { readonly port: number; isCut: boolean; close(): Promise<unknown> };

const isMissing = inject("databaseUrl") === null;
let fresh: FreshDatabase;
let cable: Cable;
let database: Database;

beforeEach(async () => {
  if (isMissing) return;
  fresh = await createFreshDatabase(serverUrl(), { timescale: false });
  const url = new URL(fresh.url);
  cable = await lay(Number(url.port));
  url.port = String(cable.port);
  database = await openDatabase({ url: url.href, dataDir: "", log: recordedLog() });
});
afterEach(async () => {
  if (isMissing) return;
  await database.close();
  await cable.close();
  await fresh.drop();
});
const it = test.skipIf(isMissing);

it("gives up a silent connection soon after the limit, and works again when the way is there", async () => {
  await database.query("select 1");
  cable.isCut = true;
  const start = performance.now();
  await expect(database.query("select 2", [], { timeoutMs: 300 })).rejects.toMatchObject({
    sqlState: null,
    code: "timeout",
  });
  expect(performance.now() - start).toBeGreaterThan(300);
  cable.isCut = false;
  await vi.waitFor(async () => expect(await database.query("select 3 as n")).toEqual([{ n: 3 }]), 20_000);
});

it("takes an answer that came while this process was blocked for longer than the limit", async () => {
  await database.query("select 1", [], { timeoutMs: 300 });
  const answer = database.query("select 2 as n", [], { timeoutMs: 300 });
  // Sent, and answered within milliseconds; nobody listens for 0.3 s, the patience of 0.4 s, and more.
  await new Promise<void>((resolve) => setImmediate(resolve));
  const until = performance.now() + 1_500;
  while (performance.now() < until);
  expect(await answer).toEqual([{ n: 2 }]);
});

it("keeps connections for storing while requests use up theirs", async () => {
  const slow = Array.from({ length: 12 }, () => database.query("select pg_sleep(0.6)"));
  const [row] = await database.query(
    "select count(*)::int as n from pg_stat_activity where query = 'select pg_sleep(0.6)'",
    [],
    {
      lane: "ingest",
    },
  );
  expect(row?.["n"]).toBeLessThanOrEqual(10);
  await Promise.all(slow);
});

it("lets a request wait less than 3 s for a free connection", async () => {
  const slow = Array.from({ length: 10 }, () => database.query("select pg_sleep(6)", [], { timeoutMs: 20_000 }));
  const refused = database.query("select 1").then(String, ({ code }) => code);
  expect(await Promise.race([refused, ...slow.map((one) => one.then(() => "held"))])).toBe("timeout");
  await Promise.all(slow);
});

it("lets a request wait less than 3 s for an answer that does not come", async () => {
  await database.query("select 1");
  cable.isCut = true;
  const silent = database.query("select 2").then(String, ({ code }) => code);
  // A second for a busy machine.
  expect(await Promise.race([silent, sleep(4_000, "waited on")])).toBe("timeout");
});

it("refuses more than 200 waiting requests instead of keeping them", async () => {
  const many = Array.from({ length: 300 }, () => database.query("select pg_sleep(0.02)"));
  const results = await Promise.allSettled(many);
  const refused = results.filter((result) => result.status === "rejected");
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.every(({ reason }) => reason.code === "overloaded")).toBe(true);
  expect(results.length - refused.length).toBeGreaterThanOrEqual(200);
});

it("sets limits per statement, and a longer one does not stay", async () => {
  await database.query("select pg_sleep(0.2)", [], { timeoutMs: 60_000 });
  await expect(database.query("select pg_sleep(5)", [], { timeoutMs: 100 })).rejects.toMatchObject({
    sqlState: "57014",
  });
  const shown = await Promise.all(Array.from({ length: 5 }, () => database.query("show statement_timeout")));
  expect(shown.flat().map((row) => row["statement_timeout"])).toEqual(Array(5).fill("2400ms"));
});

async function lay(target: number): Promise<Cable> {
  const sockets = new Set<Socket>();
  const state = { isCut: false };
  const server: Server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => {
        if (!state.isCut) to.write(chunk);
      });
      from.on("close", () => to.destroy());
      from.on("error", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get isCut() {
      return state.isCut;
    },
    set isCut(value) {
      state.isCut = value;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
