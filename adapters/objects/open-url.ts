import { request } from "undici";
import type { ObjectRange, OpenedObject } from "../../domain/video/recording/object-store.ts";

const HEADERS_MS = 5_000;
const IDLE_MS = 10_000;

/**
 * Reads what a signed URL leads to. Redirects are not followed: the URL says where the object is, and nobody else does.
 *
 * @returns null when there is no such object @throws {Error} when it cannot be read; its text never holds the URL, which is a right
 */
export async function openUrl(url: string, range?: ObjectRange): Promise<OpenedObject | null> {
  const headers = range ? { range: `bytes=${range.first}-${range.last}` } : {};
  const answer = await request(url, { headers, headersTimeout: HEADERS_MS, bodyTimeout: IDLE_MS }).catch(() => {
    throw new Error("the object store does not answer");
  });
  const { statusCode, body } = answer;
  if (statusCode === 200 || statusCode === 206)
    return { sizeBytes: sizeOf(answer.headers, statusCode === 206), stream: body };
  await body.dump();
  if (statusCode === 404) return null;
  // Beyond its end: nothing is read. How long it is not every store says.
  if (statusCode === 416) return { sizeBytes: sizeOf(answer.headers, true), stream: body };
  throw new Error(`the object store answers ${statusCode}`);
}

function sizeOf(headers: Readonly<Record<string, string | string[] | undefined>>, isPart: boolean): number {
  const text = isPart ? /\/(\d{1,15})$/.exec(String(headers["content-range"]))?.[1] : headers["content-length"];
  return Number(text ?? 0);
}
