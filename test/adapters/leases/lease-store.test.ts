import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import {
  addMember,
  FENCE_SQL,
  memberName,
  readLeases,
  releaseAllOf,
  releaseLeases,
  renewLeases,
  takeLease,
  takeLeases,
} from "../../../adapters/leases/lease-store.ts";
import { COLLECTOR_LEASES } from "../../../domain/collection/share-sites.ts";
import { createFreshDatabase } from "../../services/fresh-database.ts";
import { ENGINES, type OpenedEngine, serverUrl } from "../database/engines.ts";

const SHORT_MS = 150;
const LONG_MS = 60_000;
const soon = { timeout: 10_000, interval: 20 };
const FENCED = `with ${FENCE_SQL} insert into effect (by) select $4::text from fence returning by`;

describe.each(ENGINES)("leases on $name", ({ isMissing, open }) => {
  let engine: OpenedEngine;
  let database: Database;

  beforeAll(async () => {
    if (isMissing) return;
    engine = await open();
    database = engine.database;
    await database.whenReady();
    await database.query("create table effect (by text)");
  });
  afterAll(() => engine?.dispose());
  const isLive = async (wanted: string) => (await readLeases(database)).find(({ name }) => name === wanted)?.isLive;

  test.skipIf(isMissing)("the schema names the same leases for sites as the code", async () => {
    const names = (await readLeases(database)).map(({ name }) => name);
    expect(names).toEqual([...COLLECTOR_LEASES, "alarms", "recorder", "scheduler"].sort());
    const rows = await database.query("select 'collector:' || (17 % 16)::text as name");
    expect(rows).toEqual([{ name: "collector:1" }]);
  });

  test.skipIf(isMissing)("one holder at a time, with a token that grows", async () => {
    const first = await takeLease(database, "scheduler", "one", SHORT_MS);
    expect(first).toBe(1);
    expect(await takeLease(database, "scheduler", "two", LONG_MS)).toBeNull();
    await expect.poll(() => takeLease(database, "scheduler", "two", LONG_MS), soon).toBe(2);
    expect(await takeLease(database, "scheduler", "one", LONG_MS)).toBeNull();
    await releaseLeases(database, ["scheduler"], "one");
    expect(await takeLease(database, "scheduler", "one", LONG_MS)).toBeNull();
    await releaseLeases(database, ["scheduler"], "two");
    expect(await takeLease(database, "scheduler", "one", LONG_MS)).toBe(3);
    await releaseAllOf(database, "one");
  });

  test.skipIf(isMissing)("a renewal names what is still held; what ran out is not renewed", async () => {
    const names = ["collector:3", "collector:4"];
    const taken = await takeLeases(database, names, "one", LONG_MS);
    expect([...taken.keys()].sort()).toEqual(names);
    expect(await renewLeases(database, [...names, "collector:5"], "one", LONG_MS)).toEqual(taken);
    expect(await renewLeases(database, names, "two", LONG_MS)).toEqual(new Map());
    await renewLeases(database, ["collector:3"], "one", 1);
    await expect.poll(() => isLive("collector:3"), soon).toBe(false);
    expect(await renewLeases(database, names, "one", LONG_MS)).toEqual(
      new Map([["collector:4", taken.get("collector:4")]]),
    );
    await releaseAllOf(database, "one");
  });

  test.skipIf(isMissing)(
    "the effect of a former holder is refused, although it would go through without the fence",
    async () => {
      const token = await takeLease(database, "scheduler", "former", SHORT_MS);
      expect(await database.query(FENCED, ["scheduler", "former", token, "in time"])).toEqual([{ by: "in time" }]);
      await expect.poll(() => takeLease(database, "scheduler", "new", LONG_MS), soon).not.toBeNull();
      // The fault bites: nothing but the fence stops it.
      expect(await database.query("insert into effect (by) values ('stale, unfenced') returning by")).toHaveLength(1);
      expect(await database.query(FENCED, ["scheduler", "former", token, "stale"])).toEqual([]);
      // Neither does it help to know the new token, or to have run out without a successor.
      expect(await database.query(FENCED, ["scheduler", "former", (token ?? 0) + 1, "stale"])).toEqual([]);
      await releaseAllOf(database, "new");
      expect(await database.query(FENCED, ["scheduler", "new", (token ?? 0) + 1, "stale"])).toEqual([]);
      const rows = await database.query("select by from effect");
      expect(rows.map(({ by }) => by)).toEqual(["in time", "stale, unfenced"]);
    },
  );

  test.skipIf(isMissing)("a member is new or known, and forgotten after a day", async () => {
    await addMember(database, "host-1-aa");
    await addMember(database, "host-1-aa");
    expect(await takeLease(database, memberName("host-1-aa"), "host-1-aa", LONG_MS)).toBe(1);
    await database.query("update lease set expires_at = now() - interval '25 hours' where name = $1", [
      memberName("host-1-aa"),
    ]);
    await addMember(database, "host-2-bb");
    const names = (await readLeases(database)).map(({ name }) => name);
    expect(names).toContain(memberName("host-2-bb"));
    expect(names).not.toContain(memberName("host-1-aa"));
    expect(names.filter((name) => name.startsWith("collector:"))).toHaveLength(16);
  });
});

describe.skipIf(ENGINES[1]?.isMissing ?? true)("leases between transactions", () => {
  let url: string;
  let drop: () => Promise<void>;
  const clients: pg.Client[] = [];

  beforeAll(async () => {
    ({ url, drop } = await createFreshDatabase(serverUrl(), { timescale: false }));
    for (let i = 0; i < 6; i += 1) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      clients.push(client);
    }
    await clients[0]?.query("create table effect (by text, token bigint)");
  });
  afterAll(async () => {
    for (const client of clients) await client.end();
    await drop();
  });

  const on = (client: pg.Client) => ({
    query: async (text: string, values: readonly unknown[]) =>
      (await client.query<Record<string, unknown>>(text, [...values])).rows,
  });
  const [a, b] = [() => clients[0] as pg.Client, () => clients[1] as pg.Client];

  test("who asks at the same moment gets a lease once", async () => {
    const winners = await Promise.all(
      clients.map((client, i) => takeLeases(on(client), COLLECTOR_LEASES, `holder-${i}`, LONG_MS)),
    );
    const taken = winners.flatMap((tokens) => [...tokens.keys()]);
    expect(taken).toHaveLength(COLLECTOR_LEASES.length);
    expect(new Set(taken).size).toBe(COLLECTOR_LEASES.length);
  });

  test("a check that only reads lets a stale effect through; the fence makes the taker come later", async () => {
    /** Begins an effect of a holder of the lease: on a machine that is held back it may have run out, and is taken again. */
    const beginEffect = async (effect: string, by: string): Promise<void> => {
      const attempt = async () => {
        await a().query("rollback");
        const token = await takeLease(on(a()), "scheduler", "former", SHORT_MS);
        await a().query("begin");
        return (await a().query(effect, ["scheduler", "former", token, by])).rowCount;
      };
      await expect.poll(attempt, soon).toBe(1);
    };
    await beginEffect(
      `insert into effect select $4::text, $3::bigint where exists (
        select from lease where name = $1::text and holder = $2::text and token = $3::bigint and expires_at > clock_timestamp())`,
      "former",
    );
    await expect.poll(() => takeLease(on(b()), "scheduler", "new", SHORT_MS), soon).not.toBeNull();
    await b().query("insert into effect select 'new', token from lease where name = 'scheduler'");
    await a().query("commit");
    const naiveRows = await b().query("select by from effect where by = 'former'");
    expect(naiveRows.rowCount).toBe(1);

    await beginEffect(`with ${FENCE_SQL} insert into effect select $4::text, $3::bigint from fence`, "fenced");
    await new Promise((resolve) => setTimeout(resolve, 2 * SHORT_MS));
    // Run out by now, but its effect is under way: nobody gets it before that is decided.
    expect(await takeLease(on(b()), "scheduler", "new", SHORT_MS)).toBeNull();
    await a().query("commit");
    expect(await takeLease(on(b()), "scheduler", "new", SHORT_MS)).not.toBeNull();
  });
});
