import { drawnAt } from "./samples.ts";
import type { Span } from "./time-range.ts";
import type { TrendSeries } from "./trend-series.ts";

/**
 * What the chart shows, as CSV after RFC 4180: a row per time, `<site>.<point>` columns; with an aggregated step also
 * `.min` and `.max`. Times are UTC. An empty field is a gap.
 */
export function csvOf(all: readonly TrendSeries[], { fromMs, toMs }: Span): string {
  const times = new Set<number>();
  for (const { samples } of all) {
    for (const time of samples.times) {
      const at = drawnAt(samples, time);
      if (at >= fromMs && at <= toMs) times.add(time);
    }
  }
  const columns = all.flatMap((series) => columnsOf(series));
  const lines = [["time", ...columns.map(({ name }) => name)].map(quoted).join(",")];
  for (const time of [...times].sort((a, b) => a - b)) {
    lines.push([new Date(time).toISOString(), ...columns.map(({ values }) => values.get(time) ?? "")].join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}

type Column = { readonly name: string; readonly values: ReadonlyMap<number, number> };

function columnsOf({ siteId, point, samples }: TrendSeries): Column[] {
  const column = (name: string, values: readonly (number | null)[]): Column => ({
    name,
    values: new Map(samples.times.flatMap((time, row) => (values[row] == null ? [] : [[time, values[row]] as const]))),
  });
  const name = `${siteId}.${point}`;
  if (samples.isRaw) return [column(name, samples.avg)];
  return [column(name, samples.avg), column(`${name}.min`, samples.min), column(`${name}.max`, samples.max)];
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
