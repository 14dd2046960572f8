import { type ComputedRef, computed } from "vue";
import { request } from "../composables/api-request.ts";
import { type Resource, useResource } from "../composables/use-resource.ts";
import type { KindItem, KindMap } from "./command-text.ts";

export type CommandKinds = Omit<Resource<unknown>, "value"> & {
  /** In the order of the catalogue; empty until they are known. */
  readonly items: ComputedRef<readonly KindItem[]>;
  readonly byName: ComputedRef<KindMap>;
};

/** The kinds of command of a site, or of the sites of a profile, with why some cannot be used. Call in `setup`. */
export function useCommandKinds(of: () => { readonly site: string } | { readonly profile: string }): CommandKinds {
  const { value, ...rest } = useResource(
    (signal) => request("GET", "/api/v1/command-kinds", { query: { ...of() }, signal }),
    { of: () => JSON.stringify(of()) },
  );
  const items = computed<readonly KindItem[]>(() => value.value?.items ?? []);
  return { ...rest, items, byName: computed(() => new Map(items.value.map((kind) => [kind.kind, kind]))) };
}
