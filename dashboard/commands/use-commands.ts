import { type ComputedRef, computed, onScopeDispose, ref, watch } from "vue";
import type { AddressParts, AnswerOf } from "../client/contract.ts";
import { request } from "../composables/api-request.ts";
import { useLive } from "../composables/use-live.ts";
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

/** Where the live stream does not tell: somebody waits for it, and sees every step. */
const OPEN_MS = 2_000;
const QUIET_MS = 15_000;
/** Where it does: for what a frame may have missed. */
const LIVE_MS = 30_000;
/** Changes that come together are read together. */
const GATHER_MS = 250;
/** What one question answers. */
const MOST = 500;

/**
 * The commands of a site, or of everything that somebody may see, kept up: by the live stream, and by asking now and then.
 * Call in `setup`.
 *
 * @param filter another one starts anew
 * @param page how many at first, and how many more each time
 */
export function useCommands(filter: () => CommandFilter, page = 20): Commands {
  const live = useLive();
  const shown = ref(page);
  const resource: Resource<CommandPage> = useResource<CommandPage>(
    (signal) => request("GET", "/api/v1/commands", { query: { ...filter(), limit: shown.value }, signal }),
    {
      of: () => {
        shown.value = page;
        return JSON.stringify(filter());
      },
      everyMs: (): number => {
        if (live.status.value === "live" && live.commands.value !== null) return LIVE_MS;
        return hasOpen.value ? OPEN_MS : QUIET_MS;
      },
    },
  );
  const { value, ...rest } = resource;
  const items = computed<readonly CommandItem[]>(() => value.value?.items ?? []);
  const hasOpen: ComputedRef<boolean> = computed(() => items.value.some((command) => !isEnded(command)));
  // The stream says that something has changed; what it is now, REST says, so that an older frame never replaces a newer answer.
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch([live.commands, live.status], ([commands, status], [, before]) => {
    const isBack = status === "live" && before !== "live";
    if ((commands === null && !isBack) || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void resource.load();
    }, GATHER_MS);
  });
  onScopeDispose(() => clearTimeout(timer));
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
