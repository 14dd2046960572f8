import { type ComputedRef, computed, ref } from "vue";
import { type Answer, request } from "./api-request.ts";
import { type Resource, useResource } from "./use-resource.ts";

type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null; readonly total: number };

export type List<T> = Resource<Page<T>> & {
  readonly items: ComputedRef<readonly T[]>;
  readonly total: ComputedRef<number>;
  readonly hasMore: ComputedRef<boolean>;
  /** One page more than now, from here on. */
  showMore(): void;
};

const PAGE = 100;

/**
 * A list that grows by pages; the pages that are shown are kept up together. Call in `setup`.
 *
 * @param path below `/api/v1`, with its filters; another one starts again with one page
 * @param everyMs how often it is asked again; null = only on demand
 */
export function useList<T>(path: () => string, everyMs: number | null = null): List<T> {
  const pages = ref(1);
  const resource = useResource<Page<T>>((signal) => readPages(path(), pages.value, signal), {
    of: () => {
      const question = path();
      pages.value = 1;
      return question;
    },
    everyMs: () => everyMs,
  });
  return {
    ...resource,
    items: computed(() => resource.value.value?.items ?? []),
    total: computed(() => resource.value.value?.total ?? 0),
    hasMore: computed(() => (resource.value.value?.nextCursor ?? null) !== null),
    showMore() {
      pages.value += 1;
      void resource.load();
    },
  };
}

async function readPages<T>(path: string, pages: number, signal: AbortSignal): Promise<Answer<Page<T>>> {
  const all: T[] = [];
  let cursor: string | null = null;
  for (let page = 1; ; page += 1) {
    const query: string = `limit=${PAGE}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
    const answer: Answer<Page<T>> = await request<Page<T>>(`${path}${path.includes("?") ? "&" : "?"}${query}`, {
      signal,
    });
    if (!answer.ok) return answer;
    all.push(...answer.body.items);
    cursor = answer.body.nextCursor;
    if (cursor === null || page >= pages) return { ...answer, body: { ...answer.body, items: all } };
  }
}
