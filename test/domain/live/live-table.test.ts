import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeDeltaBody, encodeFullBody, stampDelta, stampFull } from "../../../domain/live/encode-frame.ts";
import { OVERVIEW_POINTS, type ServerFrame } from "../../../domain/live/live-frame.ts";
import { applyFrame, createLiveTable, decodeFrame, type LiveTable } from "../../../domain/live/live-table.ts";
import { activeFaults } from "../../../domain/points/fault-labels.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { aSnapshot, T0_MS } from "../../api/builders.ts";

const AT = "2026-11-23T08:00:00.000Z";
const SITES = ["site-001", "site-002", "site-003", "site-004"];
const layout = { epoch: "e1", view: "overview" as const, sites: SITES, points: OVERVIEW_POINTS };

function frameOf(text: string): ServerFrame {
  const frame = decodeFrame(text);
  if (!frame) throw new Error(`not a frame: ${text.slice(0, 200)}`);
  return frame;
}
const full = (seq: number, snapshots: readonly (Snapshot | undefined)[]) =>
  frameOf(stampFull(encodeFullBody(layout, seq, snapshots), AT));
const delta = (seq: number, index: readonly number[], snapshots: readonly Snapshot[]) =>
  frameOf(stampDelta(encodeDeltaBody(layout, seq, index, snapshots), AT));

/** What the table must hold of a snapshot: the view's points, rounded to the third figure behind the point at least. */
function expectRow(table: LiveTable, siteId: string, snapshot: Snapshot | undefined) {
  const row = table.rows.get(siteId);
  expect(row?.collectedAtMs).toBe(snapshot ? Date.parse(snapshot.collectedAt) : null);
  expect(row?.slotMs).toBe(snapshot ? Date.parse(snapshot.slot) : null);
  expect(row?.faults).toEqual(snapshot ? activeFaults(snapshot.values, snapshot.faults) : []);
  for (const point of OVERVIEW_POINTS) {
    const value = snapshot?.values[point] ?? null;
    const shown = row?.values[point];
    if (typeof value === "number") expect(shown).toBeCloseTo(value, 2);
    else expect(shown).toBe(value);
    expect(row?.quality[point]).toBe(snapshot?.quality[point]);
  }
}

const value = fc.oneof(fc.constant(null), fc.double({ min: -100, max: 5000, noNaN: true }), fc.constant(35.1));
const flag = fc.oneof(fc.constant(null), fc.boolean());
const mark = fc.constantFrom("missing", "out_of_range", "frozen", undefined);
const anySnapshot = (siteId: string) =>
  fc
    .record({
      supply: value,
      power: value,
      pump: flag,
      leak: flag,
      mark,
      slots: fc.integer({ min: 0, max: 500 }),
      faults: fc.subarray(["spray_pump_fault", "power_fault"]),
    })
    .map((given) =>
      aSnapshot(
        siteId,
        {
          values: {
            supply_temp_c: given.supply,
            total_power_kw: given.power,
            circulation_pump_running: given.pump,
            leak_detected: given.leak,
          },
          quality: given.mark ? { supply_temp_c: given.mark } : {},
          faults: given.faults,
        },
        T0_MS + given.slots * 60_000,
      ),
    );
const anyRound = fc.tuple(...SITES.map((siteId) => fc.option(anySnapshot(siteId), { nil: undefined })));

test("whatever moves, a table that gets every frame holds what the server holds", () => {
  fc.assert(
    fc.property(anyRound, fc.array(anyRound, { maxLength: 5 }), (start, rounds) => {
      const table = createLiveTable();
      const latest: (Snapshot | undefined)[] = [...start];
      expect(applyFrame(table, full(1, latest)).kind).toBe("applied");
      let seq = 1;
      for (const round of rounds) {
        const moved = round.flatMap((snapshot, place) => (snapshot ? [{ snapshot, place }] : []));
        if (moved.length === 0) continue;
        seq += 1;
        for (const { snapshot, place } of moved) latest[place] = snapshot;
        const applied = applyFrame(
          table,
          delta(
            seq,
            moved.map(({ place }) => place),
            moved.map(({ snapshot }) => snapshot),
          ),
        );
        expect(applied).toEqual({ kind: "applied", siteIds: moved.map(({ place }) => SITES[place]) });
      }
      expect(table.seq).toBe(seq);
      for (const [place, siteId] of SITES.entries()) expectRow(table, siteId, latest[place]);
    }),
    { numRuns: 100 },
  );
});

const healthy = SITES.map((siteId) => aSnapshot(siteId));

test("a lost delta, another epoch or a heartbeat ahead is a gap, and the rows stay as they were", () => {
  const table = createLiveTable();
  applyFrame(table, full(5, healthy));
  const before = new Map(table.rows);
  const moved = [aSnapshot("site-001", { values: { supply_temp_c: 99 } }, T0_MS + 60_000)];
  expect(applyFrame(table, delta(7, [0], moved))).toEqual({ kind: "gap" });
  expect(applyFrame(table, { ...delta(6, [0], moved), epoch: "e2" } as ServerFrame)).toEqual({ kind: "gap" });
  expect(applyFrame(table, { type: "heartbeat", epoch: "e1", seq: 6, at: AT })).toEqual({ kind: "gap" });
  expect(new Map(table.rows)).toEqual(before);
  expect(applyFrame(table, { type: "heartbeat", epoch: "e1", seq: 5, at: AT })).toEqual({ kind: "ignored" });
  expect(applyFrame(table, delta(5, [0], moved))).toEqual({ kind: "ignored" });
  expect(applyFrame(table, delta(6, [0], moved)).kind).toBe("applied");
  expect(table.rows.get("site-002")).toBe(before.get("site-002"));
});

test("a delta that does not fit the table is a gap, not half a row", () => {
  const table = createLiveTable();
  applyFrame(table, full(1, healthy));
  const good = delta(2, [0, 1], [aSnapshot("site-001"), aSnapshot("site-002")]);
  if (good.type !== "delta") throw new Error("no delta");
  expect(applyFrame(table, { ...good, index: [0, 9] })).toEqual({ kind: "gap" });
  expect(applyFrame(table, { ...good, columns: good.columns.slice(1) })).toEqual({ kind: "gap" });
  expect(
    applyFrame(table, { ...good, columns: good.columns.map((column, i) => (i === 0 ? [1, 2, 3] : column)) }),
  ).toEqual({ kind: "gap" });
  expect(table.seq).toBe(1);
});

test("a full frame of a smaller inventory removes the rows of sites that are gone", () => {
  const table = createLiveTable();
  applyFrame(table, full(1, healthy));
  const small = { ...layout, epoch: "e2", sites: ["site-003"] };
  applyFrame(table, frameOf(stampFull(encodeFullBody(small, 1, [aSnapshot("site-003")]), AT)));
  expect([...table.rows.keys()]).toEqual(["site-003"]);
});

test("what is no frame is nothing", () => {
  for (const text of ["", "{", "null", "[]", '{"type":"full"}', '{"type":"delta","seq":"1"}'])
    expect(decodeFrame(text)).toBeNull();
});

test("a round of 150 sites in which nearly every number changed stays below 11 KB", () => {
  const sites = Array.from({ length: 150 }, (_, i) => `site-${String(i + 1).padStart(3, "0")}`);
  const snapshots = sites.map((siteId, i) =>
    aSnapshot(siteId, {
      values: {
        supply_temp_c: 34 + (i % 37) / 10,
        return_temp_c: 40 + (i % 41) / 10,
        supply_temp_setpoint_c: 35,
        supply_pressure_kpa: 210 + (i % 31),
        return_pressure_kpa: 110 + (i % 29),
        supply_flow_m3h: 52 + (i % 53) / 10,
        container_temp_c: 28 + (i % 43) / 10,
        total_power_kw: 980 + (i % 997) / 10,
        hashrate_th: 29_000 + i * 7,
        miners_online: 200 + (i % 10),
        chip_temp_max_c: 70 + (i % 59) / 10,
        circulation_pump_running: true,
        leak_detected: false,
        tank_level_low: false,
      },
      quality: {},
      faults: [],
    }),
  );
  const body = encodeDeltaBody(
    { ...layout, sites },
    2,
    sites.map((_, i) => i),
    snapshots,
  );
  expect(stampDelta(body, AT).length).toBeLessThan(11_000);
});
