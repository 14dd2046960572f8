import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { CONFIRMATION_LASTS_MS, type Confirmation, confirmationText } from "../../domain/commands/confirmation.ts";

/** What is confirmed; the end is given by the token. */
type ConfirmedOrder = Omit<Confirmation, "expiresAtMs">;

/**
 * What a token says of an order. `changed`: it was given for another order, for another person, or for a plant that was
 * seen in another state.
 */
type ConfirmationVerdict = "good" | "over" | "changed";

/** Select before operate: whoever has seen what a command will do gets a token, and operates with it. */
export interface Confirmations {
  /** @param orders one, or several that are given together */
  give(orders: readonly ConfirmedOrder[]): { readonly token: string; readonly expiresAtMs: number };
  /** The name of a token, under which its use is kept; null for what is none of ours by its form. */
  nameOf(token: string): string | null;
  judge(token: string, orders: readonly ConfirmedOrder[]): ConfirmationVerdict;
}

const TOKEN = /^([\w-]{16})\.([0-9a-z]{1,12})\.([\w-]{43})$/;

/**
 * A token holds a random name and its end, signed together with the order and what was seen. That it works once is kept by
 * whoever takes the order.
 *
 * @param key of the signatures, 32 bytes
 */
export function createConfirmations(key: Uint8Array, clock: () => number): Confirmations {
  const sign = (name: string, orders: readonly ConfirmedOrder[], expiresAtMs: number) =>
    createHmac("sha256", key)
      .update(JSON.stringify([name, ...orders.map((order) => confirmationText({ ...order, expiresAtMs }))]))
      .digest();

  return {
    give(orders) {
      const name = randomBytes(12).toString("base64url");
      const expiresAtMs = clock() + CONFIRMATION_LASTS_MS;
      const signature = sign(name, orders, expiresAtMs).toString("base64url");
      return { token: `${name}.${expiresAtMs.toString(36)}.${signature}`, expiresAtMs };
    },
    nameOf: (token) => TOKEN.exec(token)?.[1] ?? null,
    judge(token, orders) {
      const [, name = "", end = "", signature = ""] = TOKEN.exec(token) ?? [];
      const expiresAtMs = Number.parseInt(end, 36);
      const given = Buffer.from(signature, "base64url");
      const expected = sign(name, orders, expiresAtMs);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "changed";
      return clock() > expiresAtMs ? "over" : "good";
    },
  };
}
