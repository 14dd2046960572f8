import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAudit } from "../../../adapters/audit/create-audit.ts";
import { deriveKey } from "../../../adapters/security/derive-key.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { ENGINES, type OpenedEngine } from "../database/engines.ts";
import { recordMany } from "./audit-under-test.ts";
import { asInsider, setHead } from "./tamper.ts";

const KEY = Buffer.alloc(32, 3);
const postgres = ENGINES.find(({ name }) => name === "plain PostgreSQL");

describe.skipIf(postgres?.isMissing !== false)("npm run audit", { timeout: 60_000 }, () => {
  let opened: OpenedEngine;
  let dataDir: string;
  beforeAll(async () => {
    if (!postgres) throw new Error("no such engine");
    opened = await postgres.open();
    await opened.database.whenReady();
    dataDir = mkdtempSync(join(tmpdir(), "antbox-audit-command-"));
    const seeds = [deriveKey(KEY, "audit-checkpoints")] as const;
    const audit = createAudit({ database: opened.database, dataDir, seeds, isActive: () => true, log: recordedLog() });
    await recordMany(audit, 20);
    await audit.checkpointer.checkpoint();
    await audit.close();
  });
  afterAll(async () => {
    await opened?.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  });

  function run(
    args: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number; text: string }> {
    const env = {
      PATH: process.env["PATH"] ?? "",
      DATA_DIR: dataDir,
      DATABASE_URL: opened.url ?? "",
      SECRET_KEY: KEY.toString("base64"),
      ...more,
    };
    return new Promise((done) => {
      const child = execFile(
        process.execPath,
        [resolve("scripts/audit.ts"), ...args],
        { env },
        (_error, stdout, stderr) => {
          done({ code: child.exitCode ?? -1, text: stdout + stderr });
        },
      );
    });
  }

  test("verify says how many rows, how fast, and that they are good", async () => {
    const { code, text } = await run(["verify"]);
    expect(text).toMatch(/rows +20\nrate +\d+ rows\/s\ncheckpoint +row 20, \S+: good\npublic key +\S+\nresult +good/);
    expect(code).toBe(0);
  });

  test("an export is verified by whoever has the public key and the checkpoints", async () => {
    const file = join(dataDir, "export.jsonl");
    expect((await run(["export", "--format", "json", "--to", file])).code).toBe(0);
    const key = (await run(["key"])).text.trim();
    const checkpoints = join(dataDir, "audit-checkpoints.jsonl");
    const verify = ["verify", "--from", file, "--public-key", key, "--checkpoints", checkpoints];
    // Neither a database nor a secret.
    const nothing = { DATABASE_URL: "", SECRET_KEY: "", DATA_DIR: "" };
    const good = await run(verify, nothing);
    expect(good.text).toMatch(/rows +21[\s\S]*row 20, \S+: good[\s\S]*result +good/);
    expect(good.code).toBe(0);
    writeFileSync(file, readFileSync(file, "utf8").replace('"n":7', '"n":8'));
    const bad = await run(verify, nothing);
    expect(bad.text).toContain("FIRST BAD   row 7");
    expect(bad.code).toBe(1);
    expect((await run(["export"])).text.split("\r\n")).toHaveLength(24);
  });

  test("verify names the first bad row and ends with 1, until a person accepts", async () => {
    await asInsider(opened.url ?? "", async (client) => {
      await client.query("delete from audit.entry where seq > 18");
      await setHead(client);
    });
    const { code, text } = await run(["verify"]);
    expect(text).toMatch(/NOT GOOD[\s\S]*FIRST BAD +row 19/);
    expect(code).toBe(1);
    expect((await run(["accept"])).code).toBe(2);
    expect((await run(["accept", "--reason", "restored on purpose"])).text).toContain("goes on from row 19");
    expect((await run(["verify"])).code).toBe(0);
  });

  test("wrong use and a missing database end with 2", async () => {
    expect(await run([])).toMatchObject({ code: 2, text: expect.stringContaining("usage") });
    expect(await run(["shred"])).toMatchObject({ code: 2, text: expect.stringContaining('"shred"') });
    expect(await run(["export", "--format", "xml"])).toMatchObject({ code: 2 });
    expect(await run(["verify", "--from", "x.jsonl"])).toMatchObject({
      code: 2,
      text: expect.stringContaining("--public-key"),
    });
    expect(await run(["verify"], { DATABASE_URL: "" })).toMatchObject({
      code: 2,
      text: expect.stringContaining("no embedded database"),
    });
    expect(await run(["verify"], { DATABASE_URL: "postgres://nobody@127.0.0.1:9/none" })).toMatchObject({ code: 2 });
  });
});
