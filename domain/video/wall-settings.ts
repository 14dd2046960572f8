import { WALL_LAYOUTS, type WallLayout } from "./wall-layout.ts";
import { WALL_MODES, type WallMode } from "./wall-live.ts";

/** Seconds that a page stays while the wall goes through its pages; 0 = it does not. */
export const CYCLE_CHOICES_S = [0, 10, 20, 30, 60] as const;
export type CycleS = (typeof CYCLE_CHOICES_S)[number];

/** How somebody looks at the wall. */
export type WallView = {
  readonly layout: WallLayout;
  readonly mode: WallMode;
  readonly cycleS: CycleS;
  readonly isAlarmedFirst: boolean;
  /** Stream ids in the order that somebody gave them; the others follow. */
  readonly arranged: readonly string[];
};
export type SavedWall = { readonly name: string; readonly view: WallView };
/** What a browser keeps of the wall; `saved` is of versions before walls were kept by the server. */
export type WallSettings = { readonly view: WallView; readonly saved: readonly SavedWall[] };

export const MAX_SAVED_WALLS = 20;
export const MAX_NAME_LENGTH = 40;
export const MAX_ARRANGED = 1000;

export const INITIAL_VIEW: WallView = { layout: 9, mode: "auto", cycleS: 0, isAlarmedFirst: true, arranged: [] };

/** What was kept, as far as it makes sense: another version of this program may have written it. */
export function readWallSettings(text: string | null): WallSettings {
  const kept = parse(text);
  const saved = Array.isArray(kept["saved"]) ? kept["saved"].map(asRecord) : [];
  return {
    view: readWallView(kept["view"]),
    saved: saved
      .flatMap(({ name, view }) => {
        const named = typeof name === "string" ? name.trim().slice(0, MAX_NAME_LENGTH) : "";
        return named === "" ? [] : [{ name: named, view: readWallView(view) }];
      })
      .slice(0, MAX_SAVED_WALLS),
  };
}

/** A view as it was kept, as far as it makes sense. */
export function readWallView(kept: unknown): WallView {
  return readView(asRecord(kept));
}

function readView({ layout, mode, cycleS, isAlarmedFirst, arranged }: Record<string, unknown>): WallView {
  const ids = Array.isArray(arranged) ? arranged.filter((id): id is string => typeof id === "string") : [];
  return {
    layout: WALL_LAYOUTS.find((one) => one === layout) ?? INITIAL_VIEW.layout,
    mode: WALL_MODES.find((one) => one === mode) ?? INITIAL_VIEW.mode,
    cycleS: CYCLE_CHOICES_S.find((one) => one === cycleS) ?? INITIAL_VIEW.cycleS,
    isAlarmedFirst: typeof isAlarmedFirst === "boolean" ? isAlarmedFirst : INITIAL_VIEW.isAlarmedFirst,
    arranged: ids.slice(0, MAX_ARRANGED),
  };
}

function parse(text: string | null): Record<string, unknown> {
  try {
    return asRecord(JSON.parse(text ?? "{}"));
  } catch {
    // Not ours, or cut off: the same as nothing.
    return {};
  }
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
