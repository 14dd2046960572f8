import type { Command } from "../../domain/commands/command.ts";
import type { ExportCell, ExportColumn, ExportPage } from "../../domain/telemetry/export-table.ts";

/** What a file has of each command, by the names that REST uses. Its evidence is no cell of a table. */
const CELLS: Readonly<Record<string, (command: Command) => ExportCell>> = {
  id: ({ id }) => id,
  siteId: ({ siteId }) => siteId,
  kind: ({ kind }) => kind,
  args: ({ args }) => JSON.stringify(args),
  state: ({ state }) => state,
  stateReason: ({ stateReason }) => stateReason,
  requestedBy: ({ requestedBy }) => requestedBy,
  reason: ({ reason }) => reason,
  approvedBy: ({ approvedBy }) => approvedBy,
  overrides: ({ overrides }) => overrides.join(" "),
  createdAt: ({ createdAt }) => createdAt,
  expiresAt: ({ expiresAt }) => expiresAt,
  sentAt: ({ sentAt }) => sentAt,
  verifyBy: ({ verifyBy }) => verifyBy,
  endedAt: ({ endedAt }) => endedAt,
  effectAfterS: ({ effectAfterS }) => effectAfterS,
};

/** Columns of a table of commands. */
export const COMMAND_COLUMNS: readonly ExportColumn[] = Object.keys(CELLS).map((name) => ({
  name,
  type: name === "effectAfterS" ? "number" : "text",
}));

export async function* exportedCommands(pages: AsyncIterable<readonly Command[]>): AsyncGenerator<ExportPage> {
  for await (const page of pages) yield Object.values(CELLS).map((cellOf) => page.map(cellOf));
}
