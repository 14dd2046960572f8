import { computed, type Ref, shallowRef } from "vue";

type Question = { readonly answer: Promise<boolean>; settle(isProven: boolean): void };

const open = shallowRef<Question | null>(null);
let dialogs = 0;

/**
 * Asks whoever sits here to prove again who they are. Several calls that need it at once ask once.
 *
 * @returns false when they would not, or when there is no dialog on this page
 */
export function askProof(): Promise<boolean> {
  if (dialogs === 0) return Promise.resolve(false);
  if (open.value) return open.value.answer;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  open.value = {
    answer: promise,
    settle(isProven) {
      open.value = null;
      resolve(isProven);
    },
  };
  return promise;
}

/** For the dialog that asks. */
export function useProof(): {
  readonly isAsked: Readonly<Ref<boolean>>;
  settle(isProven: boolean): void;
  /** @returns what ends it */
  offer(): () => void;
} {
  return {
    isAsked: computed(() => open.value !== null),
    settle: (isProven) => open.value?.settle(isProven),
    offer() {
      dialogs += 1;
      return () => {
        dialogs -= 1;
        open.value?.settle(false);
      };
    },
  };
}
