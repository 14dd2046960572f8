const SIGNS = { minute: 16, second: 19 } as const;

/** The moment as an `<input type="datetime-local">` holds it, in the browser's zone; to the second for one with `step="1"`. */
export function localInput(atMs: number, to: keyof typeof SIGNS = "minute"): string {
  const shifted = new Date(atMs - new Date(atMs).getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, SIGNS[to]);
}
