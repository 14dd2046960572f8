import { onScopeDispose, type Ref, readonly, ref } from "vue";

const PAUSE_MS = 250;

/** A search field: what is typed, and what it settles to when the typing pauses. Call in `setup`. */
export function useLater(): {
  typed: Readonly<Ref<string>>;
  settled: Readonly<Ref<string>>;
  /** For `@input`. */
  type: (event: Event) => void;
} {
  const typed = ref("");
  const settled = ref("");
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));
  return {
    typed: readonly(typed),
    settled: readonly(settled),
    type(event) {
      typed.value = (event.target as HTMLInputElement).value;
      clearTimeout(timer);
      timer = setTimeout(() => {
        settled.value = typed.value.trim();
      }, PAUSE_MS);
    },
  };
}
