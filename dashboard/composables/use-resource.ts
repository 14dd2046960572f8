import { onScopeDispose, type Ref, readonly, ref, type ShallowRef, shallowRef, watch } from "vue";
import { type Answer, isAway, type Trouble } from "./api-request.ts";

/** Something that the server knows, kept up. */
export type Resource<T> = {
  /** The newest answer; null until the first one. */
  readonly value: Readonly<ShallowRef<T | null>>;
  /** Goes into `If-Match` of a change. */
  readonly etag: Readonly<Ref<string | null>>;
  /** `performance.now()` of the newest answer; null until the first one. */
  readonly readAtMs: Readonly<Ref<number | null>>;
  readonly isLoading: Readonly<Ref<boolean>>;
  /** Why what is shown is old; null = it is not. */
  readonly trouble: Readonly<ShallowRef<Trouble | null>>;
  /** Asks at once. */
  load(): Promise<void>;
};

type Options = {
  /** What the question depends on: another value asks anew; the old answer stays until the new one is here. */
  readonly of?: () => unknown;
  /** Milliseconds until it is asked again; null = only on demand. */
  readonly everyMs?: () => number | null;
};

const RETRY_MS = 4_000;

/**
 * Asks the server, and again: after a while, when the question changes, and soon after it was away. What was refused is
 * not asked again by itself. Nobody looks at a hidden page, so it asks nothing. Call in `setup`.
 */
export function useResource<T>(read: (signal: AbortSignal) => Promise<Answer<T>>, options: Options = {}): Resource<T> {
  const { of: question = () => null, everyMs = () => null } = options;
  const value = shallowRef<T | null>(null);
  const etag = ref<string | null>(null);
  const readAtMs = ref<number | null>(null);
  const isLoading = ref(false);
  const trouble = shallowRef<Trouble | null>(null);
  let flight: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    clearTimeout(timer);
    flight?.abort();
    const mine = new AbortController();
    flight = mine;
    isLoading.value = true;
    const answer = await read(mine.signal);
    if (mine.signal.aborted) return;
    isLoading.value = false;
    trouble.value = answer.ok ? null : answer.trouble;
    if (answer.ok) {
      value.value = answer.body;
      etag.value = answer.etag;
      readAtMs.value = performance.now();
    }
    const waitMs = answer.ok ? everyMs() : isAway(answer.trouble) ? RETRY_MS : null;
    if (waitMs !== null) timer = setTimeout(again, waitMs);
  }
  function again(): void {
    if (document.visibilityState === "visible") void load();
    else timer = setTimeout(again, RETRY_MS);
  }

  watch(question, () => void load(), { immediate: true });
  onScopeDispose(() => {
    flight?.abort();
    clearTimeout(timer);
  });
  return { value, etag: readonly(etag), readAtMs: readonly(readAtMs), isLoading: readonly(isLoading), trouble, load };
}
