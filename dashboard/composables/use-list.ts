import { type ComputedRef, computed, ref } from "vue";
import { fillIn } from "../client/address.ts";
import type { AddressParts, AnswerOf, PathOf } from "../client/contract.ts";
import { type Answer, answerTo } from "./api-request.ts";
import { type Resource, useResource } from "./use-resource.ts";

type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null; readonly total: number };

/** Every address that answers a list by pages. */
type ListPath = {
  [P in PathOf<"GET">]: AnswerOf<"GET", P> extends Page<unknown> ? P : never;
}[PathOf<"GET">];
type ItemOf<P extends ListPath> = AnswerOf<"GET", P> extends Page<infer T> ? T : never;

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
 * @param everyMs how often it is asked again; null = only on demand
 * @param parts what stands in the address, such as filters; other ones start again with one page
 */
export function useList<P extends ListPath>(
  path: P,
  everyMs: number | null,
  parts: () => Partial<AddressParts<"GET", P>> = () => ({}),
): List<ItemOf<P>> {
  const pages = ref(1);
  const resource = useResource<Page<ItemOf<P>>>((signal) => readPages(path, parts(), pages.value, signal), {
    of: () => {
      const question = fillIn(path, parts());
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

type Parts = Parameters<typeof fillIn>[1];

async function readPages<T>(path: string, parts: Parts, pages: number, signal: AbortSignal): Promise<Answer<Page<T>>> {
  const all: T[] = [];
  let cursor: string | undefined;
  for (let page = 1; ; page += 1) {
    const address = fillIn(path, { ...parts, query: { ...parts.query, limit: PAGE, cursor } });
    const answer = await answerTo<Page<T>>(address, { headers: { accept: "application/json" }, signal });
    if (!answer.ok) return answer;
    const { items, nextCursor } = answer.body;
    all.push(...items);
    if (nextCursor === null || page >= pages) return { ...answer, body: { ...answer.body, items: all } };
    cursor = nextCursor;
  }
}
