import { type Ref, readonly, ref, type ShallowRef, shallowRef } from "vue";
import type { Answer, Trouble } from "../../composables/api-request.ts";

type Done<T> = Extract<Answer<T>, { readonly ok: true }>;

export type Action = {
  readonly isBusy: Readonly<Ref<boolean>>;
  /** Why the last try did not work; null when it did, or there was none. */
  readonly trouble: Readonly<ShallowRef<Trouble | null>>;
  /** @returns null when it did not work */
  run<T>(ask: () => Promise<Answer<T>>): Promise<Done<T> | null>;
  /** The trouble is no longer about what stands on the screen. */
  forget(): void;
};

/** What somebody asks the server to do: whether it is under way, and why it did not work. Call in `setup`. */
export function useAction(): Action {
  const isBusy = ref(false);
  const trouble = shallowRef<Trouble | null>(null);
  return {
    isBusy: readonly(isBusy),
    trouble,
    async run(ask) {
      isBusy.value = true;
      const answer = await ask();
      isBusy.value = false;
      trouble.value = answer.ok ? null : answer.trouble;
      return answer.ok ? answer : null;
    },
    forget() {
      trouble.value = null;
    },
  };
}
