import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeFolder } from "../../simulator/cameras/content/make-folder.ts";

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "made-"));
  folder = path.join(home, "pictures");
});
afterEach(() => rmSync(home, { recursive: true }));

/** More than any system gives out. */
const NOBODY = 99_999_999;
const fill = async (unfinished: string) => writeFileSync(path.join(unfinished, "a"), "a");

test("it is made once, and found from then on", async () => {
  const counted = vi.fn(fill);
  await makeFolder(folder, counted);
  await makeFolder(folder, counted);
  expect(counted).toHaveBeenCalledOnce();
  expect([readdirSync(home), readdirSync(folder)]).toEqual([["pictures"], ["a"]]);
});

test("what fails leaves nothing behind", async () => {
  await expect(makeFolder(folder, () => Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
  expect(readdirSync(home)).toEqual([]);
});

test("while another process makes it, nobody else does", async () => {
  const others = `${folder}.${process.ppid}`;
  mkdirSync(others);
  const counted = vi.fn(fill);
  let isDone = false;
  const made = makeFolder(folder, counted).then(() => {
    isDone = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(isDone).toBe(false);
  renameSync(others, folder);
  await made;
  expect(counted).not.toHaveBeenCalled();
});

test.for([
  { name: "of a process that is gone", pid: NOBODY, minutesAgo: 0 },
  { name: "that nobody has touched for minutes", pid: process.ppid, minutesAgo: 4 },
])("an unfinished one $name is removed, and it is made", async ({ pid, minutesAgo }) => {
  const left = `${folder}.${pid}`;
  mkdirSync(left);
  const at = new Date(Date.now() - minutesAgo * 60_000);
  utimesSync(left, at, at);
  await makeFolder(folder, fill);
  expect(readdirSync(home)).toEqual(["pictures"]);
});
