import { formatAge, formatClock, NO_VALUE } from "../../composables/format.ts";
import { useText } from "../../composables/use-text.ts";
import { at } from "../text.ts";

const { t, locale } = useText();

/** How long ago, in words; a dash for never. @param iso ISO 8601 @param nowMs the server's time */
export function agoText(iso: string | null, nowMs: number): string {
  return iso === null ? NO_VALUE : at("when.ago", { age: formatAge((nowMs - Date.parse(iso)) / 1000, t) });
}

/** How long from now; "ended" for what is past. */
export function untilText(iso: string, nowMs: number): string {
  const seconds = (Date.parse(iso) - nowMs) / 1000;
  return seconds <= 0 ? at("when.past") : at("when.in", { age: formatAge(seconds, t) });
}

/** Date and time in the reader's zone; the date alone is left out for today. */
export function clockText(iso: string | null, nowMs: number): string {
  return iso === null ? NO_VALUE : formatClock(Date.parse(iso), locale.value, nowMs);
}
