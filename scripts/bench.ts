import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { useOwnTempFolder } from "../test/services/temp-folder.ts";

/** Runs every measurement of `bench/`, or those named: `npm run bench -- mapping live`. Each prints a table and a JSON line. */
const BENCH = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "bench");
const all = readdirSync(BENCH)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => path.basename(file, ".ts"))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`bench: unknown ${unknown.join(", ")}; there is ${all.join(", ")}`);
  process.exit(2);
}

const removeTempFolder = useOwnTempFolder();
let running: ChildProcess | null = null;
let isEnding = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    isEnding = true;
    running?.kill(signal);
  });
}

let failures = 0;
for (const name of wanted.length > 0 ? wanted : all) {
  if (isEnding) break;
  console.log(`\n== ${name}`);
  if (!(await run(name))) failures += 1;
}
removeTempFolder();
process.exitCode = failures === 0 && !isEnding ? 0 : 1;

/** @returns whether it ended well, which is when it met its goals */
function run(name: string): Promise<boolean> {
  const child = spawn(process.execPath, [path.join(BENCH, `${name}.ts`)], { stdio: "inherit" });
  running = child;
  return new Promise((resolve) => child.once("exit", (code) => resolve(code === 0)));
}
