import { COMMAND_STATES, type CommandState } from "../../domain/commands/command.ts";

/** Counts into which states this process has moved commands since it was started: for the metrics. */
export interface CommandTally {
  add(state: CommandState, times?: number): void;
  /** Every state, also those that none has come into. */
  counts(): ReadonlyMap<CommandState, number>;
}

export function createCommandTally(): CommandTally {
  const counts = new Map(COMMAND_STATES.map((state) => [state, 0]));
  return {
    add: (state, times = 1) => counts.set(state, (counts.get(state) ?? 0) + times),
    counts: () => counts,
  };
}
