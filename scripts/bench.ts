import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

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
let failures = 0;
for (const name of wanted.length > 0 ? wanted : all) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(process.execPath, [path.join(BENCH, `${name}.ts`)], { stdio: "inherit" });
  if (status !== 0) failures += 1;
}
process.exitCode = failures === 0 ? 0 : 1;
