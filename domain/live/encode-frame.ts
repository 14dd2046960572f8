import { POINTS, type PointName } from "../points/catalogue.ts";
import { activeFaults } from "../points/fault-labels.ts";
import type { QualityMark } from "../telemetry/quality.ts";
import type { PointValue, Snapshot } from "../telemetry/snapshot.ts";

/** What a frame is made of: a view's points, and the index table of its sites. */
export type FrameLayout = {
  readonly epoch: string;
  readonly view: "overview" | "site";
  readonly sites: readonly string[];
  readonly points: readonly PointName[];
};

/** Screens show fewer; what is finer than this is noise that costs bytes for every client. The exact value is in REST. */
const LEAST_DECIMALS = 2;

/**
 * A `FullFrame` without its `at`, for `stampFull`: the costly part, the same for every client of a view.
 *
 * @param snapshots in order of `layout.sites`; undefined = the site has none yet
 */
export function encodeFullBody(layout: FrameLayout, seq: number, snapshots: readonly (Snapshot | undefined)[]): string {
  const { epoch, view, sites, points } = layout;
  const marks = marksOf(snapshots, points, (place) => place);
  return JSON.stringify({
    epoch,
    seq,
    view,
    sites,
    points,
    collectedAtMs: snapshots.map((snapshot) => (snapshot ? Date.parse(snapshot.collectedAt) : null)),
    slotMs: snapshots.map((snapshot) => (snapshot ? Date.parse(snapshot.slot) : null)),
    columns: points.map((point) => compact(snapshots.map((snapshot) => shorten(point, snapshot?.values[point])))),
    ...marks,
  });
}

/** @param body of `encodeFullBody` @param at ISO time of sending: browsers set their clock by it */
export function stampFull(body: string, at: string): string {
  return `{"type":"full","at":"${at}",${body.slice(1)}`;
}

/**
 * A `DeltaFrame` without its `at`, for `stampDelta`.
 *
 * @param index places in `layout.sites` of the sites that moved
 * @param snapshots their newest snapshots, in the same order
 */
export function encodeDeltaBody(
  layout: FrameLayout,
  seq: number,
  index: readonly number[],
  snapshots: readonly Snapshot[],
): string {
  const slots = snapshots.map(({ slot }) => Date.parse(slot));
  const baseMs = slots.reduce((earliest, slot) => Math.min(earliest, slot), slots[0] ?? 0);
  return JSON.stringify({
    epoch: layout.epoch,
    seq,
    index,
    baseMs,
    collectedAtMs: snapshots.map(({ collectedAt }) => Date.parse(collectedAt) - baseMs),
    slotMs: compact(slots.map((slot) => slot - baseMs)),
    columns: layout.points.map((point) => compact(snapshots.map(({ values }) => shorten(point, values[point])))),
    ...marksOf(snapshots, layout.points, (place) => index[place] ?? place),
  });
}

/** @param body of `encodeDeltaBody` @param at ISO time of sending, also when an old delta is sent again */
export function stampDelta(body: string, at: string): string {
  return `{"type":"delta","at":"${at}",${body.slice(1)}`;
}

/** Equal values of all sites (pumps running, no leak, one slot) are sent once: a third of an overview round. */
function compact<T extends PointValue>(column: T[]): T[] {
  const [first] = column;
  return first !== undefined && column.every((value) => value === first) ? [first] : column;
}

function shorten(point: PointName, value: PointValue | undefined): PointValue {
  if (typeof value !== "number") return value ?? null;
  const scale = 10 ** Math.max(LEAST_DECIMALS, POINTS[point].decimals ?? 1);
  return Math.round(value * scale) / scale;
}

function marksOf(
  snapshots: readonly (Snapshot | undefined)[],
  points: readonly PointName[],
  indexOf: (place: number) => number,
) {
  const quality: Record<string, Record<string, QualityMark>> = {};
  const faults: Record<string, readonly string[]> = {};
  snapshots.forEach((snapshot, place) => {
    if (!snapshot) return;
    const marks = points.flatMap((point) => {
      const mark = snapshot.quality[point];
      return mark ? [[point, mark] as const] : [];
    });
    if (marks.length > 0) quality[indexOf(place)] = Object.fromEntries(marks);
    // Fault points count as faults whether or not the view shows them: no screen may miss a leak for want of a column.
    const active = activeFaults(snapshot.values, snapshot.faults);
    if (active.length > 0) faults[indexOf(place)] = active;
  });
  return { quality, faults };
}
