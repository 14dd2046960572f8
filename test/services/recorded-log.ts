import type { Log } from "../../domain/log.ts";

type RecordedLine = { readonly level: "info" | "warn" | "error"; readonly facts: object; readonly text: string };
export type RecordedLog = Log & {
  readonly lines: readonly RecordedLine[];
  texts(level: RecordedLine["level"]): string[];
};

/** A log that keeps its lines, for tests that look what was said. */
export function recordedLog(): RecordedLog {
  const lines: RecordedLine[] = [];
  const keep = (level: RecordedLine["level"]) => (facts: object, text: string) =>
    void lines.push({ level, facts, text });
  return {
    lines,
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    texts: (level) => lines.filter((line) => line.level === level).map(({ text }) => text),
  };
}
