import { POINTS } from "../../domain/points/catalogue.ts";
import type { Panel } from "./axes.ts";
import { axisPlace, type Geometry, LANE, plotWidth } from "./chart-geometry.ts";
import { envelope, type Fill, hatched, lane, line, normalBand, type Place, ruler } from "./chart-layers.ts";
import { gapSpans } from "./gaps.ts";
import { type ChartColours, faded, lineColour } from "./palette.ts";
import type { Scale } from "./scale.ts";
import type { Span } from "./time-range.ts";
import { tickText } from "./time-text.ts";
import { pointsOfPanel, scaleOf, seriesOfPoints, type TrendSeries } from "./trend-series.ts";

/** Everything that a picture of the chart depends on. */
export type ChartModel = {
  readonly panels: readonly Panel[];
  readonly series: readonly TrendSeries[];
  readonly span: Span;
  readonly nowMs: number;
  readonly hasEnvelope: boolean;
  readonly hasBand: boolean;
  readonly locale: string;
  /** What an alarm is about: the limit in force, and when it was passed. */
  readonly event?: { readonly limit: number | null; readonly atMs: number };
  /** Name of a line as the reader knows it. */
  readonly nameOf: (series: TrendSeries) => string;
};

type Layer = Record<string, unknown>;
export type ChartOption = {
  readonly grid: readonly Layer[];
  readonly title: readonly Layer[];
  readonly xAxis: readonly Layer[];
  readonly yAxis: readonly Layer[];
  readonly series: readonly Layer[];
  /** Scale of each y axis, in order: the cursor's dots are placed with it. */
  readonly scales: readonly { readonly panel: number; readonly scale: Scale; readonly keys: readonly string[] }[];
};

const FONT_SIZE = 11;
/** Further than anybody zooms out from an event. */
const FAR_MS = 12 * 366 * 86_400_000;
/** More rows than these lie closer than the line is wide. */
const DENSE_ROWS = 800;

/** What ECharts is told. Pure: the same model gives the same option. @param hatch fill for gaps */
export function buildOption(model: ChartModel, geometry: Geometry, colours: ChartColours, hatch: Fill): ChartOption {
  const built = {
    grid: [] as Layer[],
    title: [] as Layer[],
    xAxis: [] as Layer[],
    yAxis: [] as Layer[],
    series: [] as Layer[],
  };
  const scales: ChartOption["scales"][number][] = [];
  model.panels.forEach((panel, place) => {
    const box = geometry.boxes[place] ?? { top: 0, height: 0 };
    built.grid.push({
      left: geometry.left,
      right: geometry.right,
      top: box.top,
      height: box.height,
      containLabel: false,
    });
    built.xAxis.push(timeAxis(model, place, place === model.panels.length - 1, colours));
    const axes = panel.kind === "number" ? numberPanel(panel, place) : statePanel(panel, place);
    for (const { layers, axis, scale, keys } of axes) {
      built.yAxis.push(axis);
      built.series.push(...layers);
      scales.push({ panel: place, scale, keys });
    }
  });
  return { ...built, scales };

  type Built = { layers: Layer[]; axis: Layer; scale: Scale; keys: readonly string[] };

  function numberPanel(panel: Panel & { kind: "number" }, place: number): Built[] {
    const box = geometry.boxes[place] ?? { top: 0, height: 0 };
    built.title.push(panelTitle(panel, box.top));
    const firstAxis = built.yAxis.length;
    const ofPanel = seriesOfPoints(model.series, pointsOfPanel(panel));
    const ticks = Math.max(2, Math.round(box.height / 46));
    return panel.axes.map(({ unit, points }, index) => {
      const own = seriesOfPoints(model.series, points);
      const scale = scaleOf(own, ticks, model.hasEnvelope, model.hasBand, model.event?.limit ?? null);
      const at: Place = { xAxisIndex: place, yAxisIndex: firstAxis + index };
      const isAlone = panel.axes.length === 1;
      const layers = [
        ...(index === 0 ? gapLayers(ofPanel, at, hatch, scale.min) : []),
        // Bands of several scales over each other say nothing.
        ...(model.hasBand && isAlone ? bandLayers(own, at, scale) : []),
        ...own.flatMap((series) => lineLayers(series, at)),
        ...eventLayers(at, scale),
      ];
      const colour = isAlone || own.length !== 1 ? colours.faint : lineColour(colours.lines, own[0]?.colour ?? 0);
      const axis = numberAxis(place, index, scale, unit, colour);
      return { layers, axis, scale, keys: own.map(({ key }) => key) };
    });
  }

  function statePanel(panel: Panel & { kind: "state" }, place: number): Built[] {
    const all = seriesOfPoints(model.series, panel.points);
    const at: Place = { xAxisIndex: place, yAxisIndex: built.yAxis.length };
    const scale = { min: 0, max: Math.max(1, all.length), step: 1 };
    const top = geometry.boxes[place]?.top ?? 0;
    const layers: Layer[] = [];
    all.forEach((series, index) => {
      const base = scale.max - index - 1 + 0.06;
      const colour = lineColour(colours.lines, series.colour);
      layers.push(...gapLayers([series], at, hatch, 0).slice(0, all.length === 1 ? 1 : 0));
      layers.push(lane(at, series.samples, base, faded(colour, 0.65)) as Layer);
      built.title.push(laneTitle(series, top + index * LANE, colour));
    });
    if (all.length > 1) layers.unshift(...gapLayers(all, at, hatch, 0));
    const axis = { type: "value", gridIndex: place, min: 0, max: scale.max, interval: 1, show: false };
    return [{ layers, axis, scale, keys: [] }];
  }

  function gapLayers(series: readonly TrendSeries[], at: Place, fill: Fill, atY: number): Layer[] {
    const gaps = gapSpans(
      series.map(({ samples }) => samples),
      model.span,
      model.nowMs,
    );
    return gaps.length > 0 ? [hatched(at, gaps, fill, atY) as Layer] : [];
  }

  /** The limit over the whole width, however far somebody zooms out, and an upright line where it was passed. */
  function eventLayers(at: Place, scale: Scale): Layer[] {
    if (!model.event) return [];
    const { limit, atMs } = model.event;
    const upright = [
      [atMs, scale.min],
      [atMs, scale.max],
    ] as const;
    const layers: Layer[] = [ruler(at, upright, { color: colours.ink, width: 1, type: [2, 3] })];
    if (limit === null) return layers;
    const across = [
      [atMs - FAR_MS, limit],
      [atMs + FAR_MS, limit],
    ] as const;
    return [...layers, ruler(at, across, { color: colours.ink, width: 1.4, type: [9, 4] })];
  }

  /** Grey for one point; in each point's own colour where several share the diagram. */
  function bandLayers(series: readonly TrendSeries[], at: Place, scale: Scale): Layer[] {
    const points = [...new Set(series.map(({ point }) => point))].filter((point) => POINTS[point].band);
    return points.flatMap((point) => {
      const first = series.find((one) => one.point === point);
      const own = faded(lineColour(colours.lines, first?.colour ?? 0), 0.09);
      const fill = points.length === 1 ? colours.band : own;
      return normalBand(at, model.span.fromMs, POINTS[point].band ?? [null, null], scale, fill) ?? [];
    });
  }

  function lineLayers(series: TrendSeries, at: Place): Layer[] {
    const { samples, compared, sisters, setpoint } = series;
    const colour = lineColour(colours.lines, series.colour);
    const layers: Layer[] = [];
    if (sisters) {
      layers.push(envelope(at, sisters.spread, faded(colours.faint, 0.22)) as Layer);
      layers.push(line(at, sisters.median, { color: colours.faint, width: 1.2, type: [1, 3] }, { z: 2 }));
    }
    if (model.hasEnvelope && !samples.isRaw) layers.push(envelope(at, samples, faded(colour, 0.2)) as Layer);
    if (setpoint)
      layers.push(line(at, setpoint, { color: colours.ink, width: 1, type: [7, 4] }, { step: "end", z: 3 }));
    if (compared) layers.push(line(at, compared, { color: colour, width: 1.1, type: [4, 3], opacity: 0.75 }, { z: 3 }));
    const width = samples.times.length > DENSE_ROWS ? 1.2 : 1.6;
    layers.push(line(at, samples, { color: colour, width }, { z: 4 }));
    return layers;
  }

  function panelTitle(panel: Panel & { kind: "number" }, top: number): Layer {
    const rich: Record<string, Layer> = { unit: { color: colours.soft, fontSize: 12, fontWeight: "bold" } };
    const words = panel.axes.map(({ unit, points }) => {
      const names = seriesOfPoints(model.series, points).map((series) => {
        rich[`c${series.colour}`] = { color: lineColour(colours.lines, series.colour), fontSize: 13 };
        return `{c${series.colour}|━} ${escaped(model.nameOf(series))}`;
      });
      return `${unit === "" ? "" : `{unit|${unit}}  `}${names.join("   ")}`;
    });
    return title(words.join("     "), geometry.left, top - 20, rich);
  }

  function laneTitle(series: TrendSeries, top: number, colour: string): Layer {
    return title(`{c|■} ${escaped(model.nameOf(series))}`, geometry.left, top - 1, {
      c: { color: colour, fontSize: 10 },
    });
  }

  function title(text: string, left: number, top: number, rich: Record<string, Layer>): Layer {
    const width = plotWidth(geometry);
    return {
      text,
      left: left - 5,
      top,
      padding: [2, 5],
      textStyle: { color: colours.soft, fontSize: 12, fontWeight: "normal", width, overflow: "truncate", rich },
    };
  }

  function numberAxis(gridIndex: number, index: number, scale: Scale, unit: string, colour: string): Layer {
    return {
      type: "value",
      gridIndex,
      ...axisPlace(index),
      min: scale.min,
      max: scale.max,
      interval: scale.step,
      name: model.panels[gridIndex]?.kind === "number" && index > 0 ? unit : "",
      nameTextStyle: { color: colour, fontSize: FONT_SIZE },
      nameGap: 6,
      axisLine: { show: index > 0, lineStyle: { color: colour } },
      axisTick: { show: false },
      axisLabel: {
        color: colour,
        fontSize: FONT_SIZE,
        margin: 6,
        formatter: (value: number) => tickNumber(value, scale.step),
      },
      splitLine: { show: index === 0, lineStyle: { color: colours.line, width: 1 } },
    };
  }
}

/** Only what another stretch of time changes while somebody zooms: the same lines on other axes. */
export function spanOption(model: ChartModel, colours: ChartColours): { readonly xAxis: readonly Layer[] } {
  const last = model.panels.length - 1;
  return { xAxis: model.panels.map((_, place) => timeAxis(model, place, place === last, colours)) };
}

function timeAxis({ span, locale }: ChartModel, gridIndex: number, isLast: boolean, colours: ChartColours): Layer {
  return {
    type: "time",
    gridIndex,
    min: span.fromMs,
    max: span.toMs,
    axisLine: { onZero: false, lineStyle: { color: colours.line } },
    axisTick: { show: isLast, lineStyle: { color: colours.line } },
    axisLabel: {
      show: isLast,
      color: colours.faint,
      fontSize: FONT_SIZE,
      hideOverlap: true,
      formatter: (value: number) => tickText(value, span, locale),
    },
    splitLine: { show: true, lineStyle: { color: colours.line, width: 1, opacity: 0.6 } },
  };
}

/** As many decimals as the step has. */
function tickNumber(value: number, step: number): string {
  const decimals = Math.min(4, (String(step).split(".")[1] ?? "").length);
  const [whole = "", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.replace(/\d(?=(?:\d{3})+$)/g, "$&,");
  return `${value < 0 ? "−" : ""}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** A name comes from people and must not be read as markup of rich text. */
const escaped = (text: string): string => text.replace(/[{}|\n]/g, " ");
