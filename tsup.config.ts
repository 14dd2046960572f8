import { cpSync, existsSync, globSync } from "node:fs";
import path from "node:path";
import { defineConfig, type Options } from "tsup";
import { writeLicences } from "./scripts/list-licences.ts";
import { writeRuleNodes } from "./scripts/write-rule-nodes.ts";

/** A folder that begins with `_` is no node. */
const NODE_ENTRIES = globSync("nodes/*/*.ts").filter((file) => {
  const folder = path.basename(path.dirname(file));
  return !folder.startsWith("_") && path.basename(file, ".ts") === folder;
});
/** Entries of their own because they are started by file name: the processes, worker threads, commands. */
const OTHER_ENTRIES = [
  "server.ts",
  "adapters/alarms/back-test-worker.ts",
  "adapters/database/pglite-worker.ts",
  "adapters/inventory/upload-worker.ts",
  "video-gateway.ts",
  "scripts/backup.ts",
  "scripts/restore.ts",
  "scripts/audit.ts",
  "scripts/backtest.ts",
  "scripts/reset-admin.ts",
  "scripts/rotate-keys.ts",
].filter((file) => existsSync(file));
/** For tests of the build: another folder, and further entries that share its chunks. */
const OUT_DIR = process.env["BUILD_DIR"] ?? "dist";
const MORE_ENTRIES = (process.env["BUILD_ENTRIES"] ?? "").split(",").filter((file) => file !== "");
/** What Node-RED looks for beside a node's script. */
const EDITOR_FILES = ["nodes/[!_]*/*.html", "nodes/[!_]*/locales/**/*.*", "nodes/[!_]*/icons/*.*"];

const common = {
  outDir: OUT_DIR,
  target: "node24",
  platform: "node",
  sourcemap: true,
  // `node:sqlite` exists under that name only.
  removeNodeProtocol: false,
} satisfies Options;

export default defineConfig([
  {
    ...common,
    entry: [...OTHER_ENTRIES, ...NODE_ENTRIES, ...MORE_ENTRIES],
    format: "esm",
    // Without it each entry gets its own copy of every module, and the services that server.ts sets up are empty in a node.
    splitting: true,
    onSuccess: async () => {
      for (const file of globSync(EDITOR_FILES)) cpSync(file, path.join(OUT_DIR, file));
      writeRuleNodes(".", path.join(OUT_DIR, "nodes/rule-nodes"));
      writeLicences(".", path.join(OUT_DIR, "licences.json"));
    },
  },
  {
    ...common,
    entry: { settings: "settings-standalone.ts" },
    format: "cjs",
    // Both, and a default export only: otherwise `require` gives `{ default }`, and Node-RED sees none of our settings.
    cjsInterop: true,
    splitting: true,
    shims: true,
    outExtension: () => ({ js: ".cjs" }),
  },
]);
