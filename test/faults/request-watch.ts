import { setTimeout as sleep } from "node:timers/promises";
import type { PlatformProcess } from "../services/start-platform.ts";

/** What a person's requests met during a fault. */
export type RequestFigures = {
  readonly requests: number;
  /** The longest that any of them took, seconds; a request without an answer after 10 s counts as 10. */
  readonly longestS: number;
  /** How many came back with which status; 0 = no answer. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Oldest `collectedAt` of the newest live snapshot seen, seconds. */
  readonly worstLiveAgeS: number;
};

const GIVE_UP_MS = 10_000;
const EVERY_MS = 250;
const LIVE = "/api/v1/snapshots?limit=500";
/** What the pages ask for, those that need the database among them. */
const PATHS = [
  LIVE,
  "/api/v1/sites?limit=500",
  "/api/v1/rounds?limit=5",
  "/api/v1/sites/site-001/history?points=supply_temp_c",
  "/api/v1/status",
];

/** Asks as several open pages do, until stopped. All paths side by side, four times a second. */
export function watchRequests(
  { url }: Pick<PlatformProcess, "url">,
  cookie: string,
): { stop(): Promise<RequestFigures> } {
  const stopping = new AbortController();
  const statuses: Record<number, number> = {};
  let requests = 0;
  let longestS = 0;
  let worstLiveAgeS = 0;

  async function ask(path: string): Promise<void> {
    const startedMs = performance.now();
    let status = 0;
    try {
      const response = await fetch(url + path, { headers: { cookie }, signal: AbortSignal.timeout(GIVE_UP_MS) });
      const text = await response.text();
      status = response.status;
      if (path === LIVE && status === 200) noteAge(text);
    } catch {
      status = 0;
    }
    requests += 1;
    statuses[status] = (statuses[status] ?? 0) + 1;
    longestS = Math.max(longestS, (performance.now() - startedMs) / 1000);
  }

  function noteAge(text: string): void {
    const { items } = JSON.parse(text) as { items: { collectedAt: string }[] };
    const newestMs = Math.max(...items.map(({ collectedAt }) => Date.parse(collectedAt)));
    worstLiveAgeS = Math.max(worstLiveAgeS, (Date.now() - newestMs) / 1000);
  }

  async function askOn(path: string): Promise<void> {
    while (!stopping.signal.aborted) {
      await ask(path);
      await sleep(EVERY_MS);
    }
  }

  const asking = Promise.all(PATHS.map(askOn));
  return {
    async stop() {
      stopping.abort();
      await asking;
      return { requests, longestS, statuses, worstLiveAgeS };
    },
  };
}
