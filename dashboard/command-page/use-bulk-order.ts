import { onScopeDispose, type Ref, readonly, ref, type ShallowRef, shallowRef } from "vue";
import type { BodyOf, Schemas } from "../client/contract.ts";
import { isLost, newKey } from "../commands/use-order.ts";
import { type Answer, request, type Trouble } from "../composables/api-request.ts";

type Body = BodyOf<"POST", "/api/v1/commands/bulk">;
export type WantedBatch = Omit<Body, "dryRun" | "confirmation">;
export type BatchItem = Schemas["CommandBatch"];
export type BatchSelectionItem = Schemas["CommandBatchSelection"];

type BulkOrder = {
  /** `lost`: ordered, and the server has not answered yet; it is asked for the same order again. */
  readonly stage: Readonly<Ref<"idle" | "selecting" | "ordering" | "lost">>;
  readonly selection: Readonly<ShallowRef<BatchSelectionItem | null>>;
  /** Why the last try did not work: then nothing was ordered. */
  readonly trouble: Readonly<ShallowRef<Trouble | null>>;
  select(wanted: WantedBatch): Promise<void>;
  /** @returns the batch; null when it was refused */
  confirm(): Promise<BatchItem | null>;
  /** What is chosen is no longer what was selected. */
  forget(): void;
};

const AGAIN_MS = 1_500;

/** Selects an order for several sites and gives it, once: a lost answer is asked for again under the same key. Call in `setup`. */
export function useBulkOrder(): BulkOrder {
  const stage = ref<"idle" | "selecting" | "ordering" | "lost">("idle");
  const selection = shallowRef<BatchSelectionItem | null>(null);
  const trouble = shallowRef<Trouble | null>(null);
  let selected: WantedBatch | null = null;
  let isGone = false;
  onScopeDispose(() => {
    isGone = true;
  });

  async function select(wanted: WantedBatch): Promise<void> {
    if (stage.value !== "idle") return;
    stage.value = "selecting";
    const answer = await request("POST", "/api/v1/commands/bulk", { body: { ...wanted, dryRun: true } });
    stage.value = "idle";
    selected = wanted;
    trouble.value = answer.ok ? null : answer.trouble;
    selection.value = answer.ok && "isDryRun" in answer.body ? answer.body : null;
  }

  async function confirm(): Promise<BatchItem | null> {
    const confirmation = selection.value?.confirmation?.token;
    if (stage.value !== "idle" || confirmation === undefined || selected === null) return null;
    stage.value = "ordering";
    trouble.value = null;
    const call = { body: { ...selected, dryRun: false, confirmation }, idempotencyKey: newKey() };
    const answer = await answered(() => request("POST", "/api/v1/commands/bulk", call));
    if (answer === null) return null;
    stage.value = "idle";
    if (answer.ok) return "isDryRun" in answer.body ? null : answer.body;
    trouble.value = answer.trouble;
    selection.value = null;
    return null;
  }

  /** Asks until there is an answer. @returns null when nobody waits for it any more */
  async function answered<T>(ask: () => Promise<Answer<T>>): Promise<Answer<T> | null> {
    for (;;) {
      const answer = await ask();
      if (answer.ok || !isLost(answer.trouble)) return answer;
      stage.value = "lost";
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      if (isGone) return null;
    }
  }

  return {
    stage: readonly(stage),
    selection,
    trouble,
    select,
    confirm,
    forget() {
      selection.value = null;
      trouble.value = null;
    },
  };
}
