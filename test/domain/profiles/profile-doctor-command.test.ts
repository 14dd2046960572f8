import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { changed, healthy } from "./recorded-replies.ts";

const SCRIPT = fileURLToPath(new URL("../../../scripts/profile-doctor.ts", import.meta.url));
const PROFILE = fileURLToPath(new URL("../../../domain/profiles/x-nested-x10.json", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "profile-doctor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function doctor(args: string[], input?: unknown) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], {
    input: input === undefined ? "" : JSON.stringify(input),
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

function fileWith(name: string, json: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(json));
  return file;
}

test("a good reply from a file: a table, exit code 0", () => {
  const { status, stdout } = doctor(["bitmain-antbox-hk3", fileWith("good.json", healthy("bitmain-antbox-hk3"))]);
  expect(stdout).toMatch(/supply_pressure_kpa +290/);
  expect(stdout).toContain("ok   heat_balance");
  expect(status).toBe(0);
});

test("a bad one from standard input: the failed check in Chinese, exit code 1", () => {
  const { status, stdout } = doctor(
    ["x-nested-x10", "--lang", "zh-CN"],
    changed(healthy("x-nested-x10"), ["status", "data", "gy", "gyyl"], 29_000),
  );
  expect(stdout).toContain("FAIL range                超出极限:supply_pressure_kpa 29000 kPa");
  expect(status).toBe(1);
});

test("JSON for programs", () => {
  const { status, stdout } = doctor(["x-flat-strings", "--json"], healthy("x-flat-strings")["status"]);
  expect(JSON.parse(stdout).snapshot.values.supply_temp_c).toBe(35.1);
  expect(status).toBe(0);
});

test("--rank finds the profile, and says so when none fits", () => {
  const found = doctor(["--rank"], healthy("x-nested-x10")["status"]);
  expect([found.status, found.stdout.split(" ")[0]]).toEqual([0, "x-nested-x10"]);
  expect(doctor(["--rank"], { hello: 1 }).status).toBe(1);
});

test("a profile file that an author is writing", () => {
  const draft = JSON.parse(readFileSync(PROFILE, "utf8"));
  expect(doctor([fileWith("mine.json", draft)], healthy("x-nested-x10")).status).toBe(0);
  const broken = doctor(
    [fileWith("broken.json", changed(draft, ["map", "supply_temp_c"], undefined))],
    healthy("x-nested-x10"),
  );
  expect(broken.stderr).toContain(
    "broken.json: map.supply_temp_c: core point is neither mapped nor listed under absent",
  );
  expect(broken.status).toBe(2);
});

test.for([
  { args: [], says: "which profile?" },
  { args: ["no-such"], says: 'there is no profile "no-such"' },
  { args: ["x-nested-x10", "/no/such/file"], says: "cannot read /no/such/file" },
  { args: ["x-nested-x10", "--wrong"], says: "--wrong" },
  { args: ["x-nested-x10"], says: "standard input is not JSON" },
])("wrong use $args: one line, the usage, exit code 2", ({ args, says }) => {
  const { status, stderr } = doctor(args);
  expect(stderr).toContain(says);
  expect(stderr).toContain("usage: ");
  expect(status).toBe(2);
});
