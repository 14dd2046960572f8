import { type ComputedRef, computed } from "vue";
import type { SiteSummary } from "../../domain/sites/site-summary.ts";
import type { KindItem, KindMap } from "../commands/command-text.ts";
import { request } from "../composables/api-request.ts";
import { useResource } from "../composables/use-resource.ts";

/** The kinds of command of a fleet, whose sites may have controllers of several profiles. */
export type FleetKinds = {
  /** By profile; empty until they are known. */
  readonly byProfile: ComputedRef<ReadonlyMap<string, KindMap>>;
  /** One of each name, from whichever profile can use it: for titles and units. */
  readonly byName: ComputedRef<KindMap>;
};

/** Call in `setup`. */
export function useFleetKinds(sites: () => readonly SiteSummary[]): FleetKinds {
  const profiles = computed(() => [...new Set(sites().map(({ profile }) => profile))].sort());
  const { value } = useResource<ReadonlyMap<string, readonly KindItem[]>>(
    async (signal) => {
      const kinds = new Map<string, readonly KindItem[]>();
      for (const profile of profiles.value) {
        const answer = await request("GET", "/api/v1/command-kinds", { query: { profile }, signal });
        if (!answer.ok) return answer;
        kinds.set(profile, answer.body.items);
      }
      return { ok: true, body: kinds, etag: null };
    },
    { of: () => profiles.value.join() },
  );
  return {
    byProfile: computed(() => new Map([...(value.value ?? [])].map(([profile, kinds]) => [profile, namesOf(kinds)]))),
    byName: computed(() => {
      const all = [...(value.value ?? new Map<string, readonly KindItem[]>()).values()].flat();
      // Of the usable ones the last counts: its arguments have the limits of a profile.
      return namesOf([...all].sort((a, b) => Number(a.isUsable) - Number(b.isUsable)));
    }),
  };
}

function namesOf(kinds: readonly KindItem[]): KindMap {
  return new Map(kinds.map((kind) => [kind.kind, kind]));
}
