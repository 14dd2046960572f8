import { onScopeDispose, type Ref, readonly, ref } from "vue";

const tick = ref(0);
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** A number that changes once a second, from one timer for the whole page. Call in `setup`. */
export function useSeconds(): Readonly<Ref<number>> {
  users += 1;
  timer ??= setInterval(() => {
    tick.value += 1;
  }, 1000);
  onScopeDispose(() => {
    users -= 1;
    if (users > 0) return;
    clearInterval(timer);
    timer = undefined;
  });
  return readonly(tick);
}
