import type { Envelope, History } from "./history.ts";

/** What a history is about, without its values. */
type HistoryHead = Omit<History, "times" | "series">;

/**
 * The first half of a history as JSON; with `historyValuesText` behind it, it is the text that `JSON.stringify` gives.
 */
export function historyHeadText({ siteId, step, stepS, from, to }: HistoryHead): string {
  return `${JSON.stringify({ siteId, step, stepS, from, to }).slice(0, -1)},`;
}

/**
 * The second half, to be kept and sent more than once. At level raw the three arrays of a series are one: it is written
 * once.
 */
export function historyValuesText({ times, series }: Pick<History, "times" | "series">): string {
  const timesText = times.length === 0 ? "[]" : `["${times.join('","')}"]`;
  const members = Object.entries(series).map(([point, envelope]) => `${JSON.stringify(point)}:${textOf(envelope)}`);
  return `"times":${timesText},"series":{${members.join(",")}}}`;
}

function textOf({ avg, min, max }: Envelope): string {
  const average = JSON.stringify(avg);
  const least = min === avg ? average : JSON.stringify(min);
  return `{"avg":${average},"min":${least},"max":${max === avg ? average : JSON.stringify(max)}}`;
}
