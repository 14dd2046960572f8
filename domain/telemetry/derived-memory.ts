import { z } from "zod";
import type { PointName } from "../points/catalogue.ts";
import {
  addReading,
  coverageAt,
  EMPTY_TIMELINE,
  growNewest,
  mergeTimelines,
  newestMs,
  onMsAt,
  startsAt,
  Timeline,
} from "./derived-timeline.ts";
import type { QualityMark } from "./quality.ts";
import type { Snapshot } from "./snapshot.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A count of a day that was seen for less than this is a lower bound [J]. */
const WHOLE_DAY = 0.95;
/** A site is lost after this many intervals; so long its last reading holds. */
const HOLD_INTERVALS = 3;

/** What has to be remembered of one site for the points that follow from more than one snapshot. */
export const SiteMemory = z.strictObject({ makeupPump: Timeline, circulationPump: Timeline });
export type SiteMemory = z.infer<typeof SiteMemory>;

export const EMPTY_MEMORY: SiteMemory = { makeupPump: EMPTY_TIMELINE, circulationPump: EMPTY_TIMELINE };

/** The states that are remembered, by the name of their point; null = no good reading. */
export type RememberedStates = Readonly<Record<RememberedPoint, boolean | null>>;
type RememberedPoint = "makeup_pump_running" | "circulation_pump_running";

/** @param intervalS the site's polling interval */
export function holdMsOf(intervalS: number): number {
  return HOLD_INTERVALS * intervalS * 1000;
}

/**
 * The memory with one more round of readings; any order, see `addReading`. What only lasts longer grows in place: the
 * memory that was given must not be used as it was before.
 */
export function remember(memory: SiteMemory, slotMs: number, states: RememberedStates, holdMs: number): SiteMemory {
  const makeupPump = withState(memory.makeupPump, slotMs, states.makeup_pump_running, holdMs);
  const circulationPump = withState(memory.circulationPump, slotMs, states.circulation_pump_running, holdMs);
  const isSame = makeupPump === memory.makeupPump && circulationPump === memory.circulationPump;
  return isSame ? memory : { makeupPump, circulationPump };
}

function withState(timeline: Timeline, slotMs: number, state: boolean | null, holdMs: number): Timeline {
  if (state === null || growNewest(timeline, slotMs, state, holdMs)) return timeline;
  return addReading(timeline, slotMs, state, holdMs);
}

/** What was saved, and what was seen since, as one memory. */
export function mergeMemories(saved: SiteMemory, seen: SiteMemory, holdMs: number): SiteMemory {
  return {
    makeupPump: mergeTimelines(saved.makeupPump, seen.makeupPump, holdMs),
    circulationPump: mergeTimelines(saved.circulationPump, seen.circulationPump, holdMs),
  };
}

/** Continues the run hours from a stored figure: nothing before that slot is counted again. */
export function continueRunHours(memory: SiteMemory, slotMs: number, hours: number): SiteMemory {
  const onMsBefore = Math.round(hours * HOUR_MS);
  return { ...memory, circulationPump: { ...EMPTY_TIMELINE, fromMs: slotMs, onMsBefore } };
}

/** The states of a snapshot that are good readings. */
export function statesOf({ values, quality }: Pick<Snapshot, "values" | "quality">): RememberedStates {
  return {
    makeup_pump_running: stateOf(values.makeup_pump_running, quality["makeup_pump_running"]),
    circulation_pump_running: stateOf(values.circulation_pump_running, quality["circulation_pump_running"]),
  };
}

/** @param value what is stored or was read @param mark any mark makes it no good reading */
export function stateOf(value: unknown, mark: QualityMark | undefined): boolean | null {
  return typeof value === "boolean" && mark === undefined ? value : null;
}

/** The newest slot that the memory knows, ms since the epoch. */
export function newestSlotMs({ makeupPump, circulationPump }: SiteMemory): number | null {
  const known = [newestMs(makeupPump), newestMs(circulationPump)].filter((ms) => ms !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

/**
 * Adds to a snapshot, which nobody else may hold yet, the points that follow from the memory, which holds the snapshot's
 * own readings already:
 *
 * - `makeup_pump_starts_24h`: rising edges in the 24 h up to the slot [CALC]; `estimated` while the day was not seen
 * - `circulation_pump_run_hours`: hours on since the platform first saw the pump; gaps are not counted
 *
 * Points that the controller sends itself stay as they are; without a good reading of the pump there is no value.
 *
 * @param isWhole false while the stored part of the memory is not there yet: run hours would start again from 0
 */
export function addRemembered(snapshot: Snapshot, memory: SiteMemory, holdMs: number, isWhole: boolean): void {
  const atMs = Date.parse(snapshot.slot);
  const { values, quality } = snapshot;
  if (isWanted(snapshot, "makeup_pump_starts_24h", "makeup_pump_running")) {
    const isKnown = stateOf(values.makeup_pump_running, quality["makeup_pump_running"]) !== null;
    put(snapshot, "makeup_pump_starts_24h", isKnown ? startsAt(memory.makeupPump, atMs, DAY_MS) : null);
    const isEstimate = isKnown && coverageAt(memory.makeupPump, atMs, DAY_MS, holdMs) < WHOLE_DAY;
    if (isEstimate) quality["makeup_pump_starts_24h"] = "estimated";
  }
  if (isWanted(snapshot, "circulation_pump_run_hours", "circulation_pump_running")) {
    const isKnown = isWhole && stateOf(values.circulation_pump_running, quality["circulation_pump_running"]) !== null;
    const onMs = isKnown ? onMsAt(memory.circulationPump, atMs, holdMs) : null;
    put(snapshot, "circulation_pump_run_hours", onMs === null ? null : hoursFrom(onMs));
  }
}

/** In place: a copy of all values would cost more than mapping them did. */
function put({ values, quality }: Snapshot, point: PointName, value: number | null): void {
  values[point] = value;
  if (value === null) quality[point] = "missing";
}

function isWanted({ values }: Snapshot, point: PointName, input: RememberedPoint): boolean {
  return !Object.hasOwn(values, point) && Object.hasOwn(values, input);
}

/** To a third of a second, so that neighbouring rounds differ. */
function hoursFrom(ms: number): number {
  return Math.round((ms / HOUR_MS) * 10_000) / 10_000;
}
