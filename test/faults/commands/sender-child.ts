import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createCommandFacts } from "../../../adapters/commands/command-facts.ts";
import { createCommandSender } from "../../../adapters/commands/command-sender.ts";
import { createEmergencyStops } from "../../../adapters/commands/emergency-stops.ts";
import { type CommandLedger, createCommandLedger } from "../../../adapters/commands/ledger.ts";
import { createSiteLocks } from "../../../adapters/commands/site-locks.ts";
import { createWriteSwitches } from "../../../adapters/commands/write-switches.ts";
import { callOnce } from "../../../adapters/controller/call-once.ts";
import { createCollector } from "../../../adapters/controller/create-collector.ts";
import { createSystemClock } from "../../../adapters/controller/system-clock.ts";
import { openDatabase } from "../../../adapters/database/open-database.ts";
import { parseSites } from "../../../adapters/inventory/read-sites-file.ts";
import { listSites } from "../../../adapters/inventory/site-repository.ts";
import { createCollectorShare } from "../../../adapters/leases/collector-share.ts";
import { FENCE_SQL } from "../../../adapters/leases/lease-store.ts";
import { createLiveState } from "../../../adapters/live/create-live-state.ts";
import { createWorkWatch } from "../../../adapters/work-watch/create-work-watch.ts";
import { findCompiledProfile } from "../../../domain/profiles/index.ts";
import { makeSnapshot } from "../../../domain/telemetry/make-snapshot.ts";
import { type ArmedFault, createFaultTrap, trappedCall, trappedDatabase, trappedLedger } from "./fault-points.ts";
import { commandInPath, receivedCommands } from "./plant-ledger.ts";

/** What the parent says at the start. */
export type SenderChildPlan = {
  readonly databaseUrl: string;
  readonly sitesFile: string;
  readonly controlUrl: string;
  readonly holder: string;
  readonly formerHolder: string | null;
  readonly intervalS: number;
  /** Life of a lease; absent: as in the product. */
  readonly ttlMs?: number;
  /** From claimed back to the queue; absent: as in the product. */
  readonly claimedMs?: number;
  /** Believes what it once knew: it asks no fence and looks at no clock before it sends. */
  readonly isNaive: boolean;
};

/**
 * A collector that polls, holds leases and sends commands by the product's own parts. It does to itself what its parent
 * orders; the flow between readings and live state is short-cut.
 */
const TICK_MS = 10;
const plan = JSON.parse(process.argv[2] ?? "{}") as SenderChildPlan;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const trap = createFaultTrap();
process.on("message", (fault: ArmedFault) => trap.arm(fault));
process.on("disconnect", () => process.exit(0));

const clock = createSystemClock();
const database = await openDatabase({ url: plan.databaseUrl, dataDir: "", log });
await database.whenReady();
const sites = parseSites(readFileSync(plan.sitesFile, "utf8"), "sites.yaml", () => true);
const byId = new Map(sites.map((site) => [site.id, site]));
const siteAt = new Map(sites.map((site) => [site.controllerUrl, site.id]));
const numbers = new Map((await storedSites()).map(({ site, number }) => [site.id, number]));

/** The database may be in the middle of a crash. */
async function storedSites(): ReturnType<typeof listSites> {
  for (;;) {
    const stored = await listSites(database).catch(() => null);
    if (stored !== null) return stored;
    await sleep(100);
  }
}
const share = createCollectorShare({
  database,
  holder: plan.holder,
  formerHolder: plan.formerHolder,
  clock,
  log,
  numberOf: (siteId) => numbers.get(siteId),
  ...(plan.ttlMs === undefined ? {} : { ttlMs: plan.ttlMs }),
});
const inventory = { get: (id: string) => byId.get(id), all: () => sites, onChange: share.onChange };
const liveState = createLiveState({ inventory: { ...inventory, onChange: () => () => {} }, coalesceMs: 20 });
const collector = createCollector({
  inventory,
  profileOf: (tag) => findCompiledProfile(tag.split("@")[0] ?? tag),
  isMine: share.isMine,
  journal: { append: async () => 1 },
  pollIntervalS: plan.intervalS,
  log,
});
share.whenIdle(collector.isIdle);
collector.attach({
  onReply({ reply }) {
    const profile = findCompiledProfile(reply.profile.split("@")[0] ?? "");
    if (profile) liveState.apply(makeSnapshot(reply, profile, byId.get(reply.siteId)));
  },
  onRound: () => {},
});

const trapped = trappedDatabase(database, trap);
const known = createCommandLedger({
  database: trapped,
  fenceSql: FENCE_SQL,
  ...(plan.claimedMs === undefined
    ? {}
    : { patience: { claimedMs: plan.claimedMs, sentMs: 15_000, unseenMs: 60_000 } }),
});
/** A clock that stands still while the process is stopped: by it no time has passed. */
let ranMs = 0;
if (plan.isNaive) {
  setInterval(() => {
    ranMs += TICK_MS;
  }, TICK_MS);
}
const runningMs = () => ranMs;
/** Whoever has claimed a command once believes that it may send it. */
const believing: CommandLedger = {
  ...known,
  async markSent({ command }) {
    const values = [command.id];
    await trapped.query(
      "update command set state = 'sent', sent_at = clock_timestamp() where id = $1::uuid and state = 'claimed'",
      values,
    );
    return true;
  },
};
const sender = createCommandSender({
  ledger: trappedLedger(plan.isNaive ? believing : known, trap),
  facts: createCommandFacts({
    switches: createWriteSwitches(database),
    locks: createSiteLocks(database),
    emergencies: createEmergencyStops(database),
    inventory,
    profileOf: (id) => findCompiledProfile(id)?.profile,
    baselineOf: () => null,
    readLoads: async () => [],
    roleOf: async () => "admin",
    clock: clock.wallMs,
  }),
  plant: {
    latest: liveState.get,
    onMoved: (listener) => liveState.onChange(({ siteIds }) => listener(siteIds)),
    pollNow: collector.pollNow,
    watch: collector.watch,
  },
  call: trappedCall(callOnce, trap, async (path, controllerUrl) => {
    const rows = await receivedCommands(plan.controlUrl, siteAt.get(controllerUrl));
    const row = rows.find(({ command }) => command === commandInPath(path));
    return { received: row !== undefined, acted: row?.acted === true };
  }),
  clock: plan.isNaive ? { ...clock, monotonicMs: runningMs } : clock,
  holder: plan.holder,
  leases: share.held,
  work: createWorkWatch({ database, lookMs: 100 }).of("commands"),
  log,
});
await share.start();
sender.attach(({ id }) => void sender.send(id).catch(() => undefined));
process.stdout.write("ready\n");
