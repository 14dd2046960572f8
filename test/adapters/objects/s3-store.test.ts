import http from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createS3Store, type S3Store } from "../../../adapters/objects/s3-store.ts";
import { objectKey } from "../../../domain/video/recording/object-key.ts";
import { openCanaries } from "../../services/canary.ts";
import { type S3Server, startS3Server } from "../../services/objects/s3-server.ts";

/** The store in tests is OpenStack Swift, whose S3 interface checks signatures as every other does. */
const T0 = Date.parse("2026-11-26T20:00:00.000Z");
const HOUR_MS = 3_600_000;
const keyAt = (startMs: number, siteId = "site-001") =>
  objectKey({ siteId, startMs, durationMs: 2_000, kind: "segment", container: "ts" });
const KEY = keyAt(T0);

let server: S3Server;
let store: S3Store;
beforeAll(async () => {
  server = await startS3Server();
  store = createS3Store(server.settings);
}, 60_000);
afterAll(() => server?.dispose());

async function keysOf(fromMs: number, toMs: number): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(fromMs, toMs)) keys.push(key);
  return keys;
}

test("gives back what it was given, as a whole and in parts, and never overwrites it", async () => {
  expect(await store.open(KEY)).toBeNull();
  expect(await store.put(KEY, [Buffer.from("ab"), Buffer.from("cdef")])).toBe(true);
  expect(await store.put(KEY, [Buffer.from("another")])).toBe(false);
  const whole = await store.open(KEY);
  expect([whole?.sizeBytes, await text(whole?.stream ?? Readable.from([]))]).toEqual([6, "abcdef"]);
  const part = await store.open(KEY, { first: 1, last: 3 });
  expect([part?.sizeBytes, await text(part?.stream ?? Readable.from([]))]).toEqual([6, "bcd"]);
  const beyond = await store.open(KEY, { first: 6, last: 9 });
  expect(await text(beyond?.stream ?? Readable.from([]))).toBe("");
});

test("bytes stay as they are", async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
  const key = keyAt(T0 + 2_000);
  await store.put(key, [bytes]);
  expect((await buffer((await store.open(key))?.stream ?? Readable.from([]))).equals(bytes)).toBe(true);
  expect(await store.remove(key)).toBe(true);
  expect(await store.open(key)).toBeNull();
});

test("lists what began within some hours, site by site", async () => {
  const keys = [keyAt(T0), keyAt(T0 + HOUR_MS), keyAt(T0, "site-002"), keyAt(T0 - 3 * HOUR_MS)];
  await Promise.all(keys.map((key) => store.put(key, [Buffer.from("x")])));
  expect(await keysOf(T0 - HOUR_MS, T0 + HOUR_MS)).toEqual([keys[0], keys[1], keys[2]]);
  expect(await keysOf(T0 + 5 * HOUR_MS, T0 + 6 * HOUR_MS)).toEqual([]);
});

test.for(["../recordings/x.ts", "site-001/../../other/x.ts", `/${KEY}`, `${KEY}/..`, `${KEY}?acl`, `${KEY}%2f..`, ""])(
  "asks for nothing by the key %j",
  async (key) => {
    expect(await store.open(key)).toBeNull();
    expect(await store.remove(key)).toBe(false);
    await expect(store.put(key, [Buffer.from("x")])).rejects.toThrow("no key of a recording");
    await expect(store.readUrl(key)).rejects.toThrow("no key of a recording");
  },
);

test("a signed URL reads one object, and gives no other right", async () => {
  const url = await store.readUrl(KEY);
  expect(await (await fetch(url)).text()).toBe("abcdef");
  const other = url.replace("site-001", "site-002");
  expect(await (await fetch(other)).text()).toContain("SignatureDoesNotMatch");
  expect((await fetch(url, { method: "DELETE" })).status).toBe(403);
  expect((await fetch(url, { method: "PUT", body: "x" })).status).toBe(403);
  expect(url).toContain("X-Amz-Expires=60");
  expect(url).not.toContain(server.settings.secretKey);
});

test("a wrong secret is refused, and no text of an error holds it or an address", async () => {
  const wrong = createS3Store({ ...server.settings, secretKey: "wrong" });
  await expect(wrong.put(keyAt(T0 + 4_000), [Buffer.from("x")])).rejects.toThrow(/^the object store answers 403$/);
  await expect(wrong.open(KEY)).rejects.toThrow(/^the object store answers 403$/);
  await expect(keysOf(T0 + 4_000, T0 + 4_001)).resolves.toEqual([KEY, keyAt(T0, "site-002")]);
  const nobody = createS3Store({ ...server.settings, endpoint: "http://127.0.0.1:9" });
  await expect(nobody.put(KEY, [Buffer.from("x")])).rejects.toThrow(/^the object store does not answer$/);
  await expect(nobody.open(KEY)).rejects.toThrow(/^the object store does not answer$/);
});

test("is not led elsewhere", async () => {
  const canaries = await openCanaries(["127.0.0.2"]);
  const leading = http.createServer((_request, response) => {
    response.writeHead(307, { location: canaries.urls[0] }).end();
  });
  await new Promise<void>((resolve) => leading.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(leading.address() as AddressInfo).port}`;
  // The fault bites: who follows gets there.
  await fetch(endpoint);
  expect(canaries.hits).toHaveLength(1);
  const led = createS3Store({ ...server.settings, endpoint });
  await expect(led.open(KEY)).rejects.toThrow("answers 307");
  await expect(led.put(KEY, [Buffer.from("x")])).rejects.toThrow("answers 307");
  expect(canaries.hits).toHaveLength(1);
  leading.closeAllConnections();
  leading.close();
  await canaries.close();
});
