import type { Panel } from "./axes.ts";
import type { Span } from "./time-range.ts";

/** Where a diagram is, in pixels of the chart; the title stands above it. */
export type Box = { readonly top: number; readonly height: number };
export type Geometry = {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly boxes: readonly Box[];
};

const TITLE = 22;
const BOTTOM = 24;
const AXIS_WIDTH = 52;
const EDGE = 12;
/** Of one yes/no line, with its name above it. */
export const LANE = 30;
const LEAST_NUMBER = 112;

/** Less than this squeezes the lines flat. @param lanes yes/no lines in all */
export function leastHeight(panels: readonly Panel[], lanes: number): number {
  const numbers = panels.filter(({ kind }) => kind === "number").length;
  return numbers * (TITLE + LEAST_NUMBER) + (lanes > 0 ? lanes * LANE + 8 : 0) + BOTTOM;
}

/** Diagrams share the height that the yes/no lanes leave; all begin and end at the same place, so that times line up. */
export function layOut(panels: readonly Panel[], lanes: number, width: number, height: number): Geometry {
  const numbers = panels.filter(({ kind }) => kind === "number").length;
  const forLanes = lanes > 0 ? lanes * LANE + 8 : 0;
  const each = numbers > 0 ? (height - BOTTOM - forLanes) / numbers - TITLE : 0;
  const mostAxes = Math.max(1, ...panels.map((panel) => (panel.kind === "number" ? panel.axes.length : 1)));
  let top = 0;
  const boxes = panels.map((panel) => {
    const isState = panel.kind === "state";
    const box = { top: isState ? top + 8 : top + TITLE, height: isState ? forLanes - 8 : Math.max(40, each) };
    top = box.top + box.height;
    return box;
  });
  return {
    width,
    height,
    left: AXIS_WIDTH * Math.ceil(mostAxes / 2),
    right: mostAxes > 1 ? AXIS_WIDTH * Math.floor(mostAxes / 2) : EDGE,
    boxes,
  };
}

export const plotWidth = ({ width, left, right }: Geometry): number => Math.max(1, width - left - right);

export function timeAtX(geometry: Geometry, { fromMs, toMs }: Span, x: number): number {
  return fromMs + ((x - geometry.left) / plotWidth(geometry)) * (toMs - fromMs);
}

export function xAtTime(geometry: Geometry, { fromMs, toMs }: Span, timeMs: number): number {
  return geometry.left + ((timeMs - fromMs) / (toMs - fromMs)) * plotWidth(geometry);
}

/** Axes stand left, right, left, right; the second on a side stands further out. */
export function axisPlace(index: number): { position: "left" | "right"; offset: number } {
  return { position: index % 2 === 0 ? "left" : "right", offset: Math.floor(index / 2) * AXIS_WIDTH };
}
