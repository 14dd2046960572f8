import type { JobStates } from "../../domain/jobs/job.ts";
import { request } from "./api-request.ts";
import { type Resource, useResource } from "./use-resource.ts";

/** What became of a wish to run a job. `reason`: the server's words, when it refused. */
export type OrderResult = { readonly state: "queued" | "waiting" | "refused"; readonly reason: string };
export type Jobs = Pick<Resource<JobStates>, "readAtMs" | "trouble"> & {
  readonly states: Resource<JobStates>["value"];
  order(name: string): Promise<OrderResult>;
};

const REFRESH_MS = 5_000;
/** While something runs, or was just ordered. */
const CLOSELY_MS = 1_500;
const CLOSELY_FOR_MS = 15_000;

/** The platform's jobs, read again by itself. Call in `setup`. */
export function useJobs(): Jobs {
  let closelyUntilMs = 0;
  const { value, readAtMs, trouble, load } = useResource<JobStates>(
    (signal) => request("GET", "/api/v1/jobs", { signal }),
    {
      everyMs: () => (isBusy() || performance.now() < closelyUntilMs ? CLOSELY_MS : REFRESH_MS),
    },
  );
  const isBusy = (): boolean => value.value?.items.some(({ isRunning }) => isRunning) ?? false;

  async function order(name: string): Promise<OrderResult> {
    const answer = await request("POST", "/api/v1/jobs/{name}/run", { path: { name } });
    closelyUntilMs = performance.now() + CLOSELY_FOR_MS;
    void load();
    if (answer.ok) return { state: answer.body.state, reason: "" };
    return { state: "refused", reason: answer.trouble.detail };
  }

  return { states: value, readAtMs, trouble, order };
}
