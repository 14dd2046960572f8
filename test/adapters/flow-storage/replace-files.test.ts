import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { recoverFiles, replaceFiles } from "../../../adapters/flow-storage/replace-files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "antbox-files-"));
  writeFileSync(path.join(folder, "a.json"), "old a");
  writeFileSync(path.join(folder, "b.json"), "old b");
});
const content = () =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), "utf8")]));

test("writes and removes as told, and leaves nothing else behind", async () => {
  await replaceFiles(
    folder,
    new Map([
      ["a.json", "new a"],
      ["c.json", "new c"],
    ]),
    ["b.json"],
  );
  expect(content()).toEqual({ "a.json": "new a", "c.json": "new c" });
});

test("a crash after the decision is completed at the next start", async () => {
  writeFileSync(path.join(folder, ".a.json.tmp"), "new a");
  writeFileSync(path.join(folder, ".c.json.tmp"), "new c");
  const renames = ["a.json", "c.json"].map((to) => ({ from: `.${to}.tmp`, to }));
  writeFileSync(path.join(folder, ".commit.json"), JSON.stringify({ renames, removals: ["b.json"] }));
  await recoverFiles(folder);
  expect(content()).toEqual({ "a.json": "new a", "c.json": "new c" });
});

test("a crash between two renames is completed too", async () => {
  writeFileSync(path.join(folder, "a.json"), "new a");
  writeFileSync(path.join(folder, ".c.json.tmp"), "new c");
  const renames = ["a.json", "c.json"].map((to) => ({ from: `.${to}.tmp`, to }));
  writeFileSync(path.join(folder, ".commit.json"), JSON.stringify({ renames, removals: ["b.json"] }));
  await recoverFiles(folder);
  expect(content()).toEqual({ "a.json": "new a", "c.json": "new c" });
});

test("a crash before the decision changes nothing", async () => {
  writeFileSync(path.join(folder, ".a.json.tmp"), "half of n");
  await recoverFiles(folder);
  expect(content()).toEqual({ "a.json": "old a", "b.json": "old b" });
});

test("a folder that does not exist yet is no fault", async () => {
  const fresh = path.join(folder, "flows");
  await recoverFiles(fresh);
  await replaceFiles(fresh, new Map([["a.json", "a"]]), []);
  expect(readFileSync(path.join(fresh, "a.json"), "utf8")).toBe("a");
});
