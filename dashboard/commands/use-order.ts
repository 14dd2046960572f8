import { computed, type Ref, readonly, ref, type ShallowRef, shallowRef } from "vue";
import { request, type Trouble } from "../composables/api-request.ts";
import { newKey, type OrderStage, useAskUntilAnswered } from "./ask-until-answered.ts";
import type { CommandItem, SelectionItem } from "./command-text.ts";

export type WantedCommand = Pick<CommandItem, "siteId" | "kind" | "args">;
export type Order = {
  readonly stage: Readonly<Ref<OrderStage>>;
  /** The newest dry run; null = none, or it is no good any more. */
  readonly selection: Readonly<ShallowRef<SelectionItem | null>>;
  /** What the dry run was made with. */
  readonly overrides: Readonly<Ref<readonly string[]>>;
  /** Why the last try did not work. */
  readonly trouble: Readonly<ShallowRef<Trouble | null>>;
  select(reason: string, overrides: readonly string[]): Promise<void>;
  /** @returns the command; null when it was refused, and then nothing was ordered */
  confirm(reason: string): Promise<CommandItem | null>;
};

/**
 * Selects a command and orders it, once: each selection has a key of its own, and a lost answer is asked for again under
 * the same one until there is an answer. Call in `setup`.
 */
export function useOrder(wanted: () => WantedCommand): Order {
  const stage = ref<OrderStage>("idle");
  const selection = shallowRef<SelectionItem | null>(null);
  const overridden = ref<readonly string[]>([]);
  const trouble = shallowRef<Trouble | null>(null);
  const isBusy = computed(() => stage.value !== "idle");
  const askUntilAnswered = useAskUntilAnswered(stage);

  async function select(reason: string, overrides: readonly string[]): Promise<void> {
    if (isBusy.value) return;
    stage.value = "selecting";
    const answer = await request("POST", "/api/v1/commands", {
      body: bodyOf(wanted(), reason, overrides, { dryRun: true }),
    });
    stage.value = "idle";
    trouble.value = answer.ok ? null : answer.trouble;
    selection.value = answer.ok && "isDryRun" in answer.body ? answer.body : null;
    overridden.value = [...overrides];
  }

  async function confirm(reason: string): Promise<CommandItem | null> {
    const token = selection.value?.confirmation?.token;
    if (isBusy.value || token === undefined) return null;
    stage.value = "ordering";
    trouble.value = null;
    const idempotencyKey = newKey();
    const body = bodyOf(wanted(), reason, overridden.value, { confirmation: token });
    const answer = await askUntilAnswered(() => request("POST", "/api/v1/commands", { body, idempotencyKey }));
    stage.value = "idle";
    if (answer === null) return null;
    if (answer.ok) return "isDryRun" in answer.body ? null : answer.body;
    trouble.value = answer.trouble;
    // A token that was refused is not tried again: the next try begins with what is so now.
    selection.value = null;
    return null;
  }

  return { stage: readonly(stage), selection, overrides: readonly(overridden), trouble, select, confirm };
}

function bodyOf(
  { siteId, kind, args }: WantedCommand,
  reason: string,
  overrides: readonly string[],
  more: { readonly dryRun: true } | { readonly confirmation: string },
) {
  const text = reason.trim();
  return { siteId, kind, args: { ...args }, reason: text === "" ? null : text, overrides: [...overrides], ...more };
}
