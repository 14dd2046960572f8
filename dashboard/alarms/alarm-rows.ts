import type { AlarmItem } from "./use-alarm-pages.ts";

/** Children of an alarm, as far as they were read. */
export type Children = { readonly items: readonly AlarmItem[]; readonly total: number };

/** One line of the list. */
export type AlarmRow =
  | {
      readonly kind: "alarm";
      readonly key: string;
      readonly alarm: AlarmItem;
      readonly depth: number;
      readonly isOpen: boolean;
    }
  /** Children that are on their way, or that are too many to stand here. */
  | {
      readonly kind: "more";
      readonly key: string;
      readonly parent: AlarmItem;
      readonly depth: number;
      readonly count: number | null;
    };

/** An alarm that hides one that hides it would go on for ever. */
const DEEPEST = 6;

/** The tree as lines: children stand under their cause, one step further in, when it is open. */
export function rowsOf(
  items: readonly AlarmItem[],
  open: ReadonlySet<string>,
  childrenOf: ReadonlyMap<string, Children>,
  depth = 0,
  under = "",
): AlarmRow[] {
  return items.flatMap((alarm): AlarmRow[] => {
    const key = `${under}${alarm.id}`;
    const isOpen = open.has(alarm.id) && alarm.children > 0 && depth < DEEPEST;
    const row: AlarmRow = { kind: "alarm", key, alarm, depth, isOpen };
    if (!isOpen) return [row];
    const children = childrenOf.get(alarm.id);
    if (!children) return [row, { kind: "more", key: `${key}/…`, parent: alarm, depth: depth + 1, count: null }];
    const rows = [row, ...rowsOf(children.items, open, childrenOf, depth + 1, `${key}/`)];
    const left = children.total - children.items.length;
    return left > 0 ? [...rows, { kind: "more", key: `${key}/…`, parent: alarm, depth: depth + 1, count: left }] : rows;
  });
}

/** Lines that say the same as before stay the same objects, so that a screen can skip them. */
export function keepRows(rows: readonly AlarmRow[], before: readonly AlarmRow[] = []): readonly AlarmRow[] {
  const known = new Map(before.map((row) => [row.key, row]));
  return rows.map((row) => {
    const old = known.get(row.key);
    return old && isSameRow(old, row) ? old : row;
  });
}

function isSameRow(a: AlarmRow, b: AlarmRow): boolean {
  return (
    a.kind === "alarm" && b.kind === "alarm" && a.alarm === b.alarm && a.depth === b.depth && a.isOpen === b.isOpen
  );
}

/** The part of a long list that is drawn. */
export type Window = { readonly first: number; readonly last: number };

/** Lines drawn beyond both edges, so that a step of the wheel shows no gap. */
const BEYOND = 8;

/** @returns places of the first and the last line to draw; `last` is -1 for an empty list */
export function windowOf(scrollTop: number, height: number, rowHeight: number, count: number): Window {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - BEYOND);
  const last = Math.min(count - 1, Math.ceil((scrollTop + height) / rowHeight) + BEYOND);
  return { first: Math.min(first, Math.max(0, count - 1)), last };
}

/** Places among the topmost alarms, without children, that lines `first` to `last` stand for. */
export function topPlaces(rows: readonly AlarmRow[], { first, last }: Window): Window {
  let place = 0;
  let from = 0;
  for (const [line, row] of rows.entries()) {
    if (line >= last) break;
    if (row.kind === "alarm" && row.depth === 0) place += 1;
    if (line === first) from = Math.max(0, place - 1);
  }
  const beyond = Math.max(0, last - Math.max(0, rows.length - 1));
  return { first: first < rows.length ? from : place + (first - rows.length), last: place + beyond };
}
