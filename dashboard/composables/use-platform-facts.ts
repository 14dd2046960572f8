import { onScopeDispose, type ShallowRef, shallowRef, watch } from "vue";
import { FIRST_PAGE } from "../../domain/live/first-requests.ts";
import type { Schemas } from "../client/contract.ts";
import { getJson } from "./api-request.ts";
import { type Live, seedRounds } from "./use-live.ts";

export type PlatformFacts = Schemas["Status"];

const RETRY_MS = 3000;
/** What the platform finds wrong with itself comes by no other way while its database is away. */
const REFRESH_MS = 30_000;

/**
 * The platform's own facts, and the newest round until the live connection brings one. Asked again after each outage; what
 * may change is asked for again and again, while somebody looks.
 */
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
      later(refresh, REFRESH_MS);
    } catch {
      // The banner says that the server is away.
      later(load, RETRY_MS);
    }
  }

  async function refresh(): Promise<void> {
    if (document.visibilityState === "visible") {
      const status = await getJson("/api/v1/status").catch(() => null);
      if (status !== null) facts.value = status;
    }
    later(refresh, REFRESH_MS);
  }

  function later(work: () => Promise<void>, waitMs: number): void {
    clearTimeout(timer);
    if (!isGone) timer = setTimeout(work, waitMs);
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
