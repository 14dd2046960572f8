import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createDiskStore } from "../../../adapters/objects/disk-store.ts";
import { createS3Store, type S3Store } from "../../../adapters/objects/s3-store.ts";
import { createSpooledStore } from "../../../adapters/objects/spooled-store.ts";
import { moveRecordings } from "../../../adapters/video/move-recordings.ts";
import { objectKey } from "../../../domain/video/recording/object-key.ts";
import type { RecordedPiece } from "../../../domain/video/recording/recorded-piece.ts";
import { type S3Server, startS3Server } from "../../services/objects/s3-server.ts";
import { recordedLog } from "../../services/recorded-log.ts";

const T0 = Date.parse("2026-11-26T20:00:00.000Z");
const folder = mkdtempSync(path.join(tmpdir(), "move-recordings-"));
const spool = createDiskStore(folder);
let server: S3Server;
let bucket: S3Store;
beforeAll(async () => {
  server = await startS3Server();
  bucket = createS3Store(server.settings);
}, 60_000);
afterAll(async () => {
  await server?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const pieceAt = (number: number): RecordedPiece => ({
  siteId: "site-001",
  startMs: T0 + number * 2_000,
  durationMs: 2_000,
  kind: "segment",
  container: "ts",
  bytes: 5,
  initBytes: 0,
  initId: null,
  codec: null,
  isDiscontinuity: false,
  reason: "continuous",
});
const keyAt = (number: number) => objectKey(pieceAt(number));

async function textOf(store: Pick<S3Store, "open">, number: number): Promise<string | null> {
  const opened = await store.open(keyAt(number));
  return opened && (await text(opened.stream));
}
const record = (number: number) => spool.put(keyAt(number), [Buffer.from(`piece`)]);

test("moves what lies there and what comes, loses nothing while the store is away, and tells how much may still wait", async () => {
  const rooms: number[] = [];
  const log = recordedLog();
  await record(1);
  const options = { spool, objects: bucket, mostBytes: 12, tellRoom: (bytes: number) => rooms.push(bytes), log };
  const mover = moveRecordings({ ...options, retryMs: 200 });
  await vi.waitFor(async () => expect(await textOf(bucket, 1)).toBe("piece"), { timeout: 5_000 });
  // The store has it before the mover knows.
  await vi.waitFor(() => expect(mover.waitingBytes()).toBe(0), { timeout: 5_000 });

  await server.stop();
  for (const number of [2, 3, 4]) await record(number);
  mover.add([2, 3, 4].map(pieceAt));
  await vi.waitFor(() => expect(rooms).toContain(12 - 15), { timeout: 5_000 });
  // The fault bites: nobody is there, and everything waits.
  await expect(textOf(bucket, 1)).rejects.toThrow("does not answer");
  expect(mover.waitingBytes()).toBe(15);
  expect(log.texts("warn")).toEqual(["recordings wait: they cannot be moved to the object store"]);

  await server.start();
  await vi.waitFor(() => expect(mover.waitingBytes()).toBe(0), { timeout: 10_000 });
  expect(await Promise.all([1, 2, 3, 4].map((number) => textOf(bucket, number)))).toEqual(Array(4).fill("piece"));
  expect(readdirSync(folder)).toEqual([]);
  await vi.waitFor(() => expect(rooms.at(-1)).toBe(12), { timeout: 5_000 });
  await mover.close();
});

test("a move that was cut off after the store had it is ended, and what the store has stays", async () => {
  await bucket.put(keyAt(9), [Buffer.from("moved")]);
  await record(9);
  const mover = moveRecordings({
    spool,
    objects: bucket,
    mostBytes: 100,
    tellRoom: () => undefined,
    log: recordedLog(),
  });
  await vi.waitFor(() => expect(readdirSync(folder)).toEqual([]), { timeout: 5_000 });
  await mover.close();
  expect(await textOf(bucket, 9)).toBe("moved");
});

test("reads and removes wherever it is, and lists each once", async () => {
  const both = createSpooledStore(spool, bucket);
  await both.put(keyAt(20), [Buffer.from("spool")]);
  expect([await textOf(bucket, 20), await textOf(both, 20), await textOf(both, 9)]).toEqual([null, "spool", "moved"]);
  await bucket.put(keyAt(20), [Buffer.from("spool")]);
  const keys: string[] = [];
  for await (const { key } of both.list(T0, T0 + 3_600_000)) keys.push(key);
  expect(keys.sort()).toEqual([1, 2, 3, 4, 9, 20].map(keyAt).sort());
  expect(await both.remove(keyAt(20))).toBe(true);
  expect([await textOf(both, 20), readdirSync(folder)]).toEqual([null, []]);
});
