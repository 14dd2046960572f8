import { type Ref, ref, type ShallowRef, shallowRef } from "vue";
import type { Answer, Trouble } from "../../composables/api-request.ts";

type Confirmed<T> = {
  /** What is about to be done away with; null = nothing is asked. */
  readonly asked: ShallowRef<T | null>;
  /** What was done last, in words. */
  readonly said: Ref<string>;
  /** For `ConfirmDialog`. */
  readonly act: () => Promise<Trouble | null>;
  readonly finish: () => void;
};

/**
 * Ends one item of a list: asks first, then acts, says so, and reads the list again. Call in `setup`.
 *
 * @param wordsFor what is said when it is done
 */
export function useConfirmed<T>(
  list: { load(): Promise<void> },
  end: (item: T) => Promise<Answer<unknown>>,
  wordsFor: (item: T) => string,
): Confirmed<T> {
  const asked: ShallowRef<T | null> = shallowRef(null);
  const said = ref("");
  return {
    asked,
    said,
    async act() {
      if (asked.value === null) return null;
      const answer = await end(asked.value);
      return answer.ok ? null : answer.trouble;
    },
    finish() {
      if (asked.value !== null) said.value = wordsFor(asked.value);
      asked.value = null;
      void list.load();
    },
  };
}
