/**
 * The cells of the first table behind a heading, a row each, without the row of its titles.
 *
 * @param heading such as `## Keys`, as a whole line
 * @throws {Error} when there is no such heading, or no table before the next one
 */
export function tableAfter(markdown: string, heading: string): string[][] {
  const lines = markdown.split("\n");
  const start = lines.indexOf(heading);
  const first = lines.findIndex((line, n) => n > start && line.startsWith("|"));
  const next = lines.findIndex((line, n) => n > start && line.startsWith("#"));
  if (start < 0 || first < 0 || (next >= 0 && next < first)) throw new Error(`there is no table behind "${heading}"`);
  const end = lines.findIndex((line, n) => n > first && !line.startsWith("|"));
  return lines.slice(first + 2, end < 0 ? undefined : end).map((line) => {
    // A bar in a cell is written "\\|".
    const cells = line.split(/(?<!\\)\|/).slice(1, -1);
    return cells.map((cell) => cell.trim().replaceAll("\\|", "|"));
  });
}
