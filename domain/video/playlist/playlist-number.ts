/** [J] The longest segment, part or target duration: nothing live comes in longer pieces, and time-outs are made of it. */
const MAX_DURATION_S = 600;

/** A decimal integer of the standard: digits only, and exact as a number of ours. Else null. */
export function readInteger(text: string): number | null {
  if (!/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** A decimal number of the standard, signed or not, without exponent. Else null. */
export function readDecimal(text: string): number | null {
  return /^-?\d{1,15}(?:\.\d{0,15})?$/.test(text) ? Number(text) : null;
}

/** A duration in seconds, 0 … `MAX_DURATION_S`. Else null. */
export function readDurationS(text: string): number | null {
  const value = readDecimal(text);
  return value !== null && value >= 0 && value <= MAX_DURATION_S ? value : null;
}

/** `length[@offset]`; the offset is null where it is not given. Null for anything else, and where the end is no exact number. */
export function readByteRange(text: string): { readonly lengthBytes: number; readonly offset: number | null } | null {
  const at = text.indexOf("@");
  const lengthBytes = readInteger(at < 0 ? text : text.slice(0, at));
  const offset = at < 0 ? null : readInteger(text.slice(at + 1));
  if (lengthBytes === null || lengthBytes === 0 || (at >= 0 && offset === null)) return null;
  return Number.isSafeInteger((offset ?? 0) + lengthBytes) ? { lengthBytes, offset } : null;
}

/** `1280x720`. Else null. */
export function readResolution(text: string): { readonly width: number; readonly height: number } | null {
  const parts = /^(\d{1,5})x(\d{1,5})$/.exec(text);
  return parts && { width: Number(parts[1]), height: Number(parts[2]) };
}
