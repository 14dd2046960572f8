import { describe, expect, test } from "vitest";
import {
  type ImportColumns,
  type ImportProblem,
  readImportHeader,
  readImportRow,
} from "../../../domain/telemetry/import-row.ts";

const NOW = Date.parse("2026-03-01T08:00:00.000Z");
const LIMITS = { isSite: (id: string) => id === "site-001", newestMs: NOW, oldestMs: NOW - 400 * 86_400_000 };
const TIME = "2026-02-01T08:00:00Z";

function columnsOf(...names: string[]): ImportColumns {
  const columns = readImportHeader(names, 1);
  if (Array.isArray(columns)) throw new Error(JSON.stringify(columns));
  return columns;
}

function problemsOf(fields: readonly string[], ...points: string[]): ImportProblem[] {
  const row = readImportRow(fields, 7, columnsOf("site", "time", ...points), LIMITS);
  return Array.isArray(row) ? row : [];
}

describe("the first line", () => {
  test.each([
    [["site", "time", "supply_temp"], "supply_temp", /a point of the catalogue/],
    [["site", "time", "constructor"], "constructor", /a point of the catalogue/],
    [["site", "time", "supply_temp_c", "supply_temp_c"], "supply_temp_c", /once/],
    [["site", "time", "coolant_ph"], "coolant_ph", /lab reading/],
    [["site", "time", "miners_expected"], "miners_expected", /comes from the inventory/],
    [["site", "time", "poll_latency_ms"], "poll_latency_ms", /comes from the collector/],
    [["site", "supply_temp_c"], "site,supply_temp_c", /"time"/],
    [["time", "supply_temp_c"], "time,supply_temp_c", /"site"/],
    [["site", "time"], "site,time", /at least one column/],
  ])("%j is refused and named", (names, value, allowed) => {
    const problems = readImportHeader(names, 1);
    expect(problems).toContainEqual({ line: 1, field: "header", value, allowed: expect.stringMatching(allowed) });
  });
});

describe("a line", () => {
  test("becomes a snapshot: values by type, empty fields left out, derived points computed", () => {
    const names = ["time", "site", "supply_temp_c", "return_temp_c", "circulation_pump_running", "running_mode"];
    const columns = columnsOf(...names, "supply_pressure_kpa");
    const fields = ["2026-02-01 12:00:00+04:00", "site-001", "35.1", " 43.3 ", "ON", "auto", ""];
    expect(readImportRow(fields, 2, columns, LIMITS)).toEqual({
      siteId: "site-001",
      slot: "2026-02-01T08:00:00.000Z",
      collectedAt: "2026-02-01T08:00:00.000Z",
      profile: "csv-import@1",
      values: {
        supply_temp_c: 35.1,
        return_temp_c: 43.3,
        circulation_pump_running: true,
        running_mode: "auto",
        delta_temp_k: 8.2,
      },
      quality: {},
      faults: [],
      unmapped: [],
      attempts: 1,
      latencyMs: 0,
    });
  });

  test.each([
    [["site-009", TIME, "35"], "site", "site-009", /site of the inventory/],
    [["__proto__", TIME, "35"], "site", "__proto__", /site of the inventory/],
    [["site-001", "2026-02-01T08:00:00", "35"], "time", "2026-02-01T08:00:00", /with a zone/],
    [["site-001", "2026-02-30T08:00:00Z", "35"], "time", "2026-02-30T08:00:00Z", /with a zone/],
    [["site-001", "1767225600", "35"], "time", "1767225600", /with a zone/],
    [["site-001", "2026-03-01T08:00:01Z", "35"], "time", "2026-03-01T08:00:01Z", /future/],
    [["site-001", "2024-01-01T00:00:00Z", "35"], "time", "2024-01-01T00:00:00Z", /not be before 2025-01/],
    [["site-001", TIME, "NaN"], "supply_temp_c", "NaN", /must be a number/],
    [["site-001", TIME, "Infinity"], "supply_temp_c", "Infinity", /must be a number/],
    [["site-001", TIME, "1e999"], "supply_temp_c", "1e999", /must be a number/],
    [["site-001", TIME, "0x23"], "supply_temp_c", "0x23", /must be a number/],
    [["site-001", TIME, "35,1"], "supply_temp_c", "35,1", /decimal point/],
    [["site-001", TIME, "350"], "supply_temp_c", "350", /from -40 to 120/],
    [["site-001", TIME], "line", "2 fields", /must have 3 fields/],
    [["site-001", TIME, "1", "2"], "line", "4 fields", /must have 3 fields/],
    [["site-001", TIME, " "], "line", "no values", /at least one value/],
  ])("%j is refused and named", (fields, field, value, allowed) => {
    const expected = { line: 7, field, value, allowed: expect.stringMatching(allowed) };
    expect(problemsOf(fields, "supply_temp_c")).toEqual([expected]);
  });

  test("all that is wrong with it is named, long values shortened", () => {
    const problems = problemsOf(["x".repeat(100), "y", "maybe", "warp"], "leak_detected", "running_mode");
    expect(problems.map(({ field }) => field)).toEqual(["site", "time", "leak_detected", "running_mode"]);
    expect(problems[0]?.value).toBe(`${"x".repeat(40)}…`);
    expect(problems[3]?.allowed).toMatch(/auto, manual/);
  });
});
