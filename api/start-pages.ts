/**
 * Takes the first page of a file now: a database that is away is answered by a problem, not by half a file. Whoever stops
 * reading ends the source, too.
 *
 * @throws what the first page throws
 */
export async function startPages<Page>(pages: AsyncIterable<Page>): Promise<AsyncIterable<Page>> {
  const iterator = pages[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* all(): AsyncGenerator<Page> {
    try {
      if (first.done) return;
      yield first.value;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return all();
}

/** A time as names of files have it: `20261123T080000Z`. */
export function fileStamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");
}
