import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readFlowFiles } from "../adapters/flow-storage/flow-storage.ts";
import { replaceFiles } from "../adapters/flow-storage/replace-files.ts";
import { checkFlows } from "../domain/flows/check/check-flows.ts";
import { joinFlows, splitFlows } from "../domain/flows/split-flows.ts";
import { readPalette } from "./flow-palette.ts";

/**
 * Checks the versioned flows: wires join what fits, nothing is orphaned or unknown, nothing secret or private is in them,
 * the safety parts are there, files are in canonical form. Prints file, node and reason; exits 1 when there is any.
 *
 * `--flows <folder>`: another folder than `flows/`. `--write`: puts canonical form right first.
 */
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

const { values } = parseArgs({ options: { flows: { type: "string" }, write: { type: "boolean", default: false } } });
const folder = path.resolve(values.flows ?? path.join(ROOT, "flows"));
if (values.write) {
  await mkdir(folder, { recursive: true });
  const onDisk = await readFlowFiles(folder);
  const canonical = splitFlows(joinFlows(onDisk));
  await replaceFiles(
    folder,
    canonical,
    [...onDisk.keys()].filter((name) => !canonical.has(name)),
  );
}
const files = await readFlowFiles(folder);
const findings = checkFlows(files, await readPalette(ROOT));
for (const { file, node, problem } of findings) console.error(`${file}: ${node}: ${problem}`);
if (findings.length === 0) console.log(`${files.size} flow files are in order`);
process.exitCode = findings.length === 0 ? 0 : 1;
