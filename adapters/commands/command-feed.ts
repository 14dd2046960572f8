import type { Command } from "../../domain/commands/command.ts";

/** Commands that the flow shows, for whoever has a screen open. */
export interface CommandFeed {
  show(command: Command): void;
  /** @returns unsubscribe */
  onShown(listener: (command: Command) => void): () => void;
}

export function createCommandFeed(): CommandFeed {
  const listeners = new Set<(command: Command) => void>();
  return {
    show(command) {
      for (const listener of [...listeners]) listener(command);
    },
    onShown(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
