/** Classes of bytes (RFC 9110 §5.5–5.6): what a name may hold, and what a value may hold. Every `TOKEN` is `TEXT`. */
export const TOKEN = 1;
export const TEXT = 2;

const TAB = 9;
const SPACE = 32;
const DELETE = 127;

/** By byte: the classes that it belongs to. Control characters but the tab belong to none. */
export const CLASS = new Uint8Array(256);
for (let byte = 0; byte < 256; byte += 1) {
  if (byte === TAB || (byte >= SPACE && byte !== DELETE)) CLASS[byte] = TEXT;
  if (/[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte))) CLASS[byte] = TOKEN | TEXT;
}
