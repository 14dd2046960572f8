/** A time as ISO 8601 text in UTC, with milliseconds. @throws {RangeError} for what is no time */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
