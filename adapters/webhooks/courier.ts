import type { Log } from "../../domain/log.ts";
import type { AddressGuard } from "./address-guard.ts";
import type { Claimed, Outbox, SenderLease } from "./outbox.ts";
import { type Sent, sendOnce } from "./send-once.ts";
import { signatureHeaders } from "./signature.ts";
import type { WebhookSealers } from "./webhook-store.ts";

export type CourierOptions = {
  readonly outbox: Outbox;
  readonly sealers: WebhookSealers;
  readonly lease: SenderLease;
  readonly guard: AddressGuard;
  readonly log: Pick<Log, "warn" | "info">;
  /** For tests: how often it looks, and how long one try may take. */
  readonly lookMs?: number;
  readonly timeLimitMs?: number;
};

/** Sends what is in the outbox, in the one process that holds the lease. */
export interface Courier {
  /** Looks now, instead of some seconds later. */
  wake(): void;
  /** Breaks off what is being sent: it is sent again later. Resolves when nothing is under way. */
  stop(): Promise<void>;
}

const LOOK_MS = 5_000;
const TIDY_EVERY_MS = 3_600_000;
const USER_AGENT = "AntBox-Flow";

/**
 * Each webhook is a queue of its own with one event under way, so that a receiver that hangs delays no other. An event is
 * sent at least once; the receiver tells repetitions by `webhook-id`.
 */
export function startCourier(options: CourierOptions): Courier {
  const { outbox, lease, log, lookMs = LOOK_MS } = options;
  const stopped = new AbortController();
  const underWay = new Map<string, Promise<void>>();
  let tidiedMs = Number.NEGATIVE_INFINITY;
  let isAway = false;
  let looking: Promise<void> | null = null;
  let isAsked = false;

  async function look(): Promise<void> {
    for (let mayBeMore = true; mayBeMore; ) {
      const token = stopped.signal.aborted ? null : lease.token();
      if (token === null) return;
      mayBeMore = await outbox.takeFromAudit(lease, token);
    }
    for (const webhookId of await outbox.due()) begin(webhookId);
    if (performance.now() - tidiedMs < TIDY_EVERY_MS) return;
    tidiedMs = performance.now();
    await outbox.tidy();
  }

  function begin(webhookId: string): void {
    if (underWay.has(webhookId) || stopped.signal.aborted) return;
    const draining = drain(webhookId).finally(() => underWay.delete(webhookId));
    underWay.set(webhookId, draining);
  }

  /** What went wrong is said once, and is the database's to say in detail. */
  function note(error: unknown): void {
    if (isAway || stopped.signal.aborted) return;
    isAway = true;
    log.warn({ reason: error instanceof Error ? error.message : String(error) }, "webhooks wait: the database is away");
  }

  async function drain(webhookId: string): Promise<void> {
    try {
      for (;;) {
        const token = lease.token();
        if (token === null || stopped.signal.aborted) return;
        const claimed = await outbox.claim(webhookId, lease, token);
        if (claimed === null) return;
        const sent = await trySending(claimed, options, stopped.signal);
        // Broken off by us: it says nothing about the receiver.
        if (stopped.signal.aborted && sent.outcome !== "delivered") return;
        await outbox.settle(claimed, sent);
      }
    } catch (error) {
      note(error);
    }
  }

  function wake(): void {
    isAsked = true;
    looking ??= lookWhileAsked().finally(() => {
      looking = null;
    });
  }

  async function lookWhileAsked(): Promise<void> {
    while (isAsked) {
      isAsked = false;
      await look().then(
        () => {
          isAway = false;
        },
        (error) => note(error),
      );
    }
  }

  const timer = setInterval(wake, lookMs);
  timer.unref();
  return {
    wake,
    async stop() {
      clearInterval(timer);
      stopped.abort();
      await looking;
      await Promise.all(underWay.values());
    },
  };
}

async function trySending(
  { eventId, webhookId, body, url, secret }: Claimed,
  { sealers, guard, timeLimitMs, log }: CourierOptions,
  signal: AbortSignal,
): Promise<Sent> {
  let opened: { readonly url: string; readonly secret: string };
  try {
    opened = { url: sealers.url.open(url, webhookId), secret: sealers.secret.open(secret, webhookId) };
  } catch (error) {
    log.warn({ webhookId, reason: String(error) }, "a webhook cannot be opened with the keys that are here");
    return { outcome: "unreadable", status: null, durationMs: 0 };
  }
  const headers = {
    "content-type": "application/json",
    "user-agent": USER_AGENT,
    ...signatureHeaders(opened.secret, eventId, Math.floor(Date.now() / 1000), body),
  };
  const limit = timeLimitMs === undefined ? {} : { timeLimitMs };
  return sendOnce({ url: opened.url, headers, body }, { guard, signal, ...limit });
}
