import type { Role } from "../../domain/access/session-user.ts";
import type { CallResult } from "../../domain/commands/call-outcome.ts";
import type { CommandSite } from "../../domain/commands/command-site.ts";
import type { CommandRequest } from "../../domain/commands/request-of.ts";
import type { Profile } from "../../domain/profiles/profile.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";

/** What is known of a site when a command to it is judged or read back. */
export type CommandedSite = {
  readonly site: CommandSite;
  readonly profile: Profile;
  /** Private: it goes into no message, log or evidence. */
  readonly controllerUrl: string;
};

/** What a command is judged by, beside readings. Each call rejects while the database is away. */
export type CommandFacts = {
  /** Null: it is not in the inventory, or nobody knows its profile. */
  siteOf(siteId: string): Promise<CommandedSite | null>;
  /** The role that a person has now; null for somebody who may do nothing any more. */
  roleOf(person: string): Promise<Role | null>;
};

/** The plant as the flow shows it. */
export type CommandedPlant = {
  /** The newest snapshot. */
  latest(siteId: string): Snapshot | undefined;
  /** Called with the sites whose snapshot moved. @returns unsubscribe */
  onMoved(listener: (siteIds: readonly string[]) => void): () => void;
  /** Polls a site at once. @returns whether a reply is on its way to `latest` */
  pollNow(siteId: string): Promise<boolean>;
  /** Polls a site every 10 s for so long. */
  watch(siteId: string, forS: number): void;
};

/** The one call. It never rejects, and never calls twice. `mayStart` is asked right before the first byte. */
export type CallController = (
  controllerUrl: string,
  request: CommandRequest,
  options: { readonly timeoutMs: number; readonly mayStart: () => boolean },
) => Promise<CallResult>;

export type CommandClock = {
  /** Milliseconds since the Unix epoch. */
  wallMs(): number;
  monotonicMs(): number;
};
