import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDiskStore } from "../../../adapters/objects/disk-store.ts";
import { objectKey } from "../../../domain/video/recording/object-key.ts";
import type { ObjectStore } from "../../../domain/video/recording/object-store.ts";

const T0 = Date.parse("2026-11-26T20:00:00.000Z");
const keyAt = (startMs: number, siteId = "site-001") =>
  objectKey({ siteId, startMs, durationMs: 2_000, kind: "segment", container: "ts" });
const KEY = keyAt(T0);

let folder: string;
let root: string;
let store: ObjectStore;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "disk-store-"));
  root = path.join(folder, "recordings");
  store = createDiskStore(root);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function textOf(key: string, range?: { first: number; last: number }): Promise<string | null> {
  const opened = await store.open(key, range);
  return opened && (await text(opened.stream));
}
async function keysOf(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(T0 - 3_600_000, T0 + 3_600_000)) keys.push(key);
  return keys;
}

test("gives back what it was given, as a whole and in parts", async () => {
  expect(await store.put(KEY, [Buffer.from("ab"), Buffer.from("cdef")])).toBe(true);
  expect(await textOf(KEY)).toBe("abcdef");
  expect(await textOf(KEY, { first: 1, last: 3 })).toBe("bcd");
  expect(readdirSync(path.dirname(path.join(root, KEY)))).toEqual([path.basename(KEY)]);
});

test("never overwrites what was recorded", async () => {
  await store.put(KEY, [Buffer.from("first")]);
  expect(await store.put(KEY, [Buffer.from("second")])).toBe(false);
  expect(await textOf(KEY)).toBe("first");
});

test("lists what is there, and clears away what a write that was cut off has left", async () => {
  await store.put(KEY, [Buffer.from("a")]);
  await store.put(keyAt(T0 + 2_000, "site-002"), [Buffer.from("b")]);
  await store.put(keyAt(T0 - 86_400_000), [Buffer.from("a day before")]);
  const place = path.dirname(path.join(root, KEY));
  const [old, young, foreign] = [`${KEY}.9-1.part`, `${KEY}.9-2.part`, path.join(path.dirname(KEY), "notes.txt")].map(
    (name) => path.join(place, path.basename(name)),
  ) as [string, string, string];
  for (const file of [old, young, foreign]) writeFileSync(file, "x");
  utimesSync(old, 1, 1);
  utimesSync(foreign, 1, 1);
  expect(await keysOf()).toEqual([KEY, keyAt(T0 + 2_000, "site-002")]);
  expect([old, young, foreign].map((file) => existsSync(file))).toEqual([false, true, true]);
});

test("removes an object, and the folders that are empty then, but never the root", async () => {
  await store.put(KEY, [Buffer.from("a")]);
  expect(await store.remove(KEY)).toBe(true);
  expect(await store.remove(KEY)).toBe(false);
  expect(readdirSync(root)).toEqual([]);
});

test.for(["../outside.ts", "site-001/../../outside.ts", `/etc/${KEY}`, `${KEY}/..`, ""])(
  "touches nothing by the key %j",
  async (key) => {
    writeFileSync(path.join(folder, "outside.ts"), "kept");
    mkdirSync(root);
    expect(await store.remove(key)).toBe(false);
    expect(await store.open(key)).toBeNull();
    await expect(store.put(key, [Buffer.from("x")])).rejects.toThrow();
    expect(existsSync(path.join(folder, "outside.ts"))).toBe(true);
  },
);

test.for(["site-001", "site-001/2026", "site-001/2026/11/26/20"])(
  "does not follow a link in place of %s: what lies behind it is neither read, written, listed nor removed",
  async (linked) => {
    const outside = path.join(folder, "outside");
    const behind = path.join(outside, path.relative(linked, KEY));
    mkdirSync(path.dirname(behind), { recursive: true });
    writeFileSync(behind, "evidence");
    mkdirSync(path.dirname(path.join(root, linked)), { recursive: true });
    symlinkSync(outside, path.join(root, linked));
    // The fault bites: by its path alone the file can be reached.
    expect(existsSync(path.join(root, KEY))).toBe(true);
    expect(await store.remove(KEY)).toBe(false);
    expect(await store.open(KEY)).toBeNull();
    expect(await keysOf()).toEqual([]);
    await expect(store.put(keyAt(T0 + 4_000), [Buffer.from("x")])).rejects.toThrow(/leads out of its root/);
    expect(readdirSync(path.dirname(behind))).toEqual([path.basename(KEY)]);
  },
);

test("does not read through a link in place of a file, and removes the link alone", async () => {
  const secret = path.join(folder, "secret.key");
  writeFileSync(secret, "secret");
  mkdirSync(path.dirname(path.join(root, KEY)), { recursive: true });
  symlinkSync(secret, path.join(root, KEY));
  expect(await store.open(KEY)).toBeNull();
  expect(await keysOf()).toEqual([]);
  expect(await store.remove(KEY)).toBe(true);
  expect(existsSync(secret)).toBe(true);
});

test("takes a folder in place of a file for nothing", async () => {
  mkdirSync(path.join(root, KEY), { recursive: true });
  expect(await store.open(KEY)).toBeNull();
  expect(await store.remove(KEY)).toBe(false);
  expect(existsSync(path.join(root, KEY))).toBe(true);
});
