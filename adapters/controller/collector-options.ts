import type { Clock } from "../../domain/collection/clock.ts";
import type { FailureCause } from "../../domain/collection/failure-cause.ts";
import type { ControllerLine } from "../../domain/collection/poll-site.ts";
import type { Site } from "../../domain/sites/site.ts";
import type { JournalAppender } from "../../domain/telemetry/journal-entry.ts";

/** The part of a compiled profile that polling needs. */
export type PolledProfile = {
  /** `id@version`. */
  readonly tag: string;
  readonly profile: {
    readonly requests: readonly {
      readonly name: string;
      readonly method: string;
      readonly path: string;
      readonly timeout_ms: number;
      readonly required?: boolean | undefined;
    }[];
  };
  /** The profile's conditions on one reply; null = good. */
  judge(requestName: string, json: unknown): FailureCause | null;
};

/** The part of the inventory that polling needs. */
export type PolledInventory = {
  all(): readonly Site[];
  onChange(listener: () => void): () => void;
};

/** The methods of a pino logger. Site ids and counts only, never an address. */
export type CollectorLog = {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
};

export type CollectorOptions = {
  readonly inventory: PolledInventory;
  profileOf(idOrTag: string): PolledProfile | undefined;
  /** Whether this process polls the site now; asked before each poll. Default: every site. */
  isMine?(siteId: string): boolean;
  readonly journal: JournalAppender;
  /** Polling interval of sites without one of their own, seconds. */
  readonly pollIntervalS: number;
  readonly log: CollectorLog;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: HTTP. */
  readonly transport?: Transport;
  /** Sockets that this process may hold. Default: from the open-file limit. */
  readonly maxSockets?: number;
  /** New connections per second. Default: 300, more for a fleet that could not be polled with that. */
  readonly connectsPerS?: number;
};

/** Where lines to controllers come from. */
export type Transport = { lineTo(controllerUrl: string): ControllerLine; readonly openSockets: number };
