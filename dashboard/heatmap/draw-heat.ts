import { heatColour } from "./heat-colour.ts";
import type { HeatRow, Scale } from "./heat-rows.ts";

/**
 * Paints one pixel per cell, which the style sheet stretches: 43,000 cells cost a few milliseconds. Cells without a
 * reading stay clear: the hatching behind the canvas shows through.
 */
export function drawHeat(
  canvas: HTMLCanvasElement,
  rows: readonly HeatRow[],
  columns: number,
  scale: Scale | null,
  theme: "light" | "dark",
): void {
  canvas.width = Math.max(1, columns);
  canvas.height = Math.max(1, rows.length);
  const pen = canvas.getContext("2d");
  if (!pen || columns === 0 || rows.length === 0 || !scale) return;
  const image = pen.createImageData(columns, rows.length);
  rows.forEach((row, y) => {
    for (let x = 0; x < columns; x++) {
      const colour = heatColour(row.values[x] ?? null, scale, theme);
      if (colour) image.data.set([...colour, 255], (y * columns + x) * 4);
    }
  });
  pen.putImageData(image, 0, 0);
}
