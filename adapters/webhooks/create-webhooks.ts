import { testEvent } from "../../domain/webhooks/event-kinds.ts";
import type { AddressFault } from "./address-guard.ts";
import { type CourierOptions, startCourier } from "./courier.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { createWebhookStore, type WebhookDatabase, type WebhookStore } from "./webhook-store.ts";

/** Outgoing webhooks: set up from every process, sent by the one that holds the lease. */
export interface Webhooks extends WebhookStore, Pick<Outbox, "log"> {
  /** Why nothing may be sent to an address; null when it may, as far as its name can be resolved now. */
  judge(url: string): Promise<Extract<AddressFault, "forbidden-address"> | null>;
  /** Queues a test event, switched off or not. @returns its id; null for an unknown webhook */
  test(id: string, orderedBy: string): Promise<string | null>;
  close(): Promise<void>;
}

export type WebhooksOptions = Omit<CourierOptions, "outbox"> & { readonly database: WebhookDatabase };

export function createWebhooks(options: WebhooksOptions): Webhooks {
  const { database, sealers, guard } = options;
  const store = createWebhookStore(database, sealers);
  const outbox = createOutbox(database);
  const courier = startCourier({ ...options, outbox });

  return {
    ...store,
    log: outbox.log,
    async judge(url) {
      return (await guard.check(new URL(url))) === "forbidden-address" ? "forbidden-address" : null;
    },
    async test(id, orderedBy) {
      const eventId = await outbox.put(testEvent(orderedBy, new Date().toISOString()), id);
      if (eventId !== null) courier.wake();
      return eventId;
    },
    close: () => courier.stop(),
  };
}
