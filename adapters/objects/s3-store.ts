import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { hourPath, parseObjectKey } from "../../domain/video/recording/object-key.ts";
import type { ObjectStore, StoredObject } from "../../domain/video/recording/object-store.ts";
import { readBucketPage } from "./bucket-page.ts";
import { openUrl } from "./open-url.ts";

/** A bucket of an S3-compatible store, in path style. */
export type S3Settings = {
  /** Without a path: `https://s3.example.com`. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
};

/** An object store that lets others read single objects for a short time. */
export interface S3Store extends ObjectStore {
  /** URL by which one object can be read for a minute, and nothing else done. @throws {Error} for what is no key of ours */
  readUrl(key: string): Promise<string>;
}

/** One segment, also over a slow line: 16 MiB at 5 Mbit/s [J]. */
const TOTAL_MS = 30_000;
const READABLE_S = 60;
const HOUR_MS = 3_600_000;

/**
 * Recordings in a bucket. Objects are small and go in one PUT; their SHA-256 is part of what is signed, so that a damaged one
 * is refused. Conditional PUTs are not asked for, as not every store has them: whether there is an object already is asked before.
 */
export function createS3Store({ endpoint, bucket, region, accessKey, secretKey }: S3Settings): S3Store {
  const client = new AwsClient({
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    region,
    service: "s3",
    retries: 0,
  });
  const base = `${new URL(endpoint).origin}/${bucket}`;

  function urlOf(key: string): string {
    if (parseObjectKey(key) === null) throw new Error("no key of a recording");
    return `${base}/${key}`;
  }

  /** @throws {Error} when nobody answers; its text holds no address */
  async function ask(method: string, url: string, body?: Buffer<ArrayBuffer>): Promise<Response> {
    const headers = { "x-amz-content-sha256": sha256(body ?? Buffer.alloc(0)) };
    const request = await client.sign(url, { method, headers, ...(body ? { body } : {}) });
    return fetch(request, { redirect: "manual", signal: AbortSignal.timeout(TOTAL_MS) }).catch((error: unknown) => {
      const isLate = error instanceof Error && error.name === "TimeoutError";
      throw new Error(isLate ? "the object store is too slow" : "the object store does not answer");
    });
  }

  async function has(key: string): Promise<boolean> {
    const answer = await ask("HEAD", urlOf(key));
    if (answer.status === 404) return false;
    if (answer.status !== 200) throw new Error(`the object store answers ${answer.status}`);
    return true;
  }

  async function readUrl(key: string): Promise<string> {
    const url = `${urlOf(key)}?X-Amz-Expires=${READABLE_S}`;
    return (await client.sign(url, { method: "GET", aws: { signQuery: true } })).url;
  }

  async function* underPrefix(prefix: string, delimiter: string): AsyncGenerator<ReturnType<typeof readBucketPage>> {
    for (let token: string | null = ""; token !== null; ) {
      const query = new URLSearchParams({ "list-type": "2", prefix, delimiter });
      if (token !== "") query.set("continuation-token", token);
      const answer = await ask("GET", `${base}?${query}`);
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`the object store answers ${answer.status}`);
      const page = readBucketPage(text);
      yield page;
      token = page.next;
    }
  }

  return {
    readUrl,
    async put(key, parts) {
      const url = urlOf(key);
      if (await has(key)) return false;
      const answer = await ask("PUT", url, Buffer.concat(parts));
      await answer.body?.cancel();
      if (answer.status !== 200) throw new Error(`the object store answers ${answer.status}`);
      return true;
    },
    async open(key, range) {
      if (parseObjectKey(key) === null) return null;
      return openUrl(await readUrl(key), range);
    },
    async remove(key) {
      if (parseObjectKey(key) === null) return false;
      const answer = await ask("DELETE", urlOf(key));
      await answer.body?.cancel();
      // Stores say 204 whether it was there or not; one that does not still has not got it.
      if (![200, 204, 404].includes(answer.status)) throw new Error(`the object store answers ${answer.status}`);
      return answer.status !== 404;
    },
    async *list(fromMs, toMs) {
      for await (const { prefixes } of underPrefix("", "/")) {
        for (const site of prefixes) {
          for (let hourMs = fromMs - (fromMs % HOUR_MS); hourMs <= toMs; hourMs += HOUR_MS) {
            for await (const { objects } of underPrefix(`${site}${hourPath(hourMs)}/`, ""))
              yield* objects.filter(isOurs);
          }
        }
      }
    },
    /** Whoever runs the store knows. */
    freeBytes: async () => null,
  };
}

function isOurs({ key }: StoredObject): boolean {
  return parseObjectKey(key) !== null;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
