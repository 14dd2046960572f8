import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDerivedMemory, type DerivedMemory } from "../../../adapters/database/derived-memory.ts";
import { saveSamples } from "../../../adapters/database/sample-repository.ts";
import { createNumberResolver } from "../../../adapters/database/site-numbers.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { ENGINES, type OpenedEngine } from "./engines.ts";
import { addSites, aSnapshot } from "./snapshots.ts";

const MINUTE = 60_000;
/** A minute of yesterday, so that all slots of a test have a partition and lie within a day. */
const T0 = Math.floor(Date.now() / MINUTE) * MINUTE - 10 * 3_600_000;

function round(siteId: string, minute: number): Snapshot {
  const slot = new Date(T0 + minute * MINUTE).toISOString();
  const values = { makeup_pump_running: minute % 20 < 3, circulation_pump_running: minute % 50 < 45 };
  return aSnapshot({ siteId, slot, values });
}

function extend(memory: DerivedMemory, snapshot: Snapshot): Snapshot {
  memory.extend(snapshot);
  return snapshot;
}

const figuresOf = ({ values, quality }: Snapshot) => [
  values.makeup_pump_starts_24h,
  values.circulation_pump_run_hours,
  quality["makeup_pump_starts_24h"],
];

describe.for(ENGINES.filter(({ isMissing }) => !isMissing))("$name", (engine) => {
  let opened: OpenedEngine;
  const open: DerivedMemory[] = [];
  let sites: string[] = [];

  beforeAll(async () => {
    opened = await engine.open();
    await opened.database.whenReady();
    sites = await addSites(opened.database, 4);
  });
  afterAll(async () => {
    for (const memory of open) await memory.close();
    await opened.dispose();
  });

  function createMemory(): DerivedMemory {
    const memory = createDerivedMemory({
      database: opened.database,
      intervalOf: () => 60,
      log: recordedLog(),
      gatherMs: 5,
    });
    open.push(memory);
    return memory;
  }

  async function store(snapshots: readonly Snapshot[]): Promise<void> {
    const numbers = createNumberResolver(opened.database);
    const siteNumbers = await numbers.sites(snapshots.map(({ siteId }) => siteId));
    const profiles = await numbers.profiles(snapshots.map(({ profile }) => profile));
    await saveSamples(
      opened.database,
      snapshots.map((snapshot) => ({
        siteNumber: siteNumbers.get(snapshot.siteId) ?? 0,
        profileNumber: profiles.get(snapshot.profile) ?? 0,
        snapshot,
      })),
    );
  }

  /** What a process that never stopped would have said. */
  async function withoutRestart(siteId: string, minutes: number): Promise<unknown[]> {
    const memory = createMemory();
    await memory.restore([siteId]);
    const figures: unknown[] = [];
    for (let minute = 0; minute < minutes; minute += 1) figures.push(figuresOf(extend(memory, round(siteId, minute))));
    return figures;
  }

  test("a restart changes nothing: saved at the end, or rebuilt from samples after a crash", async () => {
    const [first = "", saved = "", crashed = ""] = sites;
    const expected = await withoutRestart(first, 200);
    for (const [siteId, endsWell] of [
      [saved, true],
      [crashed, false],
    ] as const) {
      const figures: unknown[] = [];
      for (const [from, to] of [
        [0, 77],
        [77, 130],
        [130, 200],
      ] as const) {
        const memory = createMemory();
        await memory.restore([siteId]);
        const rounds = Array.from({ length: to - from }, (_, n) => extend(memory, round(siteId, from + n)));
        figures.push(...rounds.map(figuresOf));
        await store(rounds);
        if (endsWell) await memory.close();
      }
      expect(figures, siteId).toEqual(expected);
    }
  });

  test("rounds that came before the stored part was read are joined to it", async () => {
    const siteId = sites[3] ?? "";
    const before = createMemory();
    await before.restore([siteId]);
    const rounds = Array.from({ length: 60 }, (_, minute) => extend(before, round(siteId, minute)));
    await store(rounds);
    await before.close();

    const memory = createMemory();
    const early = extend(memory, round(siteId, 60));
    expect(early.values.circulation_pump_run_hours).toBeNull();
    expect(early.quality["circulation_pump_run_hours"]).toBe("missing");
    await expect
      .poll(() => figuresOf(extend(memory, round(siteId, 60)))[1], { timeout: 10_000 })
      .toBeCloseTo(figuresOf(extend(before, round(siteId, 60)))[1] as number, 4);
    expect(figuresOf(extend(memory, round(siteId, 61)))).toEqual(figuresOf(extend(before, round(siteId, 61))));
  });

  test("a replay gives the same figures, and so does what another process has stored meanwhile", async () => {
    const [siteId = ""] = await addSites(opened.database, 1);
    const ours = createMemory();
    await ours.restore([siteId]);
    const known = Array.from({ length: 30 }, (_, n) => extend(ours, round(siteId, 300 + n)));
    expect(known.map(({ slot }, n) => [slot, figuresOf(extend(ours, round(siteId, 300 + n)))])).toEqual(
      known.map((snapshot) => [snapshot.slot, figuresOf(snapshot)]),
    );
    const theirs = createMemory();
    await store(known);
    await theirs.restore([siteId]);
    const meanwhile = Array.from({ length: 60 }, (_, n) => extend(theirs, round(siteId, 330 + n)));
    await store(meanwhile);
    const expected = figuresOf(extend(theirs, round(siteId, 390)));
    extend(ours, round(siteId, 390));
    await expect.poll(() => figuresOf(extend(ours, round(siteId, 390))), { timeout: 10_000 }).toEqual(expected);
  });
});

test("without a database it goes on, says so once, and has no run hours", async () => {
  const log = recordedLog();
  const away = () => Promise.reject(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
  const database = { query: away } as unknown as OpenedEngine["database"];
  const memory = createDerivedMemory({ database, intervalOf: () => 60, log, gatherMs: 1 });
  await memory.restore(["site-001"]);
  await memory.restore(["site-001"]);
  const snapshot = extend(memory, round("site-001", 1));
  expect(figuresOf(snapshot)).toEqual([0, null, "estimated"]);
  await memory.close();
  expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
});
