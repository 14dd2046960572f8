import { joinRounds } from "../../domain/collection/join-rounds.ts";
import type { RoundReport } from "../../domain/collection/round-report.ts";

/** After the last report of a slot so long, what is there is shown: a collector may be gone. */
const PATIENCE_MS = 2_000;
const SLOTS_KEPT = 16;

export type RoundJoinerOptions = {
  /** How many sites a whole round has; 0 = every report is whole, as in a process that collects alone. */
  expectedSites(): number;
  /** Takes the report of a slot, as soon as it is whole; again when more of it comes later. */
  emit(report: RoundReport): void;
  readonly patienceMs?: number;
};

/** Makes one report per slot out of those of the collectors that share it. */
export interface RoundJoiner {
  /** @param source the collector; its reports of one slot are parts of the same round */
  add(source: string, report: RoundReport): void;
  close(): void;
}

type Slot = { readonly parts: RoundReport[]; readonly seen: Set<string>; timer: NodeJS.Timeout | null };

export function createRoundJoiner({ expectedSites, emit, patienceMs = PATIENCE_MS }: RoundJoinerOptions): RoundJoiner {
  const slots = new Map<string, Slot>();

  function slotOf(text: string): Slot {
    const known = slots.get(text);
    if (known) return known;
    const slot: Slot = { parts: [], seen: new Set(), timer: null };
    slots.set(text, slot);
    for (const [oldest, { timer }] of slots) {
      if (slots.size <= SLOTS_KEPT) break;
      if (timer) clearTimeout(timer);
      slots.delete(oldest);
    }
    return slot;
  }

  function tell(slot: Slot): void {
    if (slot.timer) clearTimeout(slot.timer);
    slot.timer = null;
    emit(joinRounds(slot.parts, expectedSites()));
  }

  return {
    add(source, report) {
      const slot = slotOf(report.slot);
      // A report that comes twice, as after a reconnection, is the same part of the round.
      const key = `${source} ${report.startedAt}`;
      if (slot.seen.has(key)) return;
      slot.seen.add(key);
      slot.parts.push(report);
      const expected = expectedSites();
      const sites = slot.parts.reduce((sum, part) => sum + part.sites, 0);
      if (expected === 0 || sites >= expected) return tell(slot);
      if (slot.timer) clearTimeout(slot.timer);
      slot.timer = setTimeout(() => tell(slot), patienceMs);
    },
    close() {
      for (const { timer } of slots.values()) if (timer) clearTimeout(timer);
      slots.clear();
    },
  };
}
