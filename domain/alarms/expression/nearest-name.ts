/** Further apart than this, a name is no likely slip of the pen. */
const MOST_EDITS = 3;
const MOST_CHARS = 40;

/** The candidate that a mistyped name most likely means, or null. */
export function nearestName(name: string, candidates: readonly string[]): string | null {
  if (name.length > MOST_CHARS) return null;
  let nearest: string | null = null;
  let fewest = Math.min(MOST_EDITS, Math.ceil(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= fewest) continue;
    const edits = editsBetween(name, candidate);
    if (edits < fewest) [nearest, fewest] = [candidate, edits];
  }
  return nearest;
}

/** Levenshtein distance: signs to insert, drop or replace. */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
