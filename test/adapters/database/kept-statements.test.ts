import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { serverUrl } from "./engines.ts";

const CHILD = fileURLToPath(new URL("./kept-statements-child.ts", import.meta.url));

test.skipIf(inject("databaseUrl") === null)(
  "a statement leaves nothing behind that stays until everything that is alive is looked through",
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [CHILD, serverUrl()]);
    const { driver, ours } = JSON.parse(stdout) as { driver: number; ours: number };
    // By the driver's own promise all of it stays: the query, its values, its rows.
    expect(driver).toBeGreaterThan(1_000);
    expect(ours).toBeLessThan(200);
  },
);
