import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createAlarmDesk } from "../../adapters/alarms/alarm-desk.ts";
import { createAlarmMemory } from "../../adapters/alarms/alarm-memory.ts";
import { createAlarmStore } from "../../adapters/alarms/create-alarm-store.ts";
import type { Fence } from "../../adapters/alarms/write-alarms.ts";
import { createCommandFeed } from "../../adapters/commands/command-feed.ts";
import type { Collector, CollectorSubscriber } from "../../adapters/controller/collector.ts";
import type { Database } from "../../adapters/database/database.ts";
import { createHistoryStore } from "../../adapters/database/history/create-history-store.ts";
import { defaultRetention } from "../../adapters/database/retention.ts";
import type { SnapshotWriter } from "../../adapters/database/writer.ts";
import type { Inventory } from "../../adapters/inventory/inventory.ts";
import type { Journal } from "../../adapters/journal/journal.ts";
import { openJournal } from "../../adapters/journal/open-journal.ts";
import { createReplayer } from "../../adapters/journal/replayer.ts";
import { FENCE_SQL } from "../../adapters/leases/lease-store.ts";
import { createLiveState } from "../../adapters/live/create-live-state.ts";
import type { SiteFacts } from "../../domain/alarms/site-facts.ts";
import type { Log } from "../../domain/log.ts";
import { findCompiledProfile } from "../../domain/profiles/index.ts";
import type { Site } from "../../domain/sites/site.ts";
import type { Platform } from "../../nodes/_shared/platform.ts";
import { idleVideo } from "../services/idle-video.ts";

export const quietLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** A collector that a test drives by hand: what it hands out, the attached poller gets. */
type HandDrivenCollector = Collector & { readonly subscriber: CollectorSubscriber | null };

export type TestPlatform = Platform & {
  readonly collector: HandDrivenCollector;
  readonly journal: Journal;
  close(): Promise<void>;
};

const SITE: Omit<Site, "id"> = {
  name: "Site",
  region: "default",
  zone: "default",
  enabled: true,
  controllerUrl: "http://controller.example",
  profileId: "bitmain-antbox-hk3",
  cameraUrl: null,
  cameraQueries: false,
  location: null,
  intervalS: null,
  minersExpected: 308,
  ratedPowerKw: 1000,
};

/** The platform's services around one node: journal, replay, live state and profiles are the real ones. */
export function createTestPlatform(
  parts: {
    siteIds?: readonly string[];
    /** Those of them that have a camera. */
    cameras?: readonly string[];
    replayAfterMs?: number;
    database?: Database;
    writer?: (journal: Journal) => SnapshotWriter;
    /** Lets it judge alarm rules. */
    fence?: Fence;
    rulesFolder?: string;
    /** Tells nobody when absent. */
    notifications?: Platform["notifications"];
    /** No gateway, and no cameras, when absent. */
    video?: Platform["video"];
    /** Finds nothing when absent. */
    selfWatch?: Platform["selfWatch"];
    /** Other processes send when absent. */
    commandSender?: Platform["commandSender"];
    /** Finds nothing when absent. */
    commandAlarms?: Platform["commandAlarms"];
  } = {},
): TestPlatform {
  const cameraUrlOf = (id: string) => (parts.cameras?.includes(id) ? "http://camera.example/stream.m3u8" : null);
  const sites = new Map(
    (parts.siteIds ?? ["site-001"]).map((id): [string, Site] => [id, { id, ...SITE, cameraUrl: cameraUrlOf(id) }]),
  );
  const inventory: Inventory = {
    get: (id) => sites.get(id),
    all: () => [...sites.values()],
    numberOf: (id) => (sites.has(id) ? [...sites.keys()].indexOf(id) + 1 : undefined),
    onChange: () => () => {},
  };
  const journal = openJournal({
    path: path.join(mkdtempSync(path.join(tmpdir(), "antbox-journal-")), "journal.db"),
    capBytes: 16 * 1024 ** 2,
    log: quietLog,
  });
  const liveState = createLiveState({ inventory, coalesceMs: 5 });
  const database = parts.database ?? noDatabase();
  const writer = parts.writer?.(journal) ?? recordingWriter(journal);
  const alarms = createAlarmDesk({
    store: createAlarmStore({ database, sites: inventory, fenceSql: FENCE_SQL }),
    memory: createAlarmMemory(database, FENCE_SQL),
    lease: { fence: () => parts.fence ?? null, onChange: () => () => undefined },
    facts: () => new Map([...sites.keys()].map((id) => [id, factsOf(id, cameraUrlOf(id) !== null)])),
    latest: (siteId) => liveState.get(siteId),
    timeZone: "UTC",
    clock: Date.now,
    log: quietLog,
  });
  return {
    collector: handDrivenCollector(),
    journal,
    replayer: createReplayer({ journal, minAgeMs: parts.replayAfterMs ?? 30_000, lookMs: 5 }),
    liveState,
    inventory,
    writer,
    database,
    storage: {
      history: createHistoryStore({
        database,
        numberOf: inventory.numberOf,
        retention: () => defaultRetention(database.engine),
      }),
    },
    derivedMemory: { extend: () => undefined },
    alarms,
    notifications: parts.notifications ?? {
      take: async () => undefined,
      attach: () => () => undefined,
      stats: () => ({ waiting: 0, isBehind: false }),
    },
    commandSender: parts.commandSender ?? null,
    commandFeed: createCommandFeed(),
    commandAlarms: parts.commandAlarms ?? { onFound: () => () => undefined },
    video: parts.video ?? {
      board: idleVideo().board,
      wiring: { ask: () => () => undefined, record: () => () => undefined },
      marks: { mark: async () => true },
      gateway: null,
    },
    selfWatch: parts.selfWatch ?? { onFound: () => () => undefined, active: () => [], endings: () => [] },
    rulesFolder: parts.rulesFolder ?? "",
    profileOf: (idOrTag) => findCompiledProfile(idOrTag.split("@")[0] ?? idOrTag),
    pollIntervalS: 60,
    async close() {
      await alarms.stop();
      await writer.close();
      await liveState.close();
      journal.close();
    },
  };
}

function factsOf(siteId: string, hasCamera: boolean): SiteFacts {
  return {
    siteId,
    segmentId: "default",
    circleId: null,
    intervalS: 60,
    enabled: true,
    ratedPowerKw: 1000,
    baselines: {},
    lab: {},
    camera: hasCamera ? { isOnline: null } : null,
    isInMaintenance: false,
    isCurtailed: false,
  };
}

function handDrivenCollector(): HandDrivenCollector {
  let subscriber: CollectorSubscriber | null = null;
  return {
    get subscriber() {
      return subscriber;
    },
    attach(taken) {
      subscriber = taken;
      return () => {
        if (subscriber === taken) subscriber = null;
      };
    },
    watch: () => {},
    pollNow: async () => false,
    factsOf: () => null,
    lastReplyOf: () => null,
    stats: () => ({ polls: {}, roundsTotal: 0, lastRound: null, openSockets: 0 }),
    close: async () => {},
  };
}

/** For tests that are not about storing: settles at once. */
function recordingWriter(journal: Journal): SnapshotWriter {
  let written = 0;
  const settle = (journalId: number | null) => {
    written += 1;
    if (journalId !== null) journal.acknowledge([journalId]);
  };
  return {
    write: (_snapshot, journalId) => settle(journalId),
    writeRejected: (_rejected, journalId) => settle(journalId),
    writeRound: () => {},
    stats: () => ({ written, duplicates: 0, quarantined: 0, queued: 0, lagS: 0, state: "writing", lastError: null }),
    close: async () => {},
  };
}

function noDatabase(): Database {
  const refuse = async () => Promise.reject(new Error("this test has no database"));
  return {
    engine: { kind: "pglite", serverVersion: 170_000, timescale: "none", timescaleVersion: null, ownPartitions: true },
    whenReady: refuse,
    query: refuse,
    transaction: refuse,
    script: refuse,
    isReachable: async () => false,
    close: async () => {},
  };
}
