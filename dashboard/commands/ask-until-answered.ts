import { onScopeDispose, type Ref } from "vue";
import type { Answer, Trouble } from "../composables/api-request.ts";

/** `lost`: ordered, and the server has not answered yet; it is asked for the same order again. */
export type OrderStage = "idle" | "selecting" | "ordering" | "lost";

const AGAIN_MS = 1_500;

/**
 * Asks for an order until there is an answer; while there is none, `stage` is `lost`. What is asked has to carry a key of
 * its own, so that asked again it is the same order. Call in `setup`.
 *
 * @returns the answer; null when nobody waits for it any more
 */
export function useAskUntilAnswered(
  stage: Ref<OrderStage>,
): <T>(ask: () => Promise<Answer<T>>) => Promise<Answer<T> | null> {
  let isGone = false;
  onScopeDispose(() => {
    isGone = true;
  });
  return async (ask) => {
    for (;;) {
      const answer = await ask();
      if (answer.ok || !isLost(answer.trouble)) return answer;
      stage.value = "lost";
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      if (isGone) return null;
    }
  };
}

/** Nobody knows whether it was done: the same request under the same key will tell. */
function isLost({ status, code }: Trouble): boolean {
  return status === 0 || status >= 500 || code === "request.in-progress";
}

/** The key of one order. `randomUUID` is for pages over TLS only. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
