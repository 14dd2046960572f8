import type { Fill } from "./chart-layers.ts";

const SIZE = 8;
const made = new Map<string, Fill>();

/** The hatching of the style sheet, for a canvas: what the screen does not know is never plain. */
export function hatchPattern(colour: string): Fill {
  const known = made.get(colour);
  if (known) return known;
  const image = document.createElement("canvas");
  image.width = SIZE;
  image.height = SIZE;
  const pen = image.getContext("2d");
  if (pen) {
    pen.strokeStyle = colour;
    pen.lineWidth = 1.6;
    for (const shift of [-SIZE, 0, SIZE]) {
      pen.moveTo(shift - 1, SIZE + 1);
      pen.lineTo(shift + SIZE + 1, -1);
    }
    pen.stroke();
  }
  const fill: Fill = { image, repeat: "repeat" };
  made.set(colour, fill);
  return fill;
}
