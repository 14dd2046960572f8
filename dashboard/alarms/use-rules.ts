import { type ComputedRef, computed } from "vue";
import type { Schemas } from "../client/contract.ts";
import { request } from "../composables/api-request.ts";
import { type Resource, useResource } from "../composables/use-resource.ts";
import { useText } from "../composables/use-text.ts";

export type RuleItem = Schemas["RuleListItem"];

const REFRESH_MS = 60_000;

/** All rules, and their titles in the reader's language by id. Call in `setup`. */
export function useRules(everyMs = REFRESH_MS): Pick<Resource<unknown>, "trouble" | "readAtMs" | "load"> & {
  readonly rules: ComputedRef<readonly RuleItem[] | null>;
  readonly titles: ComputedRef<ReadonlyMap<string, string>>;
} {
  const { locale } = useText();
  const { value, trouble, readAtMs, load } = useResource((signal) => request("GET", "/api/v1/rules", { signal }), {
    everyMs: () => everyMs,
  });
  const rules = computed(() => value.value?.items ?? null);
  const titles = computed(() => new Map(rules.value?.map(({ id, texts }) => [id, texts[locale.value].title])));
  return { rules, titles, trouble, readAtMs, load };
}
