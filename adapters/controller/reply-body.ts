import { isUtf8 } from "node:buffer";

/** A controller's reply is two or three levels deep; everything that walks one may recurse so far without danger [J]. */
const MAX_DEPTH = 64;
const QUOTE = 34;
const BACKSLASH = 92;

/** A body that is no usable JSON gives `ok: false`; whether the value suits the profile is the profile's business. */
type ParsedBody = { readonly ok: true; readonly json: unknown; readonly text: string } | { readonly ok: false };

/**
 * Parses a reply: valid UTF-8 (a leading byte order mark is passed over), JSON as RFC 8259, at most 64 levels deep. Of a
 * duplicate key the last value counts, as in every JSON parser; `1e999` becomes Infinity, which the mapper refuses. `text`
 * is the body itself: written as UTF-8 it gives the same bytes.
 */
export function parseBody(body: Buffer): ParsedBody {
  if (!isUtf8(body)) return { ok: false };
  const text = body.toString("utf8");
  if (isTooDeep(text)) return { ok: false };
  try {
    return { ok: true, json: JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text), text };
  } catch {
    return { ok: false };
  }
}

/** Text with fewer openers than levels allowed cannot be too deep: that settles every normal reply without a scan. */
function isTooDeep(text: string): boolean {
  return hasOpeners(text, MAX_DEPTH) && depthOf(text) > MAX_DEPTH;
}

function hasOpeners(text: string, count: number): boolean {
  let found = 0;
  for (const opener of ["{", "["]) {
    for (let at = text.indexOf(opener); at >= 0; at = text.indexOf(opener, at + 1)) {
      found += 1;
      if (found > count) return true;
    }
  }
  return false;
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === 91 || code === 123) {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (code === 93 || code === 125) depth -= 1;
  }
  return deepest;
}

function endOfString(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i += 1;
    else if (code === QUOTE) return i;
  }
  return text.length;
}
