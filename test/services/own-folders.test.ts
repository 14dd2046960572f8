import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepTemplate } from "./fresh-pglite.ts";
import { removeLeft } from "./temp-folder.ts";

const NOW_MS = Date.parse("2026-11-26T08:00:00.000Z");
const MINUTE_MS = 60_000;
/** More than any system gives out. */
const NOBODY = 99_999_999;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "antbox-own-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function make(name: string, ageMinutes: number): void {
  const at = new Date(NOW_MS - ageMinutes * MINUTE_MS);
  mkdirSync(path.join(folder, name, "base"), { recursive: true });
  utimesSync(path.join(folder, name), at, at);
}

test("of the templates the present one stays, and those that another process may be copying", () => {
  make("pglite-present", 1_000);
  make("pglite-former", 11);
  make("pglite-elsewhere", 9);
  make("pglite-former.123", 11);
  make("timescale", 1_000);
  keepTemplate(folder, "pglite-present", NOW_MS);
  expect(readdirSync(folder).sort()).toEqual(["pglite-elsewhere", "pglite-present", "timescale"]);
  // It was just used, which keeps it from a process whose migrations differ.
  keepTemplate(folder, "pglite-elsewhere", NOW_MS + 5 * MINUTE_MS);
  expect(readdirSync(folder)).toContain("pglite-present");
});

test("folders of runs that were killed go, those of runs that go on stay", () => {
  make(`antbox-tests-${NOBODY}-AbCdEf`, 61);
  make(`antbox-tests-${NOBODY}-GhIjKl`, 59);
  make(`antbox-tests-${process.pid}-AbCdEf`, 1_000);
  make("antbox-data-AbCdEf", 1_000);
  removeLeft(folder, NOW_MS);
  const left = [`antbox-data-AbCdEf`, `antbox-tests-${process.pid}-AbCdEf`, `antbox-tests-${NOBODY}-GhIjKl`];
  expect(readdirSync(folder).sort()).toEqual(left.sort());
});

test("what this test makes in the temp folder lies in the folder of the run", () => {
  expect(path.basename(tmpdir())).toMatch(/^antbox-tests-\d+-/);
});
