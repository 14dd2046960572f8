import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Runs this program again on core 0, with garbage collection at hand, and ends with its exit code. The fleet has core 1. */
export function pinSelf(): void {
  if (process.env["BENCH_PINNED"] === "1") return;
  const node = [process.execPath, "--expose-gc", ...process.argv.slice(1)];
  const command = existsSync("/usr/bin/taskset") ? ["/usr/bin/taskset", "-c", "0", ...node] : node;
  if (command === node) console.error("taskset is missing: nothing is pinned, the figures are worth less");
  const [program = "", ...rest] = command;
  const { status } = spawnSync(program, rest, { stdio: "inherit", env: { ...process.env, BENCH_PINNED: "1" } });
  process.exit(status ?? 1);
}
