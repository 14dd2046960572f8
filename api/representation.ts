import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);
/** Below this the saving is not worth the time. */
const LEAST_COMPRESSED_BYTES = 1024;

export type Encoding = "identity" | "gzip" | "br";

/**
 * One answer as bytes, made once and sent to many: with a strong ETag of its content, so that processes agree and a
 * restart changes nothing, and compressed at most once per encoding.
 */
export type Representation = {
  readonly contentType: string;
  readonly cacheControl: string;
  /** Without quotes and without the suffix of an encoding. */
  readonly tag: string;
  readonly identity: Buffer;
  encoded(encoding: Encoding): Promise<Buffer>;
};

/** @param cacheControl by default: keep it, but ask each time whether it still holds */
export function represent(
  contentType: string,
  content: Buffer | string,
  cacheControl = "private, no-cache",
): Representation {
  const identity = typeof content === "string" ? Buffer.from(content) : content;
  const made = new Map<Encoding, Promise<Buffer>>();
  return {
    contentType,
    cacheControl,
    tag: createHash("sha256").update(identity).digest("base64url").slice(0, 22),
    identity,
    encoded(encoding) {
      const known = made.get(encoding) ?? compress(identity, encoding);
      made.set(encoding, known);
      return known;
    },
  };
}

/** Runs in the thread pool. */
export function compress(content: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === "identity") return Promise.resolve(content);
  if (encoding === "gzip") return toGzip(content, { level: 5 });
  return toBrotli(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 4,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    },
  });
}

/** The best encoding that the client takes; identity for what is small or compressed already. */
export function chooseEncoding(accepted: string | undefined, contentType: string, bytes: number): Encoding {
  if (!accepted || bytes < LEAST_COMPRESSED_BYTES || !isText(contentType)) return "identity";
  const offers = accepted.split(",").map((offer) => offer.trim().toLowerCase());
  const takes = (name: string) => offers.some((offer) => offer === name || isWanted(offer, name));
  if (takes("br")) return "br";
  return takes("gzip") ? "gzip" : "identity";
}

function isWanted(offer: string, name: string): boolean {
  const [coding, weight] = offer.split(";");
  return coding?.trim() === name && !/^\s*q=0(\.0*)?$/.test(weight ?? "");
}

function isText(contentType: string): boolean {
  return /^(text\/|application\/(.*\+)?json|image\/svg)/.test(contentType) || contentType.includes("javascript");
}

/** @returns true when the client's copy is still good (RFC 9110 §13.1.2) */
export function isSame(ifNoneMatch: string | undefined, tag: string): boolean {
  if (!ifNoneMatch) return false;
  if (ifNoneMatch.trim() === "*") return true;
  const given = ifNoneMatch.split(",").map((one) => one.trim().replace(/^W\//, "").replaceAll('"', ""));
  return given.some((one) => one === tag || one === `${tag}-gzip` || one === `${tag}-br`);
}
