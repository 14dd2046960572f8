import type { QualityMark } from "../telemetry/quality.ts";
import type { PointValue } from "../telemetry/snapshot.ts";
import { type DeltaFrame, type FullFrame, ServerFrame } from "./live-frame.ts";

/** What a view knows of one site. A changed row is a new object, so that a screen can compare by identity. */
export type LiveRow = {
  readonly siteId: string;
  /** Milliseconds since the Unix epoch; null = no snapshot yet. */
  readonly collectedAtMs: number | null;
  readonly slotMs: number | null;
  readonly values: Readonly<Record<string, PointValue>>;
  /** Marks of the view's points; only what is not good. */
  readonly quality: Readonly<Record<string, QualityMark>>;
  readonly faults: readonly string[];
};

/** The client's copy of one view. `epoch` and `seq` go back to the server in a subscribe, to resume. */
export type LiveTable = {
  epoch: string | null;
  seq: number;
  sites: readonly string[];
  points: readonly string[];
  readonly rows: Map<string, LiveRow>;
};

/**
 * - `applied`: the rows of `siteIds` are new
 * - `ignored`: seen already (a resume overlaps), or not about rows
 * - `gap`: something is missing in between: subscribe again without `epoch` and `after`, and go on showing the old rows
 */
export type Applied =
  | { readonly kind: "applied"; readonly siteIds: readonly string[] }
  | { readonly kind: "ignored" }
  | { readonly kind: "gap" };

/** @param rows a map of the caller's own kind, such as a reactive one */
export function createLiveTable(rows: Map<string, LiveRow> = new Map()): LiveTable {
  return { epoch: null, seq: 0, sites: [], points: [], rows };
}

/**
 * The frame in a message of the server, checked whole.
 *
 * @returns null when it is none: another version of the server may say more than we know
 */
export function decodeFrame(text: string): ServerFrame | null {
  try {
    const { success, data } = ServerFrame.safeParse(JSON.parse(text));
    return success ? data : null;
  } catch {
    return null;
  }
}

/** Brings the table up to date with one frame. The rows of sites that left the inventory are removed by a full frame. */
export function applyFrame(table: LiveTable, frame: ServerFrame): Applied {
  switch (frame.type) {
    case "full":
      return applyFull(table, frame);
    case "delta":
      return applyDelta(table, frame);
    case "heartbeat":
      return frame.epoch === table.epoch && frame.seq > table.seq ? { kind: "gap" } : { kind: "ignored" };
    default:
      return { kind: "ignored" };
  }
}

function applyFull(table: LiveTable, frame: FullFrame): Applied {
  if (!isWhole(frame.columns, frame.points, frame.sites)) return { kind: "gap" };
  table.epoch = frame.epoch;
  table.seq = frame.seq;
  table.sites = frame.sites;
  table.points = frame.points;
  const present = new Set(frame.sites);
  for (const siteId of [...table.rows.keys()]) if (!present.has(siteId)) table.rows.delete(siteId);
  frame.sites.forEach((siteId, place) => {
    table.rows.set(siteId, {
      siteId,
      collectedAtMs: frame.collectedAtMs[place] ?? null,
      slotMs: frame.slotMs[place] ?? null,
      values: valuesAt(frame.points, frame.columns, place),
      quality: frame.quality[place] ?? {},
      faults: frame.faults[place] ?? [],
    });
  });
  return { kind: "applied", siteIds: frame.sites };
}

function applyDelta(table: LiveTable, frame: DeltaFrame): Applied {
  if (frame.epoch !== table.epoch || frame.seq > table.seq + 1) return { kind: "gap" };
  if (frame.seq <= table.seq) return { kind: "ignored" };
  const siteIds = frame.index.map((index) => table.sites[index]);
  if (siteIds.includes(undefined) || !isWhole(frame.columns, table.points, frame.index)) return { kind: "gap" };
  table.seq = frame.seq;
  const changed: string[] = [];
  siteIds.forEach((siteId, place) => {
    const index = frame.index[place];
    if (siteId === undefined || index === undefined) return;
    changed.push(siteId);
    table.rows.set(siteId, {
      siteId,
      collectedAtMs: frame.baseMs + (at(frame.collectedAtMs, place) ?? 0),
      slotMs: frame.baseMs + (at(frame.slotMs, place) ?? 0),
      values: valuesAt(table.points, frame.columns, place),
      quality: frame.quality[index] ?? {},
      faults: frame.faults[index] ?? [],
    });
  });
  return { kind: "applied", siteIds: changed };
}

/** One element stands for all sites of the frame. */
function at<T>(column: readonly T[], place: number): T | undefined {
  return column.length === 1 ? column[0] : column[place];
}

function valuesAt(points: readonly string[], columns: readonly PointValue[][], place: number) {
  const values: Record<string, PointValue> = {};
  points.forEach((point, column) => {
    values[point] = at(columns[column] ?? [], place) ?? null;
  });
  return values;
}

function isWhole(
  columns: readonly PointValue[][],
  points: readonly string[],
  rows: { readonly length: number },
): boolean {
  const isRightLength = (column: readonly PointValue[]) => column.length === 1 || column.length === rows.length;
  return columns.length === points.length && columns.every(isRightLength);
}
