import { randomBytes } from "node:crypto";
import { BlockList } from "node:net";
import { createAlarmStore } from "../../adapters/alarms/create-alarm-store.ts";
import { CHANNELS } from "../../adapters/channels/index.ts";
import { openDatabase } from "../../adapters/database/open-database.ts";
import { FENCE_SQL, takeLease } from "../../adapters/leases/lease-store.ts";
import { createNotifications } from "../../adapters/notification/create-notifications.ts";
import { boxFor, SEALED_COLUMNS } from "../../adapters/security/sealed-columns.ts";
import { createSecretBox } from "../../adapters/security/secret-box.ts";
import { createAddressGuard, createResolveHost } from "../../adapters/webhooks/address-guard.ts";
import { createSendRequest } from "../../adapters/webhooks/exchange.ts";
import { signatureHeaders } from "../../adapters/webhooks/signature.ts";
import { createWorkWatch } from "../../adapters/work-watch/create-work-watch.ts";
import type { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import { STARTER_RULES } from "../../domain/alarms/starter-rules/index.ts";
import type { NoticeDelivery } from "../../domain/notification/delivery.ts";
import { Route, type RouteInput } from "../../domain/notification/route.ts";
import { addSites } from "../../test/adapters/database/snapshots.ts";
import { createFreshDatabase } from "../../test/services/fresh-database.ts";
import { startPostgres } from "../../test/services/postgres-server.ts";
import { recordedLog } from "../../test/services/recorded-log.ts";
import { type Alarm, PACE, RULE_IDS, type Sender, siteId } from "./flood.ts";
import { MAILBOX, type Sinks } from "./sinks.ts";

export type Ours = Sender & { deliveries(): Promise<readonly NoticeDelivery[]> };

const LEASE = "scheduler";
const LEASE_MS = 4 * 3_600_000;
const MOST_DELIVERIES = 500;

/** Our own way from a stored alarm to the sinks, on PostgreSQL: store, decision, outbox, channels, all as shipped. */
export async function startOurs(sites: number, sinks: Sinks): Promise<Ours> {
  const server = await startPostgres();
  const fresh = await createFreshDatabase(server.url, { timescale: true });
  const database = await openDatabase({ url: fresh.url, dataDir: "", log: recordedLog() });
  await database.whenReady();
  await addSites(database, sites);
  const numberOf = (id: string) => Number(id.slice("site-".length)) || undefined;
  const alarms = createAlarmStore({ database, sites: { numberOf }, fenceSql: FENCE_SQL });
  const token = await takeLease(database, LEASE, "bench", LEASE_MS);
  if (token === null) throw new Error("somebody else holds the lease of a fresh database");
  const allow = new BlockList();
  allow.addSubnet("127.0.0.0", 8, "ipv4");
  const guard = createAddressGuard({ allow, forbidden: () => new Set() });
  const box = createSecretBox(randomBytes(32), null);
  const work = createWorkWatch({ database });
  const notifications = createNotifications({
    database,
    lease: { name: LEASE, holder: "bench", fenceSql: FENCE_SQL, token: () => token },
    sealers: {
      addresses: boxFor(box, SEALED_COLUMNS.notificationAddresses),
      settings: boxFor(box, SEALED_COLUMNS.notificationSettings),
    },
    channels: {
      definitions: CHANNELS,
      parts: {
        send: createSendRequest(guard),
        resolve: createResolveHost(guard),
        sign: (secret, id, timestampS, body) => ({ ...signatureHeaders(secret, id, timestampS, body) }),
      },
    },
    linkKey: randomBytes(32),
    publicUrl: "https://antbox.example.org",
    timeZone: "UTC",
    siteOf: (id) => ({ name: id, region: "north", zone: "zone-101" }),
    ruleOf: (id) => STARTER_RULES.find((rule) => rule.id === id),
    readTrend: async () => ({ timesMs: [], values: [] }),
    isJudging: () => false,
    clock: Date.now,
    work: { decisions: work.of("decisions"), deliveries: work.of("deliveries") },
    log: recordedLog(),
  });
  await setUp(notifications, sinks);

  async function apply(events: readonly ConditionEvent[]): Promise<void> {
    await notifications.take(await alarms.applyConditions(events, null));
  }
  return {
    raise: (given) => apply(given.map(raised)),
    clear: (given) => apply(given.map(cleared)),
    async deliveries() {
      const all = { state: null, channel: null, recipientId: null, alarmId: null };
      return (await notifications.deliveries(all, MOST_DELIVERIES, null)).items;
    },
    async close() {
      await notifications.close();
      work.close();
      await database.close();
      await fresh.drop();
      await server.dispose();
    },
  };
}

async function setUp(notifications: ReturnType<typeof createNotifications>, sinks: Sinks): Promise<void> {
  const { host, webPort, mailPort } = sinks;
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const faults = [
    await notifications.setChannel("webhook", { url: `http://${host}:${webPort}/ours`, secret }, true, "bench"),
    await notifications.setChannel(
      "email",
      { host, port: mailPort, security: "none", from: "alarms@example.org" },
      true,
      "bench",
    ),
  ].flatMap((fault) => fault ?? []);
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  const addresses = { webhook: "bench", email: MAILBOX.ours };
  const made = await notifications.addRecipient({ name: "Bench", language: "en", addresses, isEnabled: true }, "bench");
  if (typeof made === "string") throw new Error(made);
  const common = { to: { recipientIds: [made.id] }, repeatEveryMin: null, channels: ["webhook" as const] };
  const single = {
    match: { ruleIds: [RULE_IDS.single] },
    kinds: ["raised" as const],
    groupBy: "alarm" as const,
    waitS: PACE.singleWaitS,
    intervalS: PACE.singleIntervalS,
  };
  const routes: readonly RouteInput[] = [
    {
      ...common,
      id: "flood",
      name: "Flood",
      match: { ruleIds: [RULE_IDS.flood] },
      groupBy: "cause",
      waitS: PACE.floodWaitS,
      intervalS: PACE.floodIntervalS,
    },
    { ...common, ...single, id: "single", name: "Single", goOn: true },
    { ...common, ...single, id: "single-mail", name: "Single by mail", channels: ["email"] },
  ];
  const { revision } = await notifications.plan();
  const plan = { routes: routes.map((route) => Route.parse(route)), schedules: [] };
  if (!(await notifications.setPlan(plan, revision, "bench"))) throw new Error("the plan was not stored");
}

function raised({ site, rule }: Alarm): ConditionEvent {
  return {
    ...identityOf(site, rule),
    type: "raised",
    priority: "critical",
    sources: ["platform"],
    point: null,
    value: null,
    limit: null,
    unit: null,
    latching: false,
    suppressedBy: null,
  };
}

function cleared({ site, rule }: Alarm): ConditionEvent {
  return { ...identityOf(site, rule), type: "cleared" };
}

function identityOf(site: number, rule: Alarm["rule"]) {
  return { siteId: siteId(site), segmentId: null, ruleId: RULE_IDS[rule], at: new Date().toISOString() };
}
