import { type Ref, readonly, ref, type ShallowRef, shallowRef } from "vue";
import type { BodyOf, Schemas } from "../client/contract.ts";
import { newKey, type OrderStage, useAskUntilAnswered } from "../commands/ask-until-answered.ts";
import { request, type Trouble } from "../composables/api-request.ts";

type Body = BodyOf<"POST", "/api/v1/commands/bulk">;
export type WantedBatch = Omit<Body, "dryRun" | "confirmation">;
export type BatchItem = Schemas["CommandBatch"];
export type BatchSelectionItem = Schemas["CommandBatchSelection"];

type BulkOrder = {
  readonly stage: Readonly<Ref<OrderStage>>;
  readonly selection: Readonly<ShallowRef<BatchSelectionItem | null>>;
  /** Why the last try did not work: then nothing was ordered. */
  readonly trouble: Readonly<ShallowRef<Trouble | null>>;
  select(wanted: WantedBatch): Promise<void>;
  /** @returns the batch; null when it was refused */
  confirm(): Promise<BatchItem | null>;
  /** What is chosen is no longer what was selected. */
  forget(): void;
};

/** Selects an order for several sites and gives it, once: a lost answer is asked for again under the same key. Call in `setup`. */
export function useBulkOrder(): BulkOrder {
  const stage = ref<OrderStage>("idle");
  const selection = shallowRef<BatchSelectionItem | null>(null);
  const trouble = shallowRef<Trouble | null>(null);
  let selected: WantedBatch | null = null;
  const askUntilAnswered = useAskUntilAnswered(stage);

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
    const answer = await askUntilAnswered(() => request("POST", "/api/v1/commands/bulk", call));
    if (answer === null) return null;
    stage.value = "idle";
    if (answer.ok) return "isDryRun" in answer.body ? null : answer.body;
    trouble.value = answer.trouble;
    selection.value = null;
    return null;
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
