import { onScopeDispose, type Ref, readonly, ref, type ShallowRef, shallowRef } from "vue";
import type { JobStates } from "../../domain/jobs/job.ts";
import { callApi } from "./use-session.ts";

/** What became of a wish to run a job. `reason`: the server's words, when it refused. */
export type OrderResult = { readonly state: "queued" | "waiting" | "refused"; readonly reason: string };
export type Jobs = {
  readonly states: Readonly<ShallowRef<JobStates | null>>;
  /** `performance.now()` of the newest answer. */
  readonly readAtMs: Readonly<Ref<number>>;
  readonly trouble: Readonly<Ref<"away" | "not-allowed" | null>>;
  order(name: string): Promise<OrderResult>;
};

const REFRESH_MS = 5_000;
/** While something runs, or was just ordered. */
const CLOSELY_MS = 1_500;
const CLOSELY_FOR_MS = 15_000;

/** The platform's jobs, read again by itself. Call in `setup`. */
export function useJobs(): Jobs {
  const states = shallowRef<JobStates | null>(null);
  const readAtMs = ref(0);
  const trouble = ref<"away" | "not-allowed" | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closelyUntilMs = 0;
  let isGone = false;

  async function read(): Promise<void> {
    clearTimeout(timer);
    try {
      const response = await callApi("/api/v1/jobs", { headers: { accept: "application/json" } });
      if (response.ok) {
        states.value = (await response.json()) as JobStates;
        readAtMs.value = performance.now();
      }
      trouble.value = response.ok ? null : response.status === 403 ? "not-allowed" : "away";
    } catch {
      trouble.value = "away";
    }
    if (isGone) return;
    const isBusy = states.value?.items.some(({ isRunning }) => isRunning) ?? false;
    timer = setTimeout(read, isBusy || performance.now() < closelyUntilMs ? CLOSELY_MS : REFRESH_MS);
  }

  async function order(name: string): Promise<OrderResult> {
    try {
      const response = await callApi(`/api/v1/jobs/${encodeURIComponent(name)}/run`, { method: "POST" });
      const answer = (await response.json()) as { state?: "queued" | "waiting"; detail?: string };
      closelyUntilMs = performance.now() + CLOSELY_FOR_MS;
      void read();
      if (response.ok && answer.state) return { state: answer.state, reason: "" };
      return { state: "refused", reason: answer.detail ?? `HTTP ${response.status}` };
    } catch (error) {
      return { state: "refused", reason: error instanceof Error ? error.message : String(error) };
    }
  }

  void read();
  onScopeDispose(() => {
    isGone = true;
    clearTimeout(timer);
  });
  return { states, readAtMs: readonly(readAtMs), trouble: readonly(trouble), order };
}
