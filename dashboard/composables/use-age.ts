import { type Ref, readonly, ref, watch } from "vue";
import { useSeconds } from "./use-seconds.ts";

/**
 * Seconds since something was read, kept up. Call in `setup`.
 *
 * @param readAtMs `performance.now()` of then; null = not yet
 */
export function useAge(readAtMs: Readonly<Ref<number | null>>): Readonly<Ref<number>> {
  const ageS = ref(0);
  watch([useSeconds(), readAtMs], () => {
    ageS.value = readAtMs.value === null ? 0 : Math.max(0, (performance.now() - readAtMs.value) / 1000);
  });
  return readonly(ageS);
}
