import { onCallAt } from "../../../domain/notification/on-call.ts";
import type { Schemas } from "../../client/contract.ts";

/** One stretch of time with the same people on call; none of them: a gap. */
export type Turn = { readonly fromMs: number; readonly toMs: number; readonly ids: readonly string[] };

/** No shift is shorter than that. */
const STEP_MS = 15 * 60_000;
const MINUTE_MS = 60_000;

/** Who is on call when, to the minute: asked of the same rule that decides whom to tell. */
export function turnsOf(
  schedule: Schemas["OnCallSchedule"],
  fromMs: number,
  toMs: number,
  timeZone: string,
): readonly Turn[] {
  const idsAt = (ms: number): readonly string[] => onCallAt(schedule, ms, timeZone);
  const turns: Turn[] = [];
  let startMs = fromMs;
  let ids = idsAt(fromMs);
  for (let ms = fromMs + STEP_MS; ms < toMs; ms += STEP_MS) {
    const next = idsAt(ms);
    if (isSame(next, ids)) continue;
    const changeMs = changeBetween(ms - STEP_MS, ms, (at) => isSame(idsAt(at), ids));
    turns.push({ fromMs: startMs, toMs: changeMs, ids });
    startMs = changeMs;
    ids = next;
  }
  return [...turns, { fromMs: startMs, toMs, ids }];
}

/** The first minute of the new state. */
function changeBetween(beforeMs: number, afterMs: number, isBefore: (ms: number) => boolean): number {
  let low = beforeMs;
  let high = afterMs;
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (isBefore(middle)) low = middle;
    else high = middle;
  }
  return Math.floor(high / MINUTE_MS) * MINUTE_MS;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id, n) => other[n] === id);
}
