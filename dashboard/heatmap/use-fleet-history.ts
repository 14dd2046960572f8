import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from "vue";
import type { FleetHistory } from "../../domain/telemetry/history.ts";
import { ask, RefusedError } from "../trends/history-api.ts";
import { withoutUnfinished } from "./heat-rows.ts";
import { type HeatView, heatStep } from "./heat-view.ts";

const REFRESH_MS = 60_000;
const RETRY_MS = 4000;

export type FleetHistoryState = {
  readonly fleet: Readonly<ShallowRef<FleetHistory | null>>;
  /** Of what is shown. */
  readonly loadedAtMs: Readonly<Ref<number | null>>;
  readonly isLoading: Readonly<Ref<boolean>>;
  /** The server's own sentence, or "" when it is away. Null = no trouble. */
  readonly trouble: Readonly<Ref<string | null>>;
};

/** One point of all sites; asked for again each minute while the map goes up to now and somebody looks. Call in `setup`. */
export function useFleetHistory(
  view: Readonly<Ref<HeatView>>,
  sites: Readonly<Ref<number>>,
  serverNowMs: () => number,
): FleetHistoryState {
  const fleet = shallowRef<FleetHistory | null>(null);
  const loadedAtMs = ref<number | null>(null);
  const isLoading = ref(false);
  const trouble = ref<string | null>(null);
  let flight: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    clearTimeout(timer);
    flight?.abort();
    if (sites.value === 0) return;
    const mine = new AbortController();
    flight = mine;
    isLoading.value = true;
    const failed = await loadOnce(mine.signal);
    if (mine.signal.aborted) return;
    isLoading.value = false;
    trouble.value = failed === null ? null : failed instanceof RefusedError ? failed.message : "";
    const waitMs = waitAfter(failed, view.value.endMs === null);
    if (waitMs !== null) timer = setTimeout(again, waitMs);
  }
  /** @returns what went wrong; null when nothing did */
  async function loadOnce(signal: AbortSignal): Promise<unknown> {
    try {
      fleet.value = await fetchFleet(view.value, sites.value, serverNowMs(), signal);
      loadedAtMs.value = serverNowMs();
      return null;
    } catch (error) {
      return error;
    }
  }
  function again(): void {
    if (document.visibilityState === "visible") void load();
    else timer = setTimeout(again, RETRY_MS);
  }

  watch([() => [view.value.point, view.value.spanS, view.value.endMs].join(), sites], () => void load(), {
    immediate: true,
  });
  onScopeDispose(() => {
    flight?.abort();
    clearTimeout(timer);
  });
  return { fleet, loadedAtMs, isLoading, trouble };
}

/** Null = not again by itself: what was refused stays refused, and what is past does not change. */
function waitAfter(failed: unknown, isLive: boolean): number | null {
  if (failed instanceof RefusedError) return null;
  if (failed !== null) return RETRY_MS;
  return isLive ? REFRESH_MS : null;
}

async function fetchFleet(view: HeatView, sites: number, nowMs: number, signal: AbortSignal): Promise<FleetHistory> {
  const toMs = view.endMs ?? nowMs;
  const query = {
    point: view.point,
    from: new Date(toMs - view.spanS * 1000).toISOString(),
    to: new Date(toMs).toISOString(),
    step: heatStep(view.spanS, sites),
  };
  const fleet = await ask("/api/v1/history", { query, signal });
  if (!fleet) throw new Error("no history of the fleet");
  return view.endMs === null ? withoutUnfinished(fleet) : fleet;
}
