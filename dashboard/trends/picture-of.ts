/** `站点 41` and `site-041` alike make a name that every file system takes. */
export function fileName(parts: readonly string[], extension: string): string {
  const name = parts.join("_").replace(/[^\p{L}\p{N}._-]+/gu, "-");
  return `${name.slice(0, 120)}.${extension}`;
}

const MARGIN = 16;

/** The chart with a heading above it, so that the picture still says what it shows when it is alone. */
export function pictureOf(
  chart: HTMLCanvasElement,
  heading: readonly string[],
  scale: number,
  colours: { readonly panel: string; readonly ink: string; readonly soft: string },
  font: string,
): Promise<Blob | null> {
  const lineHeight = 20 * scale;
  const top = heading.length * lineHeight + MARGIN * scale * 1.5;
  const canvas = document.createElement("canvas");
  canvas.width = chart.width + 2 * MARGIN * scale;
  canvas.height = chart.height + top + MARGIN * scale;
  const pen = canvas.getContext("2d");
  if (!pen) return Promise.resolve(null);
  pen.fillStyle = colours.panel;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  heading.forEach((text, index) => {
    pen.fillStyle = index === 0 ? colours.ink : colours.soft;
    pen.font = `${index === 0 ? "600 " : ""}${(index === 0 ? 15 : 12) * scale}px ${font}`;
    pen.fillText(text, MARGIN * scale, MARGIN * scale + (index + 0.7) * lineHeight);
  });
  pen.drawImage(chart, MARGIN * scale, top);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
