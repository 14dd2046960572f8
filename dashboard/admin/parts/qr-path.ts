/** The dark modules as one SVG path: a bar for each run of them in a row. */
export function pathOf(modules: readonly (readonly boolean[])[]): string {
  return modules.map((row, y) => barsOf(row, y)).join("");
}

function barsOf(row: readonly boolean[], y: number): string {
  let bars = "";
  for (let x = 0; x < row.length; x += 1) {
    if (!row[x]) continue;
    const end = row.indexOf(false, x);
    const width = (end === -1 ? row.length : end) - x;
    bars += `M${x} ${y}h${width}v1h-${width}z`;
    x += width;
  }
  return bars;
}
