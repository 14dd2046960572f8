/**
 * Colours of lines: told apart by people with the common colour blindnesses, and none of them the red, orange or yellow
 * that the screens keep for what is not normal.
 */
const LIGHT = [
  "#1f5f8b",
  "#7d4aa5",
  "#0a7a68",
  "#7c5a2e",
  "#a8437c",
  "#52701c",
  "#434bb0",
  "#3f4a55",
  "#16809c",
  "#5b2d6e",
  "#4a7359",
  "#96643c",
] as const;
const DARK = [
  "#76b4de",
  "#c39cec",
  "#4cc9b2",
  "#d0a878",
  "#e58fc0",
  "#aacb6b",
  "#a3abff",
  "#b9c4cf",
  "#58c7dd",
  "#a37ab8",
  "#9ac7a6",
  "#e3c29a",
] as const;

export type ChartColours = {
  readonly lines: readonly string[];
  readonly ink: string;
  readonly soft: string;
  readonly faint: string;
  readonly line: string;
  readonly panel: string;
  readonly band: string;
  readonly hatch: string;
};

/** What the style sheet says now, for a canvas that cannot read it. @param element inside the page */
export function coloursOf(element: Element, theme: "light" | "dark"): ChartColours {
  const style = getComputedStyle(element);
  const read = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
  const isDark = theme === "dark";
  return {
    lines: lineColours(theme),
    ink: read("--abx-ink", isDark ? "#e2e6ea" : "#1b2026"),
    soft: read("--abx-soft", isDark ? "#b4bcc5" : "#454d56"),
    faint: read("--abx-faint", isDark ? "#98a2ad" : "#555e68"),
    line: read("--abx-line", isDark ? "#2e363f" : "#c6ccd2"),
    panel: read("--abx-panel", isDark ? "#1a1f25" : "#f1f3f4"),
    band: isDark ? "#8a96a21f" : "#5d6b7a1f",
    hatch: isDark ? "#8a96a266" : "#6a74805c",
  };
}

export function lineColours(theme: "light" | "dark"): readonly string[] {
  return theme === "dark" ? DARK : LIGHT;
}

export function lineColour(colours: readonly string[], place: number): string {
  return colours[place % colours.length] ?? "#888888";
}

/** The colour with an opacity, as `#rrggbbaa`. */
export function faded(colour: string, opacity: number): string {
  return (
    colour +
    Math.round(opacity * 255)
      .toString(16)
      .padStart(2, "0")
  );
}
