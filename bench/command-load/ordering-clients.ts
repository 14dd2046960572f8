import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "../../domain/commands/command.ts";
import type { CommandedPlatform } from "../../test/faults/commands/commanded-platform.ts";

/** One command that was accepted, in the order in which its site was told. */
export type Accepted = { readonly siteId: string; readonly command: string; readonly acceptedMs: number };

/** The key makes the same command of it. */
const MOST_TRIES = 20;
const AGAIN_MS = 500;

/** Kinds without limits of their own, and how the plant's ledger calls them. */
const KINDS = [
  { order: { kind: "set_temp_mode", args: { mode: "pid" } }, command: "setTemp&temp=pid" },
  { order: { kind: "start_cooling", args: {} }, command: "open" },
] as const;

/**
 * Programs with tokens of people, which order at once and make one request at a time; a site is told by one after the other.
 *
 * @param random from 0 to 1
 */
export async function createOrderingClients(under: CommandedPlatform, names: readonly string[], random: () => number) {
  const tokens = new Map<string, string>();
  for (const name of names) tokens.set(name, await under.tokenOf(name));
  const lines = new Map<string, Promise<unknown>>();
  const refused: Record<string, number> = {};
  let repeated = 0;

  function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const next = (lines.get(name) ?? Promise.resolve()).then(work);
    lines.set(
      name,
      next.catch(() => undefined),
    );
    return next;
  }

  /** @returns null when it was refused */
  async function order(name: string, siteId: string): Promise<Accepted | null> {
    const { order: what, command } = KINDS[Math.floor(random() * KINDS.length)] ?? KINDS[0];
    const token = tokens.get(name) ?? "";
    const body = { siteId, ...what, idempotencyKey: randomUUID() };
    const { status, json } = await inTurn(name, async () => {
      for (let tries = 1; ; tries += 1) {
        const answer = await under.askByToken(token, "POST", "/api/v1/commands", body);
        if (answer.status !== 503 || tries === MOST_TRIES) return answer;
        repeated += 1;
        await sleep(AGAIN_MS);
      }
    });
    if (status !== 202) {
      const code = String(json["code"]);
      refused[code] = (refused[code] ?? 0) + 1;
      return null;
    }
    return { siteId, command, acceptedMs: Date.parse((json as unknown as Command).createdAt) };
  }

  return {
    order,
    refused,
    /** Requests that were made again, because the database was too busy. */
    repeated: () => repeated,
    /** Tells one site so often, by one client after the other; each waits for the answer to the one before. */
    async orderAll(siteId: string, count: number, first: number): Promise<Accepted[]> {
      const accepted: Accepted[] = [];
      for (let n = 0; n < count; n += 1) {
        const one = await order(names[(first + n) % names.length] ?? "", siteId);
        if (one !== null) accepted.push(one);
      }
      return accepted;
    },
  };
}
