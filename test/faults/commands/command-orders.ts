import { setTimeout as sleep } from "node:timers/promises";
import type { CommandLedger } from "../../../adapters/commands/ledger.ts";
import type { CommandArgs } from "../../../domain/commands/command.ts";

/** What each site is told, once each: so two of the same at a site in the plant's ledger are one too many. */
const ORDERS: readonly { readonly kind: string; readonly args: CommandArgs; readonly command: string }[] = [
  { kind: "set_supply_temp", args: { temp_c: 36 }, command: "setTemp&temp=36" },
  { kind: "set_temp_mode", args: { mode: "pid" }, command: "setTemp&temp=pid" },
  { kind: "reset_alarm", args: {}, command: "reset" },
  { kind: "start_cooling", args: {}, command: "open" },
];

/** How the plant's ledger calls what a command of that kind sends. */
export function commandOfKind(kind: string): string {
  return ORDERS.find((order) => order.kind === kind)?.command ?? kind;
}

const RETRY_MS = 200;
const EXPIRES_S = 7_200;

/**
 * Orders everything of one site, in an order that differs from site to site. Asks again while the database is away: the key
 * makes the same command of it.
 */
export async function orderAllAt(ledger: Pick<CommandLedger, "request">, siteId: string, first: number): Promise<void> {
  for (let place = 0; place < ORDERS.length; place += 1) {
    const order = ORDERS[(first + place) % ORDERS.length];
    if (order === undefined) continue;
    const { kind, args } = order;
    for (;;) {
      const asked = ledger.request({
        siteId,
        kind,
        args,
        reason: "fault test",
        overrides: [],
        requestedBy: "li",
        idempotencyKey: `${siteId} ${kind}`,
        expiresInS: EXPIRES_S,
        needsApproval: false,
        evidence: null,
      });
      if (await asked.then(() => true).catch(() => false)) break;
      await sleep(RETRY_MS);
    }
  }
}
