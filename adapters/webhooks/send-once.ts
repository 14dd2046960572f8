import type { TryOutcome } from "../../domain/webhooks/webhook.ts";
import { exchangeOnce, type SendOptions } from "./exchange.ts";

/** How one try went. `status`: of the answer, when one came. */
export type Sent = { readonly outcome: TryOutcome; readonly status: number | null; readonly durationMs: number };

type Message = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Sends a message once; only the status of the answer counts. Never throws. */
export async function sendOnce(message: Message, options: SendOptions): Promise<Sent> {
  const startedMs = performance.now();
  const exchange = await exchangeOnce({ method: "POST", ...message }, options);
  const durationMs = Math.round(performance.now() - startedMs);
  if (exchange.kind === "answer") return { outcome: outcomeOf(exchange.status), status: exchange.status, durationMs };
  const { fault } = exchange;
  const outcome = fault === "stopped" || fault === "invalid-request" ? "connection" : fault;
  return { outcome, status: null, durationMs };
}

function outcomeOf(status: number): TryOutcome {
  if (status >= 200 && status < 300) return "delivered";
  return status >= 300 && status < 400 ? "redirect" : "bad-status";
}
