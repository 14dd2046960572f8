import type { AuditEntry } from "./audit-entry.ts";

/** One attempt that was refused. `code`: of the error. */
export type RefusedAttempt = Required<Pick<AuditEntry, "actorKind" | "actor" | "action" | "target" | "address">> & {
  readonly code: string;
};

const WINDOW_MS = 60_000;
/** Different ones within a window: somebody who tries every address must not fill the trail. */
const MOST_KINDS = 100;

type Kind = { readonly attempt: RefusedAttempt; readonly sinceMs: number; repeated: number };

/**
 * Turns refused attempts into entries of the audit trail: the first of a kind (who, what, from where, why) at once, its
 * repetitions within a minute as one entry with their number. Beyond a hundred kinds a minute the rest is only counted.
 *
 * @param note where the entries go
 */
export function createRefusalCount(note: (entry: AuditEntry) => void) {
  const kinds = new Map<string, Kind>();
  let others = 0;
  let othersSinceMs = 0;

  function close({ attempt, sinceMs, repeated }: Kind): void {
    if (repeated > 0) note(entryOf(attempt, { repeated, since: new Date(sinceMs).toISOString() }));
  }

  function sweep(nowMs: number): void {
    for (const [key, kind] of kinds) {
      // In order of their beginning: the first young one ends the search.
      if (nowMs - kind.sinceMs < WINDOW_MS) break;
      kinds.delete(key);
      close(kind);
    }
    if (others === 0 || nowMs - othersSinceMs < WINDOW_MS) return;
    note({
      actorKind: "platform",
      actor: "",
      action: "access:refuse",
      outcome: "refused",
      detail: { others, since: new Date(othersSinceMs).toISOString() },
    });
    others = 0;
  }

  return {
    /** @param nowMs milliseconds since the Unix epoch */
    add(attempt: RefusedAttempt, nowMs: number): void {
      sweep(nowMs);
      const { actorKind, actor, action, target, address, code } = attempt;
      const key = JSON.stringify([actorKind, actor, action, target, address, code]);
      const known = kinds.get(key);
      if (known) {
        known.repeated += 1;
      } else if (kinds.size < MOST_KINDS) {
        kinds.set(key, { attempt, sinceMs: nowMs, repeated: 0 });
        note(entryOf(attempt, {}));
      } else {
        if (others === 0) othersSinceMs = nowMs;
        others += 1;
      }
    },
    /** What was counted and whose minute is over becomes an entry; to be called now and then. */
    sweep,
    /** All that was counted, at the end of the process. */
    end: () => sweep(Number.POSITIVE_INFINITY),
  };
}

function entryOf({ code, ...who }: RefusedAttempt, more: Readonly<Record<string, unknown>>): AuditEntry {
  return { ...who, outcome: "refused", detail: { code, ...more } };
}
