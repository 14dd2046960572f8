import type { StoredObject } from "../../domain/video/recording/object-store.ts";

/** One page of what is in a bucket. */
export type BucketPage = {
  readonly objects: readonly StoredObject[];
  /** Of all keys up to the delimiter, which ends them. */
  readonly prefixes: readonly string[];
  /** Asks for the next page; null after the last one. */
  readonly next: string | null;
};

/**
 * Reads the answer to `ListObjectsV2`. Its few elements are known and never nested in one another; a key of ours holds no
 * sign that XML writes in another way, so what looks otherwise is left as it is, and is no key of ours.
 *
 * @throws {Error} for anything else
 */
export function readBucketPage(xml: string): BucketPage {
  if (!xml.includes("<ListBucketResult")) throw new Error("the object store does not list its bucket");
  const objects = elements(xml, "Contents").map((content): StoredObject => {
    const changedMs = Date.parse(first(content, "LastModified") ?? "");
    return { key: first(content, "Key") ?? "", bytes: Number(first(content, "Size")), changedMs };
  });
  const prefixes = elements(xml, "CommonPrefixes").flatMap((content) => first(content, "Prefix") ?? []);
  const token = first(xml, "NextContinuationToken");
  if (first(xml, "IsTruncated") === "true" && token === null)
    throw new Error("the object store lists half of its bucket");
  return { objects, prefixes, next: token === null ? null : unescaped(token) };
}

function elements(xml: string, name: string): string[] {
  const [open, close] = [`<${name}>`, `</${name}>`];
  const found: string[] = [];
  for (let at = xml.indexOf(open); at >= 0; at = xml.indexOf(open, at)) {
    const end = xml.indexOf(close, at);
    if (end < 0) throw new Error("the object store's list is cut off");
    found.push(xml.slice(at + open.length, end));
    at = end;
  }
  return found;
}

function first(xml: string, name: string): string | null {
  return elements(xml, name)[0] ?? null;
}

function unescaped(text: string): string {
  const signs: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_all, name: string) => signs[name] ?? "");
}
