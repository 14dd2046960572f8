import { startBatchRunner } from "./adapters/commands/batch-runner.ts";
import { type CommandAlarms, createCommandAlarms } from "./adapters/commands/command-alarms.ts";
import type { CommandDesk } from "./adapters/commands/command-desk.ts";
import { type CommandFeed, createCommandFeed } from "./adapters/commands/command-feed.ts";
import { type CommandSender, createCommandSender } from "./adapters/commands/command-sender.ts";
import { startEmergencyRunner } from "./adapters/commands/emergency-runner.ts";
import type { CommandedPlant } from "./adapters/commands/sender-ports.ts";
import { callOnce } from "./adapters/controller/call-once.ts";
import type { Collector } from "./adapters/controller/collector.ts";
import { createSystemClock } from "./adapters/controller/system-clock.ts";
import type { Database } from "./adapters/database/database.ts";
import type { CollectorShare } from "./adapters/leases/collector-share.ts";
import type { LiveState } from "./adapters/live/live-state.ts";
import type { SiteFacts } from "./domain/alarms/site-facts.ts";
import type { Log } from "./domain/log.ts";
import type { WorkSignal } from "./domain/work-signal.ts";

export type SenderServiceOptions = {
  readonly database: Database;
  readonly commands: CommandDesk;
  readonly collector: Pick<Collector, "pollNow" | "watch">;
  readonly liveState: Pick<LiveState, "get" | "onChange">;
  /** Null in a process that has no sites: it sends nothing. */
  readonly share: Pick<CollectorShare, "held"> | null;
  readonly holder: string;
  /** What the alarm rules know of each site. */
  readonly siteFacts: () => ReadonlyMap<string, SiteFacts>;
  /** Miners of a site; null = nobody has entered them. */
  readonly minersOf: (siteId: string) => number | null;
  /** Another number for each time that this process judges alarms; null while it does not. */
  readonly reign: () => number | null;
  /** True in the one process that goes on with orders for several sites. */
  readonly isScheduling: () => boolean;
  /**
   * Tell while there are commands, batches or emergency stops that are not over; `alarms`: when something has happened to a
   * command or an emergency stop.
   */
  readonly work: Readonly<Record<"commands" | "batches" | "emergencies" | "alarms", WorkSignal>>;
  readonly log: Log;
};

export type SenderServices = {
  readonly commandFeed: CommandFeed;
  readonly commandAlarms: CommandAlarms;
  /** Null where other processes send. */
  readonly commandSender: CommandSender | null;
  /** No new claim; waits for the calls under way. To be called before the leases are given back. */
  close(): Promise<void>;
};

/** Commands are asked for in every process, and sent by the one that has the lease of the site. */
export function createSender(options: SenderServiceOptions): SenderServices {
  const { database, commands, collector, liveState, share, holder, siteFacts, minersOf } = options;
  const { reign, isScheduling, work, log } = options;
  const commandAlarms = createCommandAlarms({
    database,
    segmentOf: (siteId) => siteFacts().get(siteId)?.segmentId ?? null,
    reign,
    clock: Date.now,
    work: work.alarms,
    log,
  });
  const plant: CommandedPlant = {
    latest: (siteId) => liveState.get(siteId),
    onMoved: (listener) => liveState.onChange(({ siteIds }) => listener(siteIds)),
    pollNow: collector.pollNow,
    watch: collector.watch,
  };
  const { ledger, facts, emergencies } = commands;
  const clock = createSystemClock();
  const commandSender =
    share &&
    createCommandSender({
      ledger,
      facts,
      plant,
      call: callOnce,
      clock,
      holder,
      leases: share.held,
      work: work.commands,
      log,
    });
  const emergencyRunner =
    share &&
    startEmergencyRunner({
      emergencies,
      ledger,
      facts,
      plant,
      clock,
      minersOf,
      holder,
      work: work.emergencies,
      log,
    });
  const batchRunner = startBatchRunner({
    batches: commands.batches,
    ledger,
    isActive: isScheduling,
    work: work.batches,
    log,
  });
  return {
    commandFeed: createCommandFeed(),
    commandAlarms,
    commandSender,
    async close() {
      await batchRunner.stop();
      await emergencyRunner?.stop();
      await commandSender?.close();
      commandAlarms.stop();
    },
  };
}
