import { z } from "zod";

/** `{items, nextCursor, total}`: what every list answers. @param id name in the OpenAPI document */
export function listOf<S extends z.ZodType>(items: S, id: string) {
  return z
    .strictObject({
      items: z.array(items),
      nextCursor: z.string().nullable().describe("Goes into `cursor` for the next page; null at the end"),
      total: z.int().min(0),
    })
    .meta({ id });
}

/** @param highest most items of one page @param usual when the request does not say */
export function limitUpTo(highest: number, usual: number) {
  return z.coerce.number().int().min(1).max(highest).default(usual).describe(`Most items of one page, 1 to ${highest}`);
}

/** The part of a sorted list after the cursor, which is the id of the last item of the page before. */
export function pageAfter<T extends { readonly id: string }>(
  sorted: readonly T[],
  cursor: string | undefined,
  limit: number,
): { page: readonly T[]; nextCursor: string | null } {
  const start = cursor === undefined ? 0 : firstAfter(sorted, cursor);
  const page = sorted.slice(start, start + limit);
  const last = page.at(-1);
  return { page, nextCursor: last && start + limit < sorted.length ? last.id : null };
}

/** By bisection: a page deep in a long list costs no more than the first one. */
function firstAfter(sorted: readonly { readonly id: string }[], cursor: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = sorted[middle];
    if (item && item.id <= cursor) low = middle + 1;
    else high = middle;
  }
  return low;
}
