import type { IncomingMessage } from "node:http";
import { AppError } from "../domain/errors.ts";
import { invalid } from "./problem.ts";
import type { Upload } from "./route.ts";

const MAX_BODY_BYTES = 1_048_576;

/**
 * The JSON body of a request.
 *
 * @throws {AppError} `request.too-large`, `request.unsupported-type`, `request.invalid`
 */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const { "content-type": contentType = "", "content-length": length, "content-encoding": encoding } = request.headers;
  if (Number(length ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const isJson = /^application\/json\s*(;|$)/i.test(contentType);
  if (!isJson || (encoding !== undefined && encoding !== "identity")) {
    throw new AppError("request.unsupported-type", "send the body as application/json, not compressed");
  }
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch {
    return invalid({ field: "body", value: `${text.length} characters`, allowed: "must be JSON" });
  }
}

/**
 * The body of a request as it arrives.
 *
 * @throws {AppError} `request.unsupported-type`, `request.too-large`: at once, or on the way when no length was said
 */
export function readUpload(
  request: IncomingMessage,
  { contentType, also = [], maxBytes }: Upload,
): AsyncIterable<Uint8Array> {
  const { "content-type": given = "", "content-length": length, "content-encoding": encoding } = request.headers;
  if (Number(length ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const isExpected = [contentType, ...also].includes(given.split(";", 1)[0]?.trim().toLowerCase() ?? "");
  if (!isExpected || (encoding !== undefined && encoding !== "identity")) {
    throw new AppError("request.unsupported-type", `send the body as ${contentType}, not compressed`);
  }
  return bounded(request, maxBytes);
}

async function* bounded(request: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function tooLarge(maxBytes = MAX_BODY_BYTES): AppError {
  return new AppError("request.too-large", `the body may have at most ${maxBytes} bytes`);
}

/** The query string as a record; a name that stands twice becomes a list, which no schema takes. */
export function readQuery(url: string): Record<string, string | string[]> {
  const at = url.indexOf("?");
  if (at < 0) return {};
  const query: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(url.slice(at + 1))) {
    const before = query[name];
    query[name] = before === undefined ? value : [before, value].flat();
  }
  return { ...query };
}
