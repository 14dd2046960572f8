import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FROM_MS, storeHistory, TO_MS } from "../adapters/alarms/recorded-history.ts";
import { ENGINES, type OpenedEngine } from "../adapters/database/engines.ts";
import { aRule } from "../domain/alarms/fleet-under-test.ts";

const postgres = ENGINES.find(({ name }) => name === "plain PostgreSQL");
const STRETCH = ["--from", new Date(FROM_MS).toISOString(), "--to", new Date(TO_MS).toISOString()];
const warm = aRule({ kind: "limit", point: "supply_temp_c", op: ">=", limit: 37 }, { id: "warm" });

describe.skipIf(postgres?.isMissing !== false)("npm run backtest", { timeout: 60_000 }, () => {
  let opened: OpenedEngine;
  let folder: string;
  beforeAll(async () => {
    if (!postgres) throw new Error("no such engine");
    opened = await postgres.open();
    await opened.database.whenReady();
    await storeHistory(opened.database);
    folder = mkdtempSync(join(tmpdir(), "antbox-backtest-command-"));
  });
  afterAll(async () => {
    await opened?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  function run(...args: string[]): Promise<{ code: number; text: string }> {
    const env = {
      PATH: process.env["PATH"] ?? "",
      DATA_DIR: folder,
      DATABASE_URL: opened.url ?? "",
      SECRET_KEY: Buffer.alloc(32, 3).toString("base64"),
    };
    return new Promise((done) => {
      const child = execFile(
        process.execPath,
        [resolve("scripts/backtest.ts"), ...args],
        { env },
        (_error, stdout, stderr) => done({ code: child.exitCode ?? -1, text: stdout + stderr }),
      );
    });
  }

  function ruleFile(name: string, ...rules: readonly object[]): string {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify({ rules }));
    return file;
  }

  test("two hours are too little to judge a budget by, and are shown all the same", async () => {
    const { code, text } = await run("--rules", ruleFile("warm.json", warm), ...STRETCH);
    expect(text).toMatch(/history +\d+ snapshots of 6 sites[\s\S]*warm[\s\S]*nothing can be said/);
    expect(code).toBe(2);
  });

  test("compares with other rules, as JSON", async () => {
    const hot = { ...warm, condition: { kind: "limit", point: "supply_temp_c", op: ">=", limit: 41 } };
    const files = ["--rules", ruleFile("hot.json", hot), "--compare", ruleFile("old.json", warm)];
    const { text } = await run(...files, "--json", ...STRETCH);
    const { result, difference } = JSON.parse(text.split("\n")[0] ?? "");
    expect(result.firings).toBeGreaterThan(0);
    expect(difference.onlyBefore).toBeGreaterThan(0);
  });

  test.for([
    { args: ["--budget", "none"], text: /--budget "none" must be a number/ },
    { args: ["--from", "yesterday"], text: /--from "yesterday" must be an ISO 8601 time/ },
    { args: ["--only", "nobody"], text: /no rule has the id "nobody"/ },
    { args: ["--rules", "/nowhere.json"], text: /ENOENT/ },
    { args: ["--what"], text: /usage: npm run backtest/ },
  ])("$args is refused", async ({ args, text }) => {
    const answer = await run(...args);
    expect([answer.code, answer.text]).toEqual([2, expect.stringMatching(text)]);
  });
});
