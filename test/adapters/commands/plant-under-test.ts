import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { createCommandFacts } from "../../../adapters/commands/command-facts.ts";
import { type CommandSender, createCommandSender } from "../../../adapters/commands/command-sender.ts";
import { createEmergencyStops } from "../../../adapters/commands/emergency-stops.ts";
import { type CommandLedger, createCommandLedger } from "../../../adapters/commands/ledger.ts";
import type { NewCommand } from "../../../adapters/commands/request-command.ts";
import type { CallController } from "../../../adapters/commands/sender-ports.ts";
import { createSiteLocks, type SiteLocks } from "../../../adapters/commands/site-locks.ts";
import { createWriteSwitches, type WriteSwitches } from "../../../adapters/commands/write-switches.ts";
import { callOnce } from "../../../adapters/controller/call-once.ts";
import { createCollector } from "../../../adapters/controller/create-collector.ts";
import { createSystemClock } from "../../../adapters/controller/system-clock.ts";
import { parseSites } from "../../../adapters/inventory/read-sites-file.ts";
import { upsertSites } from "../../../adapters/inventory/site-repository.ts";
import { FENCE_SQL } from "../../../adapters/leases/lease-store.ts";
import { createLiveState } from "../../../adapters/live/create-live-state.ts";
import type { LiveState } from "../../../adapters/live/live-state.ts";
import { createWorkWatch } from "../../../adapters/work-watch/create-work-watch.ts";
import type { Role } from "../../../domain/access/session-user.ts";
import { FINAL_STATES } from "../../../domain/commands/command.ts";
import { findCompiledProfile } from "../../../domain/profiles/index.ts";
import type { Site } from "../../../domain/sites/site.ts";
import { makeSnapshot } from "../../../domain/telemetry/make-snapshot.ts";
import { type Fleet, startFleet } from "../../services/start-platform.ts";
import type { EngineUnderTest } from "../database/engines.ts";
import { takeAll } from "./ledger-under-test.ts";

const WITHIN_MS = 40_000;
/** Its own: nothing else polls it in the time of a test. */
const RARELY_S = 3_600;

export type CommandRow = {
  readonly siteId: string;
  readonly command: string;
  readonly acted: number;
  readonly at: number;
};

export type PlantUnderTest = {
  readonly fleet: Fleet;
  readonly ledger: CommandLedger;
  readonly locks: SiteLocks;
  readonly switches: WriteSwitches;
  readonly sender: CommandSender;
  readonly liveState: LiveState;
  readonly database: { query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]> };
  /** Requests that left, by path. */
  readonly calls: readonly string[];
  /** A site that no other test uses, and that is polled each 2 s. */
  nextSite(): Promise<string>;
  /** The same, polled once an hour. */
  nextRareSite(): string;
  roles: Map<string, Role>;
  order(siteId: string, more?: Partial<NewCommand>): Promise<string>;
  /** Waits until a command is over. */
  end(id: string): Promise<Awaited<ReturnType<CommandLedger["find"]>> & object>;
  /** What the simulated controller has received. */
  received(siteId: string): Promise<CommandRow[]>;
  attach(): () => void;
  dispose(): Promise<void>;
};

/** Real controllers (the simulator's), a real collector, a real database; the flow between them is short-cut. */
export async function plantUnderTest(engine: EngineUnderTest, siteCount: number): Promise<PlantUnderTest> {
  const fleet = await startFleet(siteCount, ["--speed", "10", "--dialects", "a:1", "--seed", "7"]);
  const opened = await engine.open();
  const { database } = opened;
  await database.whenReady();
  const listed = parseSites(readFileSync(fleet.sitesFile, "utf8"), "sites.yaml", () => true);
  const rare = new Set(listed.slice(-2).map(({ id }) => id));
  const sites = listed.map((site): Site => ({ ...site, intervalS: rare.has(site.id) ? RARELY_S : null }));
  await upsertSites(database, sites);
  const byId = new Map(sites.map((site) => [site.id, site]));
  const inventory = { get: (id: string) => byId.get(id), all: () => sites, onChange: () => () => {} };
  const clock = createSystemClock();
  const liveState = createLiveState({ inventory, coalesceMs: 20 });
  const log = { info() {}, warn() {}, error() {} };
  const collector = createCollector({
    inventory,
    profileOf: (tag) => findCompiledProfile(tag.split("@")[0] ?? tag),
    journal: { append: async () => 1 },
    pollIntervalS: 2,
    log,
  });
  collector.attach({
    onReply({ reply }) {
      const profile = findCompiledProfile(reply.profile.split("@")[0] ?? "");
      if (profile) liveState.apply(makeSnapshot(reply, profile, byId.get(reply.siteId)));
    },
    onRound: () => {},
  });
  const ledger = createCommandLedger({ database, fenceSql: FENCE_SQL });
  const work = createWorkWatch({ database, lookMs: 100 });
  const locks = createSiteLocks(database);
  const switches = createWriteSwitches(database);
  const roles = new Map<string, Role>([["li", "admin"]]);
  const facts = createCommandFacts({
    switches,
    locks,
    emergencies: createEmergencyStops(database),
    inventory,
    profileOf: (id) => findCompiledProfile(id)?.profile,
    baselineOf: () => null,
    readLoads: async () => [],
    roleOf: async (person) => roles.get(person) ?? null,
    clock: clock.wallMs,
  });
  const profileId = sites[0]?.profileId ?? "";
  await switches.setWrites({ profileId, siteIds: "all", isEnabled: true, reason: "test", by: "admin" });
  const tokens = await takeAll(database, "sender");
  const calls: string[] = [];
  const call: CallController = (url, request, options) => {
    calls.push(request.path);
    return callOnce(url, request, options);
  };
  const sender = createCommandSender({
    ledger,
    facts,
    plant: {
      latest: liveState.get,
      onMoved: (listener) => liveState.onChange(({ siteIds }) => listener(siteIds)),
      pollNow: collector.pollNow,
      watch: collector.watch,
    },
    call,
    clock,
    holder: "sender",
    leases: () => tokens,
    work: work.of("commands"),
    log,
  });
  const attach = () => sender.attach(({ id }) => void sender.send(id));
  const often = sites.filter(({ id }) => !rare.has(id)).map(({ id }) => id);
  const seldom = [...rare];

  return {
    fleet,
    ledger,
    locks,
    switches,
    sender,
    liveState,
    database,
    calls,
    roles,
    async nextSite() {
      const siteId = often.shift() ?? expect.fail("there are not enough sites");
      await expect.poll(() => liveState.get(siteId) !== undefined, { timeout: WITHIN_MS }).toBe(true);
      return siteId;
    },
    nextRareSite: () => seldom.shift() ?? expect.fail("there are not enough sites"),
    async order(siteId, more = {}) {
      const { command } = await ledger.request({
        siteId,
        kind: "set_temp_mode",
        args: { mode: "pid" },
        reason: "test",
        overrides: [],
        requestedBy: "li",
        idempotencyKey: null,
        expiresInS: 60,
        needsApproval: false,
        evidence: null,
        ...more,
      });
      sender.ring();
      return command.id;
    },
    async end(id) {
      const deadline = performance.now() + WITHIN_MS;
      for (;;) {
        const command = await ledger.find(id);
        if (command !== null && FINAL_STATES.includes(command.state)) return command;
        if (performance.now() > deadline) expect.fail(`it does not end: ${JSON.stringify(command)}`);
        await sleep(100);
      }
    },
    async received(siteId) {
      const response = await fetch(`${fleet.controlUrl}/ledger?kind=commands&site=${siteId}`);
      const { columns, rows } = (await response.json()) as { columns: string[]; rows: unknown[][] };
      return rows.map((row) => Object.fromEntries(columns.map((name, place) => [name, row[place]])) as CommandRow);
    },
    attach,
    async dispose() {
      await sender.close();
      work.close();
      await collector.close();
      await liveState.close();
      await fleet.stop();
      await opened.dispose();
    },
  };
}
