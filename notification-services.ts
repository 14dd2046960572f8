import { CHANNELS } from "./adapters/channels/index.ts";
import type { Database } from "./adapters/database/database.ts";
import type { HistoryStore } from "./adapters/database/history/create-history-store.ts";
import type { Inventory } from "./adapters/inventory/inventory.ts";
import { createNotifications, type Notifications } from "./adapters/notification/create-notifications.ts";
import type { NotificationLease } from "./adapters/notification/notification-database.ts";
import { boxFor, SEALED_COLUMNS } from "./adapters/security/sealed-columns.ts";
import type { SecretBox } from "./adapters/security/secret-box.ts";
import { type AddressGuard, createResolveHost } from "./adapters/webhooks/address-guard.ts";
import { createSendRequest } from "./adapters/webhooks/exchange.ts";
import { signatureHeaders } from "./adapters/webhooks/signature.ts";
import type { Rule } from "./domain/alarms/rule.ts";
import { PLATFORM_RULE_FACTS } from "./domain/alarms/self-watch/index.ts";
import { DEFAULT_RULES } from "./domain/alarms/starter-rules/index.ts";
import type { Log } from "./domain/log.ts";
import type { WorkSignal } from "./domain/work-signal.ts";

export type NotificationServiceOptions = {
  readonly database: Database;
  readonly inventory: Pick<Inventory, "get">;
  readonly history: Pick<HistoryStore, "site">;
  /** Default polling interval, seconds. */
  readonly pollIntervalS: number;
  readonly alarms: { rules(): readonly Rule[]; isJudging(): boolean };
  /** Of the jobs: whoever runs them sends. */
  readonly lease: NotificationLease;
  readonly secretBox: SecretBox;
  /** Derived for links, 32 bytes. */
  readonly linkKey: Uint8Array;
  readonly guard: AddressGuard;
  readonly publicUrl: string;
  readonly timeZone: string;
  readonly work: { readonly decisions: WorkSignal; readonly deliveries: WorkSignal };
  readonly log: Log;
};

/** Of two hours, at a round a second and over. */
const MOST_TREND_VALUES = 10_000;

/** Telling people of alarms: channels, their sockets, and what the messages say of sites and rules. */
export function startNotifications(options: NotificationServiceOptions): Notifications {
  const { database, inventory, alarms, lease, secretBox, linkKey, guard, publicUrl, timeZone, work, log } = options;
  return createNotifications({
    database,
    lease,
    sealers: {
      addresses: boxFor(secretBox, SEALED_COLUMNS.notificationAddresses),
      settings: boxFor(secretBox, SEALED_COLUMNS.notificationSettings),
    },
    channels: {
      definitions: CHANNELS,
      parts: {
        send: createSendRequest(guard),
        resolve: createResolveHost(guard),
        sign: (secret, id, timestampS, body) => ({ ...signatureHeaders(secret, id, timestampS, body) }),
      },
    },
    linkKey,
    publicUrl,
    timeZone,
    siteOf(siteId) {
      const site = inventory.get(siteId);
      return site && { name: site.name, region: site.region, zone: site.zone };
    },
    // Where no flow runs nobody has told which rules there are: the shipped ones are known all the same.
    ruleOf: (ruleId) => [...alarms.rules(), ...DEFAULT_RULES, ...PLATFORM_RULE_FACTS].find(({ id }) => id === ruleId),
    async readTrend(siteId, point, fromMs, toMs) {
      const intervalS = inventory.get(siteId)?.intervalS ?? options.pollIntervalS;
      const range = { fromMs, toMs, level: "raw", intervalS, nowMs: Date.now(), limit: MOST_TREND_VALUES } as const;
      const { timesMs, series } = await options.history.site(siteId, [point], range);
      return { timesMs, values: series[point]?.avg ?? [] };
    },
    isJudging: alarms.isJudging,
    clock: Date.now,
    work,
    log,
  });
}
