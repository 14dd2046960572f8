/**
 * For what is said again and again while something is wrong: true the first time, and then once in so long.
 *
 * @param clock any milliseconds that go forward
 */
export function seldom(everyMs: number, clock: () => number): () => boolean {
  let lastMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = clock();
    if (nowMs - lastMs < everyMs) return false;
    lastMs = nowMs;
    return true;
  };
}
