import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { inspect, journalUnderTest } from "./journal-under-test.ts";

const CHILD = fileURLToPath(new URL("./appending-child.ts", import.meta.url));

test("kill -9 at any moment loses nothing that was kept, and brings nothing back that was settled before", async () => {
  const bench = journalUnderTest();
  const kept = new Set<number>();
  const maybeSettled = new Set<number>();
  try {
    for (let life = 0; life < 5; life += 1) {
      const lines = await liveAndDie(bench.path, life * 100_000, 20 + life * 37);
      const found = new Set(lines.filter((line) => line.startsWith("=")).map(numberIn));
      for (const id of kept) if (!maybeSettled.has(id)) expect(found, `entry ${id} in life ${life}`).toContain(id);
      for (const line of lines) {
        if (line.startsWith("+")) kept.add(numberIn(line));
        if (line.startsWith("-")) maybeSettled.add(numberIn(line));
      }
      expect(inspect(bench.path).integrity).toBe("ok");
    }
    const journal = bench.open();
    const left = new Set(journal.pending(1_000_000, 0).map(({ id }) => id));
    const lost = [...kept].filter((id) => !maybeSettled.has(id) && !left.has(id));
    expect(lost).toEqual([]);
    expect(kept.size).toBeGreaterThan(100);
    // Acknowledgements may be lost with the process, but only the last ones.
    const returned = [...left].filter((id) => maybeSettled.has(id));
    expect(returned.length).toBeLessThan(maybeSettled.size);
  } finally {
    bench.remove();
  }
});

/** @returns all that the child said before it was killed, some time after it began to append */
async function liveAndDie(path: string, first: number, lifeMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, path, String(first)], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const ended = new Promise((resolve) => child.once("close", resolve));
  const isAppending = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      if (line.startsWith("+")) resolve();
    });
  });
  await isAppending;
  await sleep(lifeMs);
  child.kill("SIGKILL");
  await ended;
  return lines;
}

function numberIn(line: string): number {
  return Number(line.slice(2));
}
