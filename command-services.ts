import type { AlarmDesk } from "./adapters/alarms/alarm-desk.ts";
import { type CommandDesk, createCommandDesk } from "./adapters/commands/command-desk.ts";
import type { Database } from "./adapters/database/database.ts";
import type { HistoryStore } from "./adapters/database/history/create-history-store.ts";
import type { Inventory } from "./adapters/inventory/inventory.ts";
import { FENCE_SQL } from "./adapters/leases/lease-store.ts";
import type { Auth } from "./adapters/security/create-auth.ts";
import { deriveKey } from "./adapters/security/derive-key.ts";
import type { People } from "./adapters/security/people.ts";
import { profileOf } from "./collection-services.ts";
import type { Role } from "./domain/access/session-user.ts";
import type { Command } from "./domain/commands/command.ts";
import type { CommandSite } from "./domain/commands/command-site.ts";
import { AppError } from "./domain/errors.ts";

/** A watched site has one each 10 s, some more where rounds of the platform fall in between. */
const MOST_LOADS = 200;
/** Holes between two loads are judged by whoever asks: an empty row in one would look like a bad reading. */
const NO_GAP_S = 3_600;

type CommandServiceOptions = {
  readonly database: Database;
  readonly inventory: Pick<Inventory, "get">;
  readonly history: Pick<HistoryStore, "site">;
  /** What the alarm rules know of each site. */
  readonly alarms: Pick<AlarmDesk, "facts">;
  readonly people: Pick<People, "read">;
  readonly auth: { readonly serviceTokens: Pick<Auth["serviceTokens"], "makersOf"> };
  readonly pollNow: CommandDesk["pollNow"];
  /** Rung after a command has come into the queue. */
  readonly onQueued?: (command: Command) => void;
  readonly secretKey: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly clock?: () => number;
  /** How long a request waits for a fresh poll. */
  readonly freshWaitMs?: number;
};

/** What people need to give commands, and to forbid them: the same in every process. */
export function createCommands(options: CommandServiceOptions): CommandDesk {
  const { database, inventory, history, alarms, secretKey, pollNow, onQueued, clock = Date.now, freshWaitMs } = options;
  return createCommandDesk({
    database,
    fenceSql: FENCE_SQL,
    roleOf: (requester) => roleOf(options, requester),
    pollNow,
    ...(onQueued && { onQueued }),
    confirmationKey: deriveKey(secretKey, "command-confirmations"),
    inventory,
    profileOf: (profileId) => profileOf(profileId)?.profile,
    baselineOf: (siteId, name) => alarms.facts().get(siteId)?.baselines[name] ?? null,
    readLoads: (siteId, fromMs, toMs) => readLoads(history, siteId, fromMs, toMs, clock()),
    clock,
    ...(freshWaitMs === undefined ? {} : { freshWaitMs }),
  });
}

/**
 * As it is now: who has lost a role gives no commands any more, and neither does a disabled account. A program may what an
 * operator may, and no more: its permission says no more than that.
 */
async function roleOf({ people, auth }: CommandServiceOptions, requester: string): Promise<Role | null> {
  if ((await auth.serviceTokens.makersOf(requester)).length > 0) return "operator";
  const person = await people.read(requester).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "user.not-found") return null;
    throw error;
  });
  return person === null || person.isDisabled ? null : person.role;
}

/** As `loadKw`: the whole power, or where nobody measures it that of the miners. */
async function readLoads(
  history: Pick<HistoryStore, "site">,
  siteId: string,
  fromMs: number,
  toMs: number,
  nowMs: number,
): Promise<CommandSite["recentLoads"]> {
  const range = { fromMs, toMs, nowMs, level: "raw", intervalS: NO_GAP_S, limit: MOST_LOADS } as const;
  const { timesMs, series } = await history.site(siteId, ["total_power_kw", "it_power_kw"], range);
  return timesMs.map((atMs, place) => ({
    atMs,
    powerKw: series["total_power_kw"]?.avg[place] ?? series["it_power_kw"]?.avg[place] ?? null,
  }));
}
