import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";

const CHILD = fileURLToPath(new URL("./tell-platform-child.ts", import.meta.url));

/** @returns what came to a gateway that spoke to a platform which had just been killed */
async function whatCame(way: "ours" | "plain"): Promise<string> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "tell-platform-")), "came");
  spawn(process.execPath, [CHILD, "platform", way, file], { stdio: "ignore" });
  return vi.waitFor(() => readFileSync(file, "utf8") || Promise.reject(new Error("nothing yet")), {
    timeout: 20_000,
    interval: 50,
  });
}

test("a gateway that speaks to a platform which has just ended hears of its end, and ends by that", async () => {
  expect(await whatCame("plain")).toBe("uncaught EPIPE");
  expect(await whatCame("ours")).toBe("disconnect");
});
