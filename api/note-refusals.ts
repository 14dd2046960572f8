import type { IncomingMessage } from "node:http";
import { createRefusalCount } from "../domain/access/count-refusals.ts";
import { actorOf } from "./audit-actor.ts";
import type { ApiContext } from "./context.ts";
import type { Problem } from "./problem.ts";
import type { Route } from "./route.ts";

const SWEEP_MS = 15_000;
/** What somebody with limits is told of a thing outside them. */
const HIDDEN: readonly string[] = ["site.not-found", "alarm.not-found", "command.not-found"];

export interface RefusalNotes {
  /** @param address of the client */
  note(route: Route, request: IncomingMessage, problem: Problem, address: string): void;
  close(): void;
}

/**
 * Writes refused attempts into the audit trail: whoever is signed in and may not do it, and strangers who try to write.
 * A stranger who only reads is a browser whose session has run out.
 */
export function createRefusalNotes(
  { auth, audit }: Pick<ApiContext, "auth" | "audit">,
  clock: () => number,
): RefusalNotes {
  const count = createRefusalCount((entry) => audit.note(entry));
  const timer = setInterval(() => count.sweep(clock()), SWEEP_MS).unref();
  return {
    note({ method, path, access }, { headers }, { status, code }, address) {
      const isRefused = status === 403 || (status === 401 && method !== "GET");
      if (access === "public" || !(isRefused || HIDDEN.includes(code))) return;
      const session = auth.sessionOf(headers.cookie, headers.authorization);
      // To somebody with limits, a site outside them is one that does not exist: the trail keeps that it was tried.
      if (!isRefused && (session === null || session.scope === null)) return;
      const who = actorOf(session, address);
      // The row of the table, not the address as it was sent: that may hold anything, and be different each time.
      count.add({ ...who, action: access, target: `${method} ${path}`, code }, clock());
    },
    close() {
      clearInterval(timer);
      count.end();
    },
  };
}
