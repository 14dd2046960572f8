import { type ComputedRef, computed, onScopeDispose, type ShallowRef, watch } from "vue";
import type { AlarmSummary } from "../../domain/alarms/alarm-summary.ts";
import { request } from "./api-request.ts";
import { type Live, seedAlarms } from "./use-live.ts";

export type AlarmCounting = {
  /** The newest; null until there is one. Every number of alarms on the screen comes from it. */
  readonly summary: Readonly<ShallowRef<AlarmSummary | null>>;
  /** Nothing comes over the line: how many there are now nobody here knows. */
  readonly isOld: ComputedRef<boolean>;
};

/** The line tells it by itself, within a second of the first subscribe. */
const PATIENCE_MS = 3_000;

/** How many alarms there are. Call in `setup`. */
export function useAlarmSummary(live: Live): AlarmCounting {
  const summary = live.alarms;
  const flight = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function ask(): Promise<void> {
    if (summary.value !== null) return;
    const answer = await request("GET", "/api/v1/alarms/summary", { signal: flight.signal });
    if (answer.ok) seedAlarms(answer.body);
  }
  watch(
    live.status,
    (status) => {
      clearTimeout(timer);
      if (status === "live" && summary.value === null) timer = setTimeout(() => void ask(), PATIENCE_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    flight.abort();
    clearTimeout(timer);
  });
  return { summary, isOld: computed(() => summary.value === null || live.status.value === "blind") };
}
