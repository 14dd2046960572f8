import path from "node:path";
import type { Logger } from "pino";
import { type AccessServices, openAccess } from "./access-services.ts";
import type { AlarmDesk } from "./adapters/alarms/alarm-desk.ts";
import type { BackTests } from "./adapters/alarms/back-tests.ts";
import type { SiteBaselines } from "./adapters/alarms/site-baselines.ts";
import type { SiteFlags } from "./adapters/alarms/site-flags.ts";
import type { AuditBook } from "./adapters/audit/create-audit.ts";
import type { CommandDesk } from "./adapters/commands/command-desk.ts";
import { forgetCommands } from "./adapters/commands/reap-commands.ts";
import type { Collector } from "./adapters/controller/collector.ts";
import { createIdleCollector, type PollingView, viewPolling } from "./adapters/controller/distant-collector.ts";
import { installEgressGuard } from "./adapters/controller/egress-guard.ts";
import { createSystemClock } from "./adapters/controller/system-clock.ts";
import { createWriter } from "./adapters/database/create-writer.ts";
import type { Database } from "./adapters/database/database.ts";
import { createDerivedMemory, type DerivedMemory } from "./adapters/database/derived-memory.ts";
import { createHistoryImport, type HistoryImport } from "./adapters/database/history-import.ts";
import { createLabBook, type LabBook } from "./adapters/database/lab-repository.ts";
import { isEmbedded, openDatabase } from "./adapters/database/open-database.ts";
import { retentionFor } from "./adapters/database/retention.ts";
import { startUpkeep } from "./adapters/database/upkeep.ts";
import type { SnapshotWriter } from "./adapters/database/writer.ts";
import { createIdempotency, type Idempotency } from "./adapters/idempotency/idempotency.ts";
import { createInventory, type FileInventory } from "./adapters/inventory/create-inventory.ts";
import type { Journal } from "./adapters/journal/journal.ts";
import { createNoJournal } from "./adapters/journal/no-journal.ts";
import { openJournal } from "./adapters/journal/open-journal.ts";
import { createReplayer, type Replayer } from "./adapters/journal/replayer.ts";
import { createLeaseKeeper } from "./adapters/leases/lease-keeper.ts";
import { createLeaseParts } from "./adapters/leases/lease-parts.ts";
import { newIdentity, type ProcessIdentity, takeIdentity } from "./adapters/leases/process-identity.ts";
import { createLiveState } from "./adapters/live/create-live-state.ts";
import type { LiveState } from "./adapters/live/live-state.ts";
import type { Notifications } from "./adapters/notification/create-notifications.ts";
import { blockListOf } from "./adapters/security/client-address.ts";
import { deriveKey } from "./adapters/security/derive-key.ts";
import { resealAll } from "./adapters/security/reseal.ts";
import { boxFor, SEALED_COLUMNS } from "./adapters/security/sealed-columns.ts";
import { createSecretBox, type SecretBox } from "./adapters/security/secret-box.ts";
import type { SelfWatch } from "./adapters/self-watch/self-watch.ts";
import { createSettingsStore, type SettingsStore } from "./adapters/settings/settings-store.ts";
import { createAddressGuard } from "./adapters/webhooks/address-guard.ts";
import { createWebhooks, type Webhooks } from "./adapters/webhooks/create-webhooks.ts";
import { createWorkWatch } from "./adapters/work-watch/create-work-watch.ts";
import { type AlarmServiceOptions, createAlarms } from "./alarm-services.ts";
import type { Storage } from "./api/context.ts";
import { createShare, createSharedCollector, openInventory, profileOf, readCollectors } from "./collection-services.ts";
import { createCommands } from "./command-services.ts";
import type { Config } from "./config.ts";
import type { AuditTrail } from "./domain/access/audit-entry.ts";
import type { CollectorsView } from "./domain/collection/describe-collectors.ts";
import type { Site } from "./domain/sites/site.ts";
import { createFleet } from "./fleet-services.ts";
import { type JobServices, startJobs } from "./job-services.ts";
import { startNotifications } from "./notification-services.ts";
import { plantHosts, plantUrls } from "./plant-addresses.ts";
import { recordingJobs } from "./recording-services.ts";
import { startSelfWatch } from "./self-watch-services.ts";
import { createSender, type SenderServices } from "./sender-services.ts";
import { openAudit, storageOf } from "./storage-services.ts";
import { readStored, storedLatest, WAIT_FOR_LATEST_MS, within } from "./stored-latest.ts";
import { startVideo, type Video } from "./video-services.ts";

/** Of a fleet whose collectors are not heard. */
const SHOWN_ROUNDS = 5;

/** Everything that lives as long as the process. Started in order, closed in the reverse order. */
export type Services = AccessServices &
  Omit<SenderServices, "close"> & {
    readonly database: Database;
    readonly journal: Journal;
    readonly inventory: FileInventory;
    readonly collector: Collector;
    /** False when other processes collect: then nothing comes from `collector`. */
    readonly pollsHere: boolean;
    /** What pages ask of collection, wherever it runs. */
    readonly polling: PollingView;
    /** Who collects what; rejects while the database is away. */
    readonly collectors: (sites?: readonly Site[]) => Promise<CollectorsView>;
    readonly identity: ProcessIdentity;
    readonly writer: SnapshotWriter;
    readonly replayer: Replayer;
    readonly liveState: LiveState;
    readonly storage: Storage;
    readonly derivedMemory: DerivedMemory;
    readonly alarms: AlarmDesk;
    readonly siteFlags: SiteFlags;
    readonly siteBaselines: SiteBaselines;
    readonly backTests: BackTests;
    readonly commands: CommandDesk;
    readonly selfWatch: SelfWatch;
    readonly labBook: LabBook;
    readonly historyImport: HistoryImport;
    readonly jobs: JobServices;
    /** Seals what the platform has to read again; opens what a former key has sealed. */
    readonly secretBox: SecretBox;
    readonly audit: AuditTrail;
    readonly auditBook: AuditBook;
    /** For the metrics. */
    readonly auditState: () => { readonly queued: number; readonly dropped: number; readonly isBroken: boolean };
    readonly settings: SettingsStore;
    readonly idempotency: Idempotency;
    readonly webhooks: Webhooks;
    readonly notifications: Notifications;
    readonly video: Video;
    readonly redisState: () => "in_process" | "connected" | "unreachable";
    /** Ends what is under way and closes everything: sockets, journal, database. */
    close(): Promise<void>;
  };

/**
 * Opens the services. A PostgreSQL that is away is no reason to stop: collection and live view start without it.
 *
 * @throws {AppError} `storage.locked`, `storage.unavailable`, `inventory.invalid`: the reason is in the message
 */
export async function startServices(config: Config, log: Logger): Promise<Services> {
  const database = await openDatabase({
    url: config.databaseUrl,
    access: config.databaseAccess,
    dataDir: config.dataDir,
    log,
  });
  const pollsHere = config.roles.includes("collector");
  const journal = pollsHere
    ? openJournal({
        path: path.join(config.dataDir, "journal.sqlite"),
        keepAcknowledged: isEmbedded(database),
        log,
      })
    : createNoJournal();
  const identity = pollsHere ? takeIdentity(config.dataDir) : newIdentity();
  const inventory = createInventory({ database, log, hasProfile: (id) => profileOf(id) !== undefined });
  const clock = createSystemClock();
  const leasePart = createLeaseParts(createLeaseKeeper({ database, holder: identity.holder, clock, log }));
  const share = pollsHere ? createShare(database, leasePart(), identity, inventory, log) : null;
  const stopUpkeep = startUpkeep({ database, journal, log });
  const work = createWorkWatch({ database });
  const settings = createSettingsStore({ database, log, isSoleProcess: isEmbedded(database) });
  const secretBox = createSecretBox(config.secretKey, config.previousSecretKey);
  const openedMs = performance.now();
  // Together: each waits some seconds for a database that is away, and collection should not.
  const [latest] = await Promise.all([storedLatest(database, log), openInventory(config, inventory), share?.start()]);
  const fleet = createFleet({
    redisUrl: config.redisUrl,
    redisAccess: config.redisAccess,
    identity,
    inventory,
    share,
    shows: config.roles.includes("ui"),
    pollIntervalS: config.pollIntervalS,
    readStored: () => readStored(database, SHOWN_ROUNDS),
    log,
  });
  const ownLiveState = createLiveState({ inventory, ...latest, mirror: fleet.mirror });
  const collector = share ? createSharedCollector(config, inventory, journal, share, log) : createIdleCollector();
  const liveState = fleet.connect(ownLiveState, collector);
  const writer = createWriter({
    database,
    journal,
    log,
    rawRetentionDays: config.retention.rawDays,
    collector: identity.name,
  });
  const intervalOf = (siteId: string) => inventory.get(siteId)?.intervalS ?? config.pollIntervalS;
  const derivedMemory = createDerivedMemory({ database, intervalOf, log });
  const polled = inventory.all().filter(({ id }) => share?.isMine(id));
  const leftMs = WAIT_FOR_LATEST_MS - (performance.now() - openedMs);
  await within(leftMs, derivedMemory.restore(polled.map(({ id }) => id)), undefined);
  let noteOverBudget: AlarmServiceOptions["onOverBudget"] = () => undefined;
  const { close: closeAlarms, ...alarmServices } = createAlarms({
    database,
    inventory,
    liveState,
    holder: identity.holder,
    keeper: config.roles.includes("ui") ? leasePart() : null,
    pollIntervalS: config.pollIntervalS,
    timeZone: config.siteTimeZone,
    alarmQueue: fleet.alarmQueue,
    onOverBudget: (verdict, ruleIds) => noteOverBudget(verdict, ruleIds),
    log,
  });
  let signsAudit = () => false;
  const audit = openAudit(config, database, () => signsAudit(), log);
  noteOverBudget = ({ perDay, allowedPerDay }, ruleIds) => {
    const detail = { rules: ruleIds.slice(0, 10), perDay, allowedPerDay };
    audit.trail.note({ actorKind: "platform", actor: "", action: "rule:over-budget", outcome: "done", detail });
  };
  const access = openAccess({
    config,
    database,
    settings,
    secretBox,
    audit: audit.trail,
    fleet,
    tokenWork: work.of("serviceTokens"),
    log,
  });
  const jobs = startJobs({
    database,
    journal,
    dataDir: config.dataDir,
    retention: config.retention,
    timeZone: config.siteTimeZone,
    holder: identity.holder,
    keeper: config.roles.includes("scheduler") ? leasePart() : null,
    // As stored: what memory holds before the database was reached are the defaults.
    cutAudit: async (nowMs) => audit.cut(nowMs, (await settings.read()).settings.auditRetentionDays),
    // As long as the lines of the trail about them.
    forgetCommands: async () => forgetCommands(database, (await settings.read()).settings.auditRetentionDays),
    resealSecrets:
      config.previousSecretKey === null
        ? null
        : async (signal) => ({ ...(await resealAll(database, secretBox, () => signal.aborted)) }),
    ...recordingJobs(config, database),
    log,
  });
  signsAudit = jobs.isActive;
  const guard = createAddressGuard({
    allow: blockListOf(config.webhookAllow),
    forbidden: plantHosts(inventory),
  });
  const webhooks = createWebhooks({
    database,
    sealers: {
      url: boxFor(secretBox, SEALED_COLUMNS.webhookUrl),
      secret: boxFor(secretBox, SEALED_COLUMNS.webhookSecret),
    },
    lease: jobs.lease,
    guard,
    log,
  });
  const storage = storageOf(database, inventory, () => retentionFor(database.engine, config.retention));
  const notifications = startNotifications({
    database,
    inventory,
    history: storage.history,
    pollIntervalS: config.pollIntervalS,
    alarms: alarmServices.alarms,
    lease: jobs.lease,
    secretBox,
    linkKey: deriveKey(config.secretKey, "notification-links"),
    guard,
    publicUrl: config.publicUrl,
    timeZone: config.siteTimeZone,
    work: { decisions: work.of("decisions"), deliveries: work.of("deliveries") },
    log,
  });
  const { alarms } = alarmServices;
  const selfWatch = startSelfWatch({
    database,
    liveState,
    inventory,
    alarms,
    writer: pollsHere ? writer : null,
    journal: pollsHere ? journal : null,
    failingChannels: notifications.failing,
    pollIntervalS: config.pollIntervalS,
    reign: () => (alarms.isJudging() ? alarms.beside([]).place : null),
    heartbeat: config.heartbeat,
    guard,
    log,
  });
  const video = startVideo({
    config,
    database,
    inventory,
    auth: access.auth,
    work,
    keeper: config.roles.includes("video") ? leasePart() : null,
    log,
  });
  let ringSender: () => void = () => undefined;
  const commands = createCommands({
    ...access,
    database,
    inventory,
    history: storage.history,
    alarms,
    pollNow: collector.pollNow,
    onQueued({ id, siteId }) {
      if (share?.isMine(siteId)) ringSender();
      // Where there is no Redis, the sender of another process looks by itself, every second.
      else fleet.ringDoorbell(siteId, id);
    },
    secretKey: config.secretKey,
  });
  const { close: closeSender, ...senderServices } = createSender({
    database,
    commands,
    collector,
    liveState,
    share,
    holder: identity.holder,
    siteFacts: alarms.facts,
    minersOf: (siteId) => inventory.get(siteId)?.minersExpected ?? null,
    reign: () => (alarms.isJudging() ? alarms.beside([]).place : null),
    isScheduling: jobs.isActive,
    work: {
      commands: work.of("commands"),
      batches: work.of("batches", "commands"),
      alarms: work.of("commandEvents", "emergencies"),
      emergencies: work.of("emergencySteps"),
    },
    log,
  });
  ringSender = () => senderServices.commandSender?.ring();
  fleet.answerDoorbell(ringSender);
  const removeEgressGuard = installEgressGuard({ plantUrls: plantUrls(inventory), log });
  return {
    database,
    journal,
    inventory,
    collector,
    pollsHere,
    polling: viewPolling(collector, fleet.distant),
    collectors: (sites = inventory.all()) =>
      readCollectors(database, inventory, sites, pollsHere ? identity.holder : null),
    identity,
    writer,
    replayer: createReplayer({ journal }),
    liveState,
    ...access,
    storage,
    derivedMemory,
    ...alarmServices,
    commands,
    ...senderServices,
    selfWatch,
    labBook: createLabBook({ database, numberOf: inventory.numberOf }),
    historyImport: createHistoryImport({
      database,
      hasSite: (siteId) => inventory.get(siteId) !== undefined,
      folder: path.join(config.dataDir, "import"),
    }),
    jobs,
    secretBox,
    audit: audit.trail,
    auditBook: audit.book,
    auditState: () => ({ ...audit.trail.stats(), isBroken: audit.problem() !== null }),
    settings,
    idempotency: createIdempotency({
      database,
      hashKey: deriveKey(config.secretKey, "idempotency"),
      box: boxFor(secretBox, SEALED_COLUMNS.idempotencyAnswer),
      log,
    }),
    webhooks,
    notifications,
    video,
    redisState: fleet.redisState,
    async close() {
      await video.close();
      // While the site can still be polled: the answer of the call under way is noted.
      await closeSender();
      await collector.close();
      // While this process may still sign: the last entries get a checkpoint, too.
      await audit.close();
      settings.close();
      await webhooks.close();
      selfWatch.stop();
      await closeAlarms();
      await notifications.close();
      work.close();
      await jobs.stop();
      await writer.close();
      await derivedMemory.close();
      await liveState.close();
      // After the last poll: whoever takes the sites over begins at once.
      await share?.close();
      access.auth.close();
      inventory.close();
      await stopUpkeep();
      journal.close();
      fleet.close();
      removeEgressGuard();
      await database.close();
    },
  };
}
