import { localClock } from "../alarms/local-clock.ts";
import { canDraw } from "./bitmap-font.ts";
import { type Area, type Canvas, createCanvas, LETTER, type Picture, widthOf } from "./canvas.ts";

/** What led to an alarm. Times in milliseconds since the Unix epoch. */
export type Trend = {
  readonly fromMs: number;
  readonly toMs: number;
  /** Ascending. */
  readonly timesMs: readonly number[];
  /** As many as times; null lifts the pen. */
  readonly values: readonly (number | null)[];
  readonly limit: number | null;
  /** Where the point usually is; null = open on that side. */
  readonly band: readonly [number | null, number | null] | null;
  readonly unit: string;
  readonly timeZone: string;
};

const WIDTH = 480;
const HEIGHT = 180;
const HEAD = LETTER.height + 10;
const FOOT = LETTER.height + 8;
const EDGE = 8;
const TICK_EVERY_MIN = 30;
const MINUTE_MS = 60_000;
const MOST_TICKS = 4;

const PALETTE = [
  [255, 255, 255],
  [222, 226, 230],
  [226, 242, 229],
  [73, 80, 87],
  [21, 101, 192],
  [200, 30, 30],
] as const;
const COLOUR = { grid: 1, band: 2, text: 3, line: 4, limit: 5 } as const;

type Scales = {
  readonly plot: Area;
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  readonly xOf: (ms: number) => number;
  readonly yOf: (value: number) => number;
};

/**
 * A line over time with its limit (red, dashed), its usual band (green) and its newest value in figures. Where nothing was
 * measured nothing is drawn.
 *
 * @returns null when there is no value in the range
 */
export function drawTrend(trend: Trend): Picture | null {
  const scales = scalesOf(trend);
  if (scales === null) return null;
  const pen = createCanvas(WIDTH, HEIGHT);
  drawBand(pen, trend, scales);
  drawGrid(pen, trend, scales);
  drawLimit(pen, trend, scales);
  drawLine(pen, trend, scales);
  drawHead(pen, trend, scales);
  return { width: WIDTH, height: HEIGHT, palette: PALETTE, rows: pen.rows };
}

function scalesOf({ fromMs, toMs, timesMs, values, limit }: Trend): Scales | null {
  const known = values.filter((value, place) => value !== null && isWithin(timesMs[place], fromMs, toMs));
  const shown = [...known, ...(known.length > 0 && limit !== null ? [limit] : [])] as number[];
  if (shown.length === 0 || toMs <= fromMs) return null;
  const [least, most] = [Math.min(...shown), Math.max(...shown)];
  // A line that never moves lies in the middle, and not on an edge.
  const margin = most > least ? (most - least) * 0.1 : Math.max(Math.abs(most) * 0.05, 0.5);
  const [low, high] = [least - margin, most + margin];
  const ticks = ticksOf(low, high);
  const labels = Math.max(...ticks.map((tick) => widthOf(figure(tick))));
  const plot = { left: labels + EDGE + 4, top: HEAD, right: WIDTH - EDGE, bottom: HEIGHT - FOOT };
  return {
    plot,
    low,
    high,
    ticks,
    xOf: (ms) => plot.left + Math.round(((ms - fromMs) / (toMs - fromMs)) * (plot.right - plot.left)),
    yOf: (value) => plot.bottom - Math.round(((value - low) / (high - low)) * (plot.bottom - plot.top)),
  };
}

/** Round figures: steps of 1, 2 or 5 times a power of ten. */
function ticksOf(low: number, high: number): number[] {
  const rough = (high - low) / MOST_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count }, (_, index) => (first + index) * step);
}

function drawBand(pen: Canvas, { band }: Trend, { plot, low, high, yOf }: Scales): void {
  if (band === null) return;
  const [from, to] = [Math.max(band[0] ?? low, low), Math.min(band[1] ?? high, high)];
  if (from < to) pen.fill({ left: plot.left, top: yOf(to), right: plot.right, bottom: yOf(from) }, COLOUR.band);
}

function drawGrid(pen: Canvas, { fromMs, toMs, timeZone }: Trend, { plot, ticks, xOf, yOf }: Scales): void {
  for (const tick of ticks) {
    const [y, label] = [yOf(tick), figure(tick)];
    pen.line({ x: plot.left, y }, { x: plot.right, y }, COLOUR.grid);
    pen.text(label, { x: plot.left - 4 - widthOf(label), y: y - LETTER.height / 2 }, COLOUR.text);
  }
  const firstMs = Math.ceil(fromMs / MINUTE_MS) * MINUTE_MS;
  for (let ms = firstMs; ms <= toMs; ms += MINUTE_MS) {
    const { minuteOfDay } = localClock(ms, timeZone);
    if (minuteOfDay % TICK_EVERY_MIN !== 0) continue;
    const [x, label] = [xOf(ms), timeText(minuteOfDay)];
    pen.line({ x, y: plot.top }, { x, y: plot.bottom + 3 }, COLOUR.grid);
    const start = Math.min(Math.max(x - widthOf(label) / 2, 0), WIDTH - widthOf(label));
    pen.text(label, { x: Math.round(start), y: plot.bottom + 6 }, COLOUR.text);
  }
}

function drawLimit(pen: Canvas, { limit }: Trend, { plot, yOf }: Scales): void {
  if (limit === null) return;
  for (const y of [yOf(limit), yOf(limit) + 1]) {
    pen.line({ x: plot.left, y }, { x: plot.right, y }, COLOUR.limit, 6);
  }
}

function drawLine(pen: Canvas, { timesMs, values, fromMs, toMs }: Trend, { xOf, yOf }: Scales): void {
  let before: { x: number; y: number } | null = null;
  for (const [place, value] of values.entries()) {
    const timeMs = timesMs[place];
    if (typeof value !== "number" || timeMs === undefined || !isWithin(timeMs, fromMs, toMs)) {
      before = null;
      continue;
    }
    const at = { x: xOf(timeMs), y: yOf(value) };
    const start = before ?? at;
    // Two pixels thick, whichever way it runs.
    for (const [x, y] of [
      [0, 0],
      [0, 1],
      [1, 0],
    ] as const) {
      pen.line({ x: start.x + x, y: start.y + y }, { x: at.x + x, y: at.y + y }, COLOUR.line);
    }
    before = at;
  }
}

/** The newest value to the left, the limit to the right: a dash in its colour says that it is the limit. */
function drawHead(pen: Canvas, { values, limit, unit }: Trend, { plot }: Scales): void {
  const withUnit = (value: number) => (unit !== "" && canDraw(unit) ? `${figure(value)} ${unit}` : figure(value));
  const last = values.findLast((value) => value !== null);
  const y = 4;
  if (typeof last === "number") pen.text(withUnit(last), { x: plot.left, y }, COLOUR.line);
  if (limit === null) return;
  const text = withUnit(limit);
  const x = WIDTH - EDGE - widthOf(text);
  pen.text(text, { x, y }, COLOUR.limit);
  const middle = y + LETTER.height / 2;
  pen.fill({ left: x - 28, top: middle - 1, right: x - 8, bottom: middle }, COLOUR.limit);
}

function isWithin(ms: number | undefined, fromMs: number, toMs: number): boolean {
  return ms !== undefined && ms >= fromMs && ms <= toMs;
}

/** As the text of a message writes it: three significant decimals at most. */
function figure(value: number): string {
  return String(Number(Math.abs(value) >= 100 ? value.toFixed(1) : value.toPrecision(4)));
}

function timeText(minuteOfDay: number): string {
  const two = (count: number) => String(count).padStart(2, "0");
  return `${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}`;
}
