import { trustedReading } from "../alarms/expression/point-reading.ts";
import { trustedNumber, trustedValue } from "../alarms/trusted-reading.ts";
import type { PointValue, Snapshot } from "../telemetry/snapshot.ts";
import type { CommandArgs } from "./command.ts";

/** What a person has on the screen when selecting a command. What jitters from poll to poll is left out. */
export type SeenState = {
  readonly setpointC: number | null;
  readonly isPumpRunning: PointValue;
  readonly isPidMode: PointValue;
  readonly isLeaking: PointValue;
};

/** What a confirmation is good for: this command, by this person, while the plant is as it was seen. */
export type Confirmation = {
  readonly siteId: string;
  readonly kind: string;
  readonly args: CommandArgs;
  readonly overrides: readonly string[];
  readonly seen: SeenState;
  readonly requestedBy: string;
  /** The confirmation is good until then, ms since the epoch. */
  readonly expiresAtMs: number;
};

/** Longest time between selecting and operating [J]. */
export const CONFIRMATION_LASTS_MS = 60_000;

/** The state that a confirmation is bound to; doubtful readings are null, like missing ones. */
export function seenState(snapshot: Snapshot | null): SeenState {
  const reading = snapshot === null ? { values: {}, faults: [], unknownFaults: [] } : trustedReading(snapshot);
  return {
    setpointC: trustedNumber(reading, "supply_temp_setpoint_c"),
    isPumpRunning: trustedValue(reading, "circulation_pump_running"),
    isPidMode: trustedValue(reading, "pid_mode"),
    isLeaking: trustedValue(reading, "leak_detected"),
  };
}

/** Of another version or of another thing, a text is another text. */
const PREFIX = "antbox-command-confirmation-1";

/**
 * The text that is signed when a command is selected, and made anew from what is asked and seen when it is operated: any
 * difference is another text. JSON keeps the boundaries of free texts apart; the order of arguments does not count.
 */
export function confirmationText(confirmation: Confirmation): string {
  const { siteId, kind, args, overrides, seen, requestedBy, expiresAtMs } = confirmation;
  const sortedArgs = Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1));
  const state = [seen.setpointC, seen.isPumpRunning, seen.isPidMode, seen.isLeaking];
  return JSON.stringify([
    PREFIX,
    siteId,
    kind,
    sortedArgs,
    [...new Set(overrides)].sort(),
    state,
    requestedBy,
    expiresAtMs,
  ]);
}
