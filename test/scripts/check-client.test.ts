import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);

describe("the check of the generated types", () => {
  const COMMITTED = "dashboard/client/openapi.ts";
  const folder = mkdtempSync(join(tmpdir(), "antbox-client-"));
  const file = join(folder, "openapi.ts");
  const check = (...args: string[]) => run(process.execPath, ["scripts/check-client.ts", "--file", file, ...args]);

  beforeAll(() => writeFileSync(file, readFileSync(COMMITTED, "utf8").replace("postUsers: {", "postPeople: {")));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("fails on a line that the routes do not give, and puts it right", async () => {
    await expect(check()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("--write") });
    await check("--write");
    expect(readFileSync(file, "utf8")).toBe(readFileSync(COMMITTED, "utf8"));
  });
});
