import type { Logger } from "pino";
import { createCollector, type LocalCollector } from "./adapters/controller/create-collector.ts";
import { createSystemClock } from "./adapters/controller/system-clock.ts";
import type { Database } from "./adapters/database/database.ts";
import type { FileInventory } from "./adapters/inventory/create-inventory.ts";
import type { Inventory } from "./adapters/inventory/inventory.ts";
import type { Journal } from "./adapters/journal/journal.ts";
import { type CollectorShare, createCollectorShare } from "./adapters/leases/collector-share.ts";
import type { LeaseKeeper } from "./adapters/leases/lease-keeper.ts";
import { memberOf, readLeases } from "./adapters/leases/lease-store.ts";
import type { ProcessIdentity } from "./adapters/leases/process-identity.ts";
import type { Config } from "./config.ts";
import { type CollectorsView, describeCollectors } from "./domain/collection/describe-collectors.ts";
import type { CompiledProfile } from "./domain/profiles/compile-profile.ts";
import { findCompiledProfile } from "./domain/profiles/index.ts";
import type { Site } from "./domain/sites/site.ts";

/**
 * The compiled profile by `id` or `id@version`. A reply that was journalled under a former version is mapped by the
 * present one: the raw bodies are kept for that.
 */
export function profileOf(idOrTag: string): CompiledProfile | undefined {
  return findCompiledProfile(idOrTag.split("@", 1)[0] ?? idOrTag);
}

/** Reads the inventory, from the sites file where there is one, and follows its changes. */
export async function openInventory(config: Config, inventory: FileInventory): Promise<void> {
  if (config.databaseUrl !== null) inventory.watchDatabase();
  if (config.sitesFile !== null) {
    await inventory.importSitesFile(config.sitesFile);
    inventory.watchSitesFile(config.sitesFile);
  } else {
    await inventory.load();
  }
}

/** This process' share of the sites, which the collectors divide among them by leases. */
export function createShare(
  database: Database,
  keeper: LeaseKeeper,
  { holder, formerHolder }: ProcessIdentity,
  { numberOf }: Inventory,
  log: Logger,
): CollectorShare {
  return createCollectorShare({ database, keeper, holder, formerHolder, clock: createSystemClock(), log, numberOf });
}

/** Polls the sites of this process' share, and gives surplus ones back between two rounds. */
export function createSharedCollector(
  config: Config,
  inventory: FileInventory,
  journal: Journal,
  share: CollectorShare,
  log: Logger,
): LocalCollector {
  const collector = createCollector({
    inventory: {
      all: inventory.all,
      onChange(listener) {
        const stops = [inventory.onChange(listener), inventory.onNumbered(listener), share.onChange(listener)];
        return () => {
          for (const stop of stops) stop();
        };
      },
    },
    profileOf,
    isMine: share.isMine,
    journal,
    pollIntervalS: config.pollIntervalS,
    log,
  });
  share.whenIdle(collector.isIdle);
  return collector;
}

/** @param self holder of this process when it collects @throws {AppError} while the database is away */
export async function readCollectors(
  database: Database,
  inventory: Inventory,
  sites: readonly Site[],
  self: string | null,
): Promise<CollectorsView> {
  const live = (await readLeases(database)).filter(({ isLive }) => isLive);
  const members = live.flatMap(({ name }) => memberOf(name) ?? []);
  const siteNumbers = sites.flatMap(({ id, enabled }) => (enabled ? (inventory.numberOf(id) ?? []) : []));
  const leases = live.map(({ name, holder, token }) => ({ name, holder, token }));
  return describeCollectors(members, leases, siteNumbers, self);
}
