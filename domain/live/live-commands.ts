import { FINAL_STATES } from "../commands/command.ts";
import type { CommandFrame, LiveCommand } from "./live-frame.ts";

/** What a client knows of commands, by id. */
export type LiveCommands = ReadonlyMap<string, LiveCommand>;

/** A page that stays open for weeks keeps so many. */
const MOST_KEPT = 2_000;

/** @returns what is known after the frame; an older state of a command never replaces a newer one */
export function applyCommands(
  known: LiveCommands,
  { wholeTo, commands }: Pick<CommandFrame, "wholeTo" | "commands">,
): LiveCommands {
  const kept = wholeTo === null ? known : [...known].filter(([, { change }]) => change > wholeTo);
  const next = new Map(kept);
  for (const command of commands) {
    if (command.change >= (next.get(command.id)?.change ?? 0)) next.set(command.id, command);
  }
  return next.size > MOST_KEPT ? withoutOldest(next) : next;
}

/** What is over goes first; what is not is kept, however much it is. */
function withoutOldest(commands: LiveCommands): LiveCommands {
  const over = [...commands.values()].filter(({ state }) => FINAL_STATES.includes(state));
  over.sort((a, b) => a.change - b.change);
  const gone = new Set(over.slice(0, commands.size - MOST_KEPT).map(({ id }) => id));
  return new Map([...commands].filter(([id]) => !gone.has(id)));
}
