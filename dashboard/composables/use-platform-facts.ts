import { onScopeDispose, type ShallowRef, shallowRef, watch } from "vue";
import { FIRST_PAGE } from "../../domain/live/first-requests.ts";
import type { Schemas } from "../client/contract.ts";
import { getJson } from "./api-request.ts";
import { type Live, seedRounds } from "./use-live.ts";

export type PlatformFacts = Schemas["Status"];

const RETRY_MS = 3000;

/** The platform's own facts, and the newest round until the live connection brings one. Asked again after each outage. */
export function usePlatformFacts(live: Live): Readonly<ShallowRef<PlatformFacts | null>> {
  const facts = shallowRef<PlatformFacts | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isGone = false;

  async function load(): Promise<void> {
    clearTimeout(timer);
    try {
      const [status, rounds] = await Promise.all([
        getJson("/api/v1/status"),
        getJson("/api/v1/rounds", { query: { limit: FIRST_PAGE.rounds } }),
      ]);
      facts.value = status;
      if (rounds) seedRounds(rounds.items);
    } catch {
      // The banner says that the server is away.
      if (!isGone) timer = setTimeout(load, RETRY_MS);
    }
  }

  void load();
  watch(live.status, (status, before) => {
    if (status === "live" && before !== "connecting") void load();
  });
  onScopeDispose(() => {
    isGone = true;
    clearTimeout(timer);
  });
  return facts;
}
