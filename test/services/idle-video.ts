import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Database } from "../../adapters/database/database.ts";
import { createDiskStore } from "../../adapters/objects/disk-store.ts";
import { createRecordingBook } from "../../adapters/video/recording-book.ts";
import { createSavedWalls } from "../../adapters/video/saved-walls.ts";
import { createStreamBoard, type StreamBoard } from "../../adapters/video/stream-board.ts";
import { createTickets, videoCookie } from "../../adapters/video/tickets.ts";
import type { ApiContext } from "../../api/context.ts";

/**
 * Video as an API has it in a process without a gateway; `board` says what cameras there are to be.
 *
 * @param database has the rows of recordings; without one nothing was recorded
 */
export function idleVideo(
  database: Pick<Database, "query"> = { query: async () => [] },
): ApiContext["video"] & { readonly board: StreamBoard } {
  const tickets = createTickets([randomBytes(32)]);
  return {
    board: createStreamBoard({ database: { query: async () => [] }, work: { onWork: () => () => undefined } }),
    tickets,
    recordings: createRecordingBook(database, createDiskStore(path.join(tmpdir(), "antbox-no-recordings"))),
    walls: createSavedWalls(database),
    cookie: (sessionId, nowMs) => videoCookie(tickets, sessionId, false, nowMs),
  };
}
