import { GLYPH, inkOf } from "./bitmap-font.ts";

/** A picture of few colours: each pixel is the number of one. */
export type Picture = {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue, 0 to 255; at most 256 of them. */
  readonly palette: readonly (readonly [number, number, number])[];
  /** From the top; each `width` long. */
  readonly rows: readonly Uint8Array[];
};

type Place = { readonly x: number; readonly y: number };
/** Corners of an area; both are inside. */
export type Area = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

/** Letters are drawn twice as large as the font has them. */
const SCALE = 2;
export const LETTER = { advance: (GLYPH.width + 1) * SCALE, height: GLYPH.height * SCALE } as const;

/** Draws by colour numbers. What falls outside is cut off. */
export type Canvas = {
  readonly rows: readonly Uint8Array[];
  fill(area: Area, colour: number): void;
  /** @param dash pixels that are drawn, and then left out; 0 = drawn through */
  line(from: Place, to: Place, colour: number, dash?: number): void;
  text(text: string, at: Place, colour: number): void;
};

export function createCanvas(width: number, height: number): Canvas {
  const rows = Array.from({ length: height }, () => new Uint8Array(width));
  const dot = (x: number, y: number, colour: number): void => {
    const row = rows[y];
    if (row !== undefined && x >= 0 && x < width) row[x] = colour;
  };
  const fill = ({ left, top, right, bottom }: Area, colour: number): void => {
    for (let y = top; y <= bottom; y += 1) for (let x = left; x <= right; x += 1) dot(x, y, colour);
  };
  return {
    rows,
    fill,
    line(from, to, colour, dash = 0) {
      const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
      for (let step = 0; step <= steps; step += 1) {
        if (dash > 0 && Math.floor(step / dash) % 2 === 1) continue;
        const x = Math.round(from.x + ((to.x - from.x) * step) / steps);
        const y = Math.round(from.y + ((to.y - from.y) * step) / steps);
        dot(x, y, colour);
      }
    },
    text(text, at, colour) {
      for (const [x, y] of inkOf(text)) {
        const [left, top] = [at.x + x * SCALE, at.y + y * SCALE];
        fill({ left, top, right: left + SCALE - 1, bottom: top + SCALE - 1 }, colour);
      }
    },
  };
}

/** Pixels that a text takes. */
export function widthOf(text: string): number {
  return [...text].length * LETTER.advance - SCALE;
}
