import type { Command } from "../../domain/commands/command.ts";
import { type CommandBatches, createCommandBatches } from "./command-batches.ts";
import { type CommandChanges, createCommandChanges } from "./command-changes.ts";
import { type CommandFactsOptions, createCommandFacts } from "./command-facts.ts";
import type { CommandDatabase } from "./command-rows.ts";
import { type CommandTally, createCommandTally } from "./command-tally.ts";
import { type Confirmations, createConfirmations } from "./confirmations.ts";
import { createEmergencyStops, type EmergencyStops } from "./emergency-stops.ts";
import { type CommandLedger, createCommandLedger } from "./ledger.ts";
import type { CommandFacts } from "./sender-ports.ts";
import { createSiteLocks, type SiteLocks } from "./site-locks.ts";
import { createWriteSwitches, type WriteSwitches } from "./write-switches.ts";

/** Everything that people need to give commands, and to forbid them. It sends nothing. */
export type CommandDesk = {
  readonly ledger: CommandLedger;
  /** Into which states this process has moved commands. */
  readonly counts: CommandTally["counts"];
  /** Orders for several sites. */
  readonly batches: CommandBatches;
  /** For screens. */
  readonly changes: CommandChanges;
  readonly switches: WriteSwitches;
  readonly locks: SiteLocks;
  readonly emergencies: EmergencyStops;
  readonly facts: CommandFacts;
  readonly confirmations: Confirmations;
  /** Polls a site at once. @returns false when no reply comes, or the site is polled elsewhere */
  readonly pollNow: (siteId: string) => Promise<boolean>;
  /** How long a request waits for a fresh poll before it is answered that nothing can be verified. */
  readonly freshWaitMs: number;
};

type CommandDeskOptions = Omit<CommandFactsOptions, "switches" | "locks" | "emergencies"> & {
  readonly database: CommandDatabase;
  /** `fence as materialized (…)` with the parameters $1 to $3: name, holder and token of a lease. */
  readonly fenceSql: string;
  /** Of the tokens of confirmation, 32 bytes. */
  readonly confirmationKey: Uint8Array;
  readonly pollNow: CommandDesk["pollNow"];
  readonly freshWaitMs?: number;
  /** Rung after a command has come into the queue. */
  readonly onQueued?: (command: Command) => void;
};

/** A watched site is polled every 10 s; the answer takes its time. */
const FRESH_WAIT_MS = 13_000;

export function createCommandDesk(options: CommandDeskOptions): CommandDesk {
  const { database, fenceSql, confirmationKey, freshWaitMs = FRESH_WAIT_MS, onQueued, clock } = options;
  const tally = createCommandTally();
  const ledger = createCommandLedger({ database, fenceSql, tally, ...(onQueued && { onQueued }) });
  const switches = createWriteSwitches(database);
  const locks = createSiteLocks(database);
  const emergencies = createEmergencyStops(database);
  return {
    ledger,
    batches: createCommandBatches(database, tally),
    counts: tally.counts,
    changes: createCommandChanges(database),
    switches,
    locks,
    emergencies,
    facts: createCommandFacts({ ...options, switches, locks, emergencies }),
    confirmations: createConfirmations(confirmationKey, clock),
    pollNow: options.pollNow,
    freshWaitMs,
  };
}
