import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { ensureDays } from "../../../adapters/database/partitions.ts";
import { saveSamples } from "../../../adapters/database/sample-repository.ts";
import { sortClosedDays } from "../../../adapters/database/sort-days.ts";
import { ENGINES, type OpenedEngine } from "./engines.ts";
import { addSites, aSnapshot } from "./snapshots.ts";

vi.setConfig({ testTimeout: 120_000 });
const DAY_MS = 86_400_000;
const SITES = 20;
const ROUNDS = 40;
/** Noon: neither yesterday nor today changes while the test runs. */
const NOON_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2;
const signal = new AbortController().signal;

describe.for(ENGINES)("closed days on $name", ({ isMissing, open }) => {
  let opened: OpenedEngine;
  let database: Database;
  const it = test.skipIf(isMissing);

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    database = opened.database;
    await addSites(database, SITES);
    for (const days of [2, 1, 0]) await storeRounds(NOON_MS - days * DAY_MS);
  });
  afterAll(() => opened?.dispose());

  /** Round by round, as they come in. */
  async function storeRounds(firstMs: number): Promise<void> {
    if (database.engine.ownPartitions) await ensureDays(database, [new Date(firstMs).toISOString().slice(0, 10)]);
    for (let round = 0; round < ROUNDS; round += 1) {
      const slot = new Date(firstMs + round * 60_000).toISOString();
      const samples = Array.from({ length: SITES }, (_, index) => ({
        siteNumber: index + 1,
        profileNumber: 1,
        snapshot: aSnapshot({ slot, collectedAt: slot }),
      }));
      await saveSamples(database, samples);
    }
  }

  /** How often, going through a day as it lies on the disk, the next row is of another site. */
  async function changesOfSite(daysAgo: number): Promise<number> {
    const from = new Date(NOON_MS - daysAgo * DAY_MS - DAY_MS / 2).toISOString();
    const [row] = await database.query(
      `select count(*)::int as changes from (
         select site_id <> lag(site_id) over (order by tableoid, ctid) as is_other from sample
         where slot >= $1::timestamptz and slot < $1::timestamptz + interval '1 day') as rows where is_other`,
      [from],
    );
    return Number(row?.["changes"]);
  }

  const allRows = async (): Promise<unknown> =>
    (
      await database.query(
        "select count(*)::int as n, md5(string_agg(s::text, '|' order by site_id, slot)) as h from sample s",
      )
    )[0];

  it("are written site by site, once; the present day is left alone, and no row changes", async () => {
    const unsorted = SITES * ROUNDS - 1;
    expect(await changesOfSite(1)).toBe(unsorted);
    const before = await allRows();
    const { sorted, skipped } = await sortClosedDays(database, { nowMs: NOON_MS, signal });
    expect([sorted.length, skipped.length]).toEqual([2, 0]);
    expect([await changesOfSite(2), await changesOfSite(1), await changesOfSite(0)]).toEqual([
      SITES - 1,
      SITES - 1,
      unsorted,
    ]);
    expect(await allRows()).toEqual(before);
    expect(await sortClosedDays(database, { nowMs: NOON_MS, signal })).toEqual({ sorted: [], skipped: [] });
  });

  it("are told apart only when their last hour is over", async () => {
    const soon = { nowMs: NOON_MS + DAY_MS / 2 + 1_800_000, signal };
    expect((await sortClosedDays(database, soon)).sorted).toEqual([]);
    const later = { nowMs: NOON_MS + DAY_MS / 2 + 3_600_000, signal };
    expect((await sortClosedDays(database, later)).sorted).toHaveLength(1);
  });
});
