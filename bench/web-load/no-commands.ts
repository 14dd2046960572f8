import type { CommandNewsOptions } from "../../api/live-commands.ts";

/** For a server to which nobody gives commands. */
export const NO_COMMANDS: Pick<CommandNewsOptions["context"], "commands" | "commandFeed"> = {
  commands: {
    changes: {
      present: async () => ({ upTo: 0, completeTo: 0, commands: [] }),
      changedAfter: async () => [],
    },
  },
  commandFeed: { onShown: () => () => undefined },
};
