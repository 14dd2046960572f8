import type { SiteReading } from "../../domain/alarms/alarm-engine.ts";
import { createSlotReader, type HistorySlot } from "./history-slots.ts";
import type { HistoryChunk, HistoryPlan } from "./read-history-slots.ts";

/** What those sites read that are not judged, but that others are compared with: in chunks of their own, of few points. */
export type SisterSlots = {
  take(chunk: HistoryChunk): void;
  /** To be asked with times that do not go back; valid until it is asked again. */
  at(slotMs: number): readonly SiteReading[];
};

const NONE: readonly SiteReading[] = [];

export function createSisterSlots(plan: HistoryPlan): SisterSlots {
  const slotsOf = createSlotReader(plan);
  const waiting: HistoryChunk[] = [];
  const slots = allSlots();
  let next: HistorySlot | null = null;

  /** Endless: more may come. */
  function* allSlots(): Generator<HistorySlot | null> {
    for (;;) {
      const chunk = waiting.shift();
      if (chunk === undefined) yield null;
      else yield* slotsOf(chunk);
    }
  }

  return {
    take(chunk) {
      waiting.push(chunk);
    },
    at(slotMs) {
      while (next === null || next.slotMs < slotMs) {
        next = slots.next().value ?? null;
        if (next === null) return NONE;
      }
      return next.slotMs === slotMs ? next.readings : NONE;
    },
  };
}
