import type { CustomSeriesRenderItem } from "echarts/types/dist/shared";
import { drawnAt, type Run, runsOf, type Samples } from "./samples.ts";

/** Which coordinate system a layer is drawn in. */
export type Place = { readonly xAxisIndex: number; readonly yAxisIndex: number };
type Corner = readonly [timeMs: number, low: number, high: number];
/** Plain colours, or a hatched fill as zrender takes it. */
export type Fill = string | { readonly image: HTMLCanvasElement; readonly repeat: "repeat" };

type LineData = (readonly [number, number | null])[];
const knownLines = new WeakMap<Samples, LineData>();

/** Rows as ECharts takes them, with an empty one where a gap is: a line over it would be an invention. */
function lineData(samples: Samples): LineData {
  const known = knownLines.get(samples);
  if (known) return known;
  const data: LineData = [];
  knownLines.set(samples, data);
  for (const { from, to } of runsOf(samples)) {
    if (data.length > 0) data.push([drawnAt(samples, samples.times[from] ?? 0), null]);
    for (let row = from; row <= to; row++) {
      data.push([drawnAt(samples, samples.times[row] ?? 0), samples.avg[row] ?? null]);
    }
  }
  return data;
}

export function line(
  place: Place,
  samples: Samples,
  style: Record<string, unknown>,
  more: Record<string, unknown> = {},
) {
  return {
    type: "line",
    ...place,
    data: lineData(samples),
    showSymbol: isSparse(samples),
    symbol: "circle",
    symbolSize: 3.5,
    connectNulls: false,
    silent: true,
    emphasis: { disabled: true },
    lineStyle: style,
    itemStyle: { color: style["color"] },
    ...more,
  };
}

/** A straight line between two places. */
export function ruler(
  place: Place,
  ends: readonly [readonly [number, number], readonly [number, number]],
  lineStyle: Record<string, unknown>,
) {
  return { type: "line", ...place, data: ends, showSymbol: false, silent: true, clip: true, lineStyle, z: 5 };
}

/** A run of a single reading has no line: it needs a dot to be seen. */
function isSparse(samples: Samples): boolean {
  return runsOf(samples).some(({ from, to }) => from === to);
}

/** More corners than these are closer together than a screen has columns. */
const MOST_CORNERS = 900;
const knownCorners = new WeakMap<Samples, readonly (readonly Corner[])[]>();

/** The stretch between `min` and `max` of each run. */
export function envelope(place: Place, samples: Samples, fill: Fill) {
  const known = knownCorners.get(samples);
  const corners = known ?? runsOf(samples).map((run) => cornersOf(samples, run));
  if (!known) knownCorners.set(samples, corners);
  return area(place, corners, fill);
}

/** Neighbours are taken together where there are more than can be seen: the least of them and the greatest. */
function cornersOf(samples: Samples, { from, to }: Run): readonly Corner[] {
  const together = Math.max(1, Math.ceil(samples.times.length / MOST_CORNERS));
  const corners: Corner[] = [];
  for (let first = from; first <= to; first += together) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    const last = Math.min(to, first + together - 1);
    for (let row = first; row <= last; row++) {
      const value = samples.avg[row] ?? 0;
      low = Math.min(low, samples.min[row] ?? value);
      high = Math.max(high, samples.max[row] ?? value);
    }
    // The ends stay where they are, so that a band ends with its line.
    if (first === from) corners.push([drawnAt(samples, samples.times[from] ?? 0), low, high]);
    const middle = last === to ? to : (first + last) >> 1;
    if (last > from) corners.push([drawnAt(samples, samples.times[middle] ?? 0), low, high]);
  }
  return corners;
}

/** The same between two values over the whole width; an open side ends where the scale ends. */
export function normalBand(
  place: Place,
  atMs: number,
  band: readonly [number | null, number | null],
  scale: { readonly min: number; readonly max: number },
  fill: Fill,
) {
  const low = Math.max(scale.min, band[0] ?? scale.min);
  const high = Math.min(scale.max, band[1] ?? scale.max);
  if (high <= low) return null;
  const renderItem: CustomSeriesRenderItem = (params, api) => {
    const { x, width } = boxOf(params.coordSys);
    const top = api.coord([atMs, high])[1] ?? 0;
    const shape = { x, y: top, width, height: Math.max(0, (api.coord([atMs, low])[1] ?? top) - top) };
    return { type: "rect", shape, style: { fill: fill as string }, silent: true };
  };
  return custom(place, [[atMs, low]], renderItem);
}

type PlotBox = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
const boxOf = (coordinates: unknown): PlotBox => coordinates as PlotBox;

/** Lanes of yes and no: the bar is as high as the share of the time that it was on; a thin line says "known, and off". */
export function lane(place: Place, samples: Samples, base: number, fill: Fill) {
  const THIN = 0.05;
  const HIGH = 0.42;
  const runs = runsOf(samples).map(({ from, to }) => {
    const corners: Corner[] = [];
    for (let row = from; row <= to; row++) {
      const top = base + THIN + HIGH * (samples.avg[row] ?? 0);
      const before = corners.at(-1);
      // A pump that runs for a day has two corners, not a thousand.
      if (before?.[2] === top) continue;
      const time = samples.times[row] ?? 0;
      if (before) corners.push([time, base, before[2]]);
      corners.push([time, base, top]);
    }
    corners.push([(samples.times[to] ?? 0) + samples.stepMs, base, corners.at(-1)?.[2] ?? base]);
    return corners;
  });
  return area(place, runs, fill);
}

function area(place: Place, runs: readonly (readonly Corner[])[], fill: Fill) {
  const renderItem: CustomSeriesRenderItem = (params, api) => {
    const corners = runs[params.dataIndex] ?? [];
    const upper = corners.map(([time, , high]) => api.coord([time, high]));
    const lower = corners.map(([time, low]) => api.coord([time, low]));
    return {
      type: "polygon",
      shape: { points: [...upper, ...lower.reverse()] },
      style: { fill: fill as string },
      silent: true,
    };
  };
  return custom(
    place,
    runs.map((corners) => [corners[0]?.[0] ?? 0, corners[0]?.[1] ?? 0]),
    renderItem,
  );
}

/** Whole height of the diagram. */
export function hatched(
  place: Place,
  spans: readonly { readonly fromMs: number; readonly toMs: number }[],
  fill: Fill,
  atY: number,
) {
  const renderItem: CustomSeriesRenderItem = (params, api) => {
    const span = spans[params.dataIndex];
    const { x, y, width, height } = boxOf(params.coordSys);
    const left = Math.max(x, api.coord([span?.fromMs ?? 0, atY])[0] ?? x);
    const right = Math.min(x + width, api.coord([span?.toMs ?? 0, atY])[0] ?? x);
    const shape = { x: left, y, width: Math.max(0, right - left), height };
    return { type: "rect", shape, style: { fill: fill as string }, silent: true };
  };
  return custom(
    place,
    spans.map(({ fromMs }) => [fromMs, atY]),
    renderItem,
  );
}

function custom(place: Place, data: readonly (readonly number[])[], renderItem: CustomSeriesRenderItem) {
  return { type: "custom", ...place, data, renderItem, clip: true, silent: true, encode: { x: 0, y: 1 }, z: 1 };
}
