import { type ComputedRef, computed, ref } from "vue";
import type { AddressParts, AnswerOf } from "../client/contract.ts";
import { request } from "../composables/api-request.ts";
import { type Resource, useResource } from "../composables/use-resource.ts";
import { isEnded } from "./command-steps.ts";
import type { CommandItem } from "./command-text.ts";

type Query = NonNullable<AddressParts<"GET", "/api/v1/commands">["query"]>;
type CommandPage = AnswerOf<"GET", "/api/v1/commands">;
export type CommandFilter = Pick<Query, "site" | "state" | "kind" | "by">;

export type Commands = Omit<Resource<unknown>, "value"> & {
  /** The newest first. */
  readonly items: ComputedRef<readonly CommandItem[]>;
  readonly total: ComputedRef<number>;
  readonly hasMore: ComputedRef<boolean>;
  /** One of them is not at its end. */
  readonly hasOpen: ComputedRef<boolean>;
  /** As many again, from here on. */
  showMore(): void;
};

/** Somebody waits for it; a person who looks on sees every step. */
const OPEN_MS = 2_000;
const QUIET_MS = 15_000;
/** What one question answers. */
const MOST = 500;

/**
 * The commands of a site, or of everything that somebody may see, kept up. Call in `setup`.
 *
 * @param filter another one starts anew
 * @param page how many at first, and how many more each time
 */
export function useCommands(filter: () => CommandFilter, page = 20): Commands {
  const shown = ref(page);
  const resource: Resource<CommandPage> = useResource<CommandPage>(
    (signal) => request("GET", "/api/v1/commands", { query: { ...filter(), limit: shown.value }, signal }),
    {
      of: () => {
        shown.value = page;
        return JSON.stringify(filter());
      },
      everyMs: (): number => (hasOpen.value ? OPEN_MS : QUIET_MS),
    },
  );
  const { value, ...rest } = resource;
  const items = computed<readonly CommandItem[]>(() => value.value?.items ?? []);
  const hasOpen: ComputedRef<boolean> = computed(() => items.value.some((command) => !isEnded(command)));
  return {
    ...rest,
    items,
    hasOpen,
    total: computed(() => value.value?.total ?? 0),
    hasMore: computed(() => (value.value?.nextCursor ?? null) !== null && shown.value < MOST),
    showMore() {
      shown.value = Math.min(MOST, shown.value + page);
      void resource.load();
    },
  };
}
