import { randomBytes } from "node:crypto";
import { createStreamBoard, type StreamBoard } from "../../adapters/video/stream-board.ts";
import { createTickets, videoCookie } from "../../adapters/video/tickets.ts";
import type { ApiContext } from "../../api/context.ts";

/** Video as an API has it in a process without a gateway; `board` says what cameras there are to be. */
export function idleVideo(): ApiContext["video"] & { readonly board: StreamBoard } {
  const tickets = createTickets([randomBytes(32)]);
  return {
    board: createStreamBoard({ database: { query: async () => [] }, work: { onWork: () => () => undefined } }),
    tickets,
    cookie: (sessionId, nowMs) => videoCookie(tickets, sessionId, false, nowMs),
  };
}
