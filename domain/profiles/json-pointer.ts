import { z } from "zod";

/** A JSON pointer (RFC 6901) with at least one token, such as `/coolerState/params/fan1`. */
export const Pointer = z
  .string()
  .max(300)
  .regex(/^(\/([^~/]|~[01])+)+$/, "must be a JSON pointer such as /coolerState/params/fan1");
export type Pointer = z.infer<typeof Pointer>;

/** The tokens of a pointer, unescaped: `~1` is `/`, `~0` is `~`. */
export function pointerTokens(pointer: Pointer): string[] {
  return pointer
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** One token as it stands in a pointer. */
export function escapeToken(token: string): string {
  return token.replaceAll("~", "~0").replaceAll("/", "~1");
}

/**
 * Follows tokens through parsed JSON. Own properties only, so `/constructor` and `/__proto__` lead nowhere.
 *
 * @returns the value, or undefined when there is none
 */
export function resolveTokens(json: unknown, tokens: readonly string[]): unknown {
  let value = json;
  for (const token of tokens) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, token)) return undefined;
    if (Array.isArray(value) && !isArrayIndex(token)) return undefined;
    value = (value as Record<string, unknown>)[token];
  }
  return value;
}

/** True for an array index as RFC 6901 writes it: digits without a leading zero. */
export function isArrayIndex(token: string): boolean {
  return /^(0|[1-9]\d{0,8})$/.test(token);
}
