import type { Command, CommandEvent } from "../../domain/commands/command.ts";
import type { CommandDatabase, Evidence, Page } from "./command-rows.ts";
import type { CommandTally } from "./command-tally.ts";
import {
  approveCommand,
  type CommandDecision,
  cancelCommand,
  type Resolution,
  rejectCommand,
  resolveCommand,
} from "./decide-command.ts";
import {
  type CommandFilter,
  type CommandListing,
  commandsInFlight,
  eventsOfCommand,
  findCommand,
  listCommands,
  pagesOfCommands,
  recentCommands,
} from "./read-commands.ts";
import { COMMAND_PATIENCE, type CommandPatience, forgetCommands, reapCommands } from "./reap-commands.ts";
import {
  type NewCommand,
  type OrderContent,
  type RequestedCommand,
  repeatedCommand,
  requestCommand,
} from "./request-command.ts";
import {
  type CommandClaim,
  claimCommands,
  markCommandSent,
  releaseCommand,
  type SendOutcome,
  settleCommand,
} from "./send-command.ts";

/**
 * The commands: the database has the truth, and every change goes through here, each in one statement with its event. Each
 * call rejects with a `SqlError` while the database is away; then nothing, or the whole change, was made.
 */
export interface CommandLedger {
  /** @throws {AppError} `site.not-found`; `request.idempotency-mismatch`: the key stands for another order of this requester */
  request(order: NewCommand): Promise<RequestedCommand>;
  /**
   * The command that this requester has ordered with this key before; null when there is none.
   *
   * @throws {AppError} `request.idempotency-mismatch`
   */
  repeated(order: OrderContent): Promise<Command | null>;
  /** The second person's yes. @param evidence what the interlocks said to them */
  approve(id: string, by: string, evidence: Evidence | null): Promise<CommandDecision>;
  /** The second person's no. @param note in their own words */
  reject(id: string, by: string, note: string | null): Promise<CommandDecision>;
  /** Takes back what nobody has begun to send. @param why a code, and words of the person */
  cancel(
    id: string,
    by: string,
    why: { readonly reason: string | null; readonly note: string | null },
  ): Promise<CommandDecision>;
  /**
   * Takes the oldest command of each site whose lease is held with that token and which has none in flight.
   *
   * @param leases names and tokens
   * @param most what can be handled at once: what is not sent soon goes back to the queue
   */
  claim(holder: string, leases: ReadonlyMap<string, number>, most?: number): Promise<CommandClaim[]>;
  /**
   * Refuses when the lease, the token, the state or the time has gone, when the site is locked out, or when commands to it
   * are switched off. Whoever gets true makes the one call that there ever is.
   *
   * @param evidence what the interlocks said at this moment
   */
  markSent(claim: CommandClaim, evidence: Evidence | null): Promise<boolean>;
  /** What came of it; `failed` also before it was sent. @returns null when the answer came late: it is kept as evidence */
  settle(claim: CommandClaim, outcome: SendOutcome): Promise<Command | null>;
  /** Gives back what was claimed and is not sent. @returns null when it was not in hand any more */
  release(claim: CommandClaim): Promise<Command | null>;
  /** Says how a command that was sent has come out; the first to say so counts. */
  resolve(id: string, outcome: Resolution): Promise<CommandDecision>;
  /** Moves on what nobody has in hand any more. To be called every second, by any number of processes. @returns what was moved */
  reap(): Promise<Command[]>;
  /** Deletes what ended so long ago; never less than 90 days. @returns how many */
  forget(keptDays: number): Promise<number>;
  find(id: string): Promise<Command | null>;
  /** Newest first. */
  list(filter: CommandFilter, page: Page): Promise<CommandListing>;
  /** All of them, newest first, page by page. */
  pagesOf(filter: CommandFilter): AsyncIterable<readonly Command[]>;
  /** Oldest first. */
  eventsOf(id: string): Promise<CommandEvent[]>;
  /** Sent and not resolved, of the sites whose lease this holder has now, whoever sent them: to be read back. */
  inFlight(holder: string): Promise<Command[]>;
  /** Commands of a site that are not over, or that were asked for, sent or ended within the time; newest first. */
  recentOf(siteId: string, withinS: number): Promise<Command[]>;
}

export type CommandLedgerOptions = {
  readonly database: CommandDatabase;
  /** `fence as materialized (…)` with the parameters $1 to $3: name, holder and token of a lease. */
  readonly fenceSql: string;
  readonly patience?: CommandPatience;
  /** Rung after a command has come into the queue by this process. */
  readonly onQueued?: (command: Command) => void;
  /** Told of each change that is made here. */
  readonly tally?: CommandTally;
};

const MOST_CLAIMS = 100;

export function createCommandLedger(options: CommandLedgerOptions): CommandLedger {
  const { database, fenceSql, patience = COMMAND_PATIENCE, onQueued = () => undefined, tally } = options;

  function counted<T extends Command | null>(moved: T): T {
    if (moved !== null) tally?.add(moved.state);
    return moved;
  }
  function decided(decision: CommandDecision): CommandDecision {
    if (decision.refused === null) counted(decision.command);
    return decision;
  }

  return {
    async request(order) {
      const requested = await requestCommand(database, order);
      if (!requested.isRepeated) counted(requested.command);
      if (requested.command.state === "queued") onQueued(requested.command);
      return requested;
    },
    repeated: (order) => repeatedCommand(database, order),
    async approve(id, by, evidence) {
      const decision = decided(await approveCommand(database, id, by, evidence));
      if (decision.refused === null && decision.command !== null) onQueued(decision.command);
      return decision;
    },
    reject: async (id, by, note) => decided(await rejectCommand(database, id, by, note)),
    cancel: async (id, by, why) => decided(await cancelCommand(database, id, by, why)),
    async claim(holder, leases, most = MOST_CLAIMS) {
      const claims = await claimCommands(database, holder, leases, most);
      for (const { command } of claims) counted(command);
      return claims;
    },
    async markSent(claim, evidence) {
      const isSent = await markCommandSent(database, fenceSql, claim, evidence);
      if (isSent) tally?.add("sent");
      return isSent;
    },
    settle: async (claim, outcome) => counted(await settleCommand(database, claim, outcome)),
    release: async (claim) => counted(await releaseCommand(database, claim)),
    resolve: async (id, outcome) => decided(await resolveCommand(database, id, outcome)),
    async reap() {
      const moved = await reapCommands(database, patience);
      for (const command of moved) counted(command);
      return moved;
    },
    forget: (keptDays) => forgetCommands(database, keptDays),
    find: (id) => findCommand(database, id),
    list: (filter, page) => listCommands(database, filter, page),
    pagesOf: (filter) => pagesOfCommands(database, filter),
    eventsOf: (id) => eventsOfCommand(database, id),
    inFlight: (holder) => commandsInFlight(database, holder),
    recentOf: (siteId, withinS) => recentCommands(database, siteId, withinS),
  };
}
