import { Agent, request } from "undici";
import { PATHS } from "./peer-loop.ts";

/** One naive policy over one round of the same fleet: how long it took, and when the last healthy site was there. */
type NaiveRow = {
  readonly policy: string;
  readonly roundS: number;
  readonly lastHealthyS: number;
  readonly attempts: number;
};

type Policy = {
  readonly name: string;
  readonly workers: number;
  readonly tries: number;
  readonly backOffS: readonly number[];
};

const POLICIES: readonly Policy[] = [
  { name: "unlimited in flight, 4 tries × 3 s", workers: 1000, tries: 4, backOffS: [0, 0, 0] },
  { name: "+ back-off 1-2-4 s", workers: 1000, tries: 4, backOffS: [1, 2, 4] },
  { name: "pool of 20 workers, 4 tries × 3 s", workers: 20, tries: 4, backOffS: [0, 0, 0] },
  { name: "pool of 20, no retry", workers: 20, tries: 1, backOffS: [] },
];
const TRY_MS = 3000;
/** Only so that the 300 MB sites do not fill the memory of the bench: a kindness to the naive client. */
const KIND_BODY_BYTES = 1024 * 1024;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param bad the first so many sites are the bad ones */
export async function runNaivePolicies(urls: readonly string[], bad: number): Promise<NaiveRow[]> {
  const rows: NaiveRow[] = [];
  for (const policy of POLICIES) rows.push(await runPolicy(policy, urls, bad));
  return rows;
}

async function runPolicy(policy: Policy, urls: readonly string[], bad: number): Promise<NaiveRow> {
  const dispatcher = new Agent({
    connections: 16,
    pipelining: 1,
    connectTimeout: TRY_MS,
    maxResponseSize: KIND_BODY_BYTES,
  });
  const startedMs = performance.now();
  let attempts = 0;
  let lastHealthyMs = 0;
  let next = 0;
  // Healthy and bad sites mixed, as in an inventory.
  const order = urls.map((_, i) => i).sort((a, b) => ((a * 7919) % urls.length) - ((b * 7919) % urls.length));

  async function pollOnce(url: string): Promise<boolean> {
    attempts += 1;
    try {
      const signal = AbortSignal.timeout(TRY_MS);
      for (const path of PATHS) {
        const { statusCode, body } = await request(url + path, { dispatcher, signal });
        const json = JSON.parse(await body.text()) as { ok?: unknown };
        if (statusCode !== 200 || json.ok !== true) return false;
      }
      return true;
    } catch {
      return false;
    }
  }

  async function pollWithRetries(url: string): Promise<void> {
    for (let attempt = 0; attempt < policy.tries; attempt += 1) {
      if (attempt > 0) await sleep((policy.backOffS[attempt - 1] ?? 0) * 1000);
      if (await pollOnce(url)) return;
    }
  }

  async function worker(): Promise<void> {
    for (let index = order[next++]; index !== undefined; index = order[next++]) {
      await pollWithRetries(urls[index] ?? "");
      if (index >= bad) lastHealthyMs = performance.now() - startedMs;
    }
  }

  await Promise.all(Array.from({ length: policy.workers }, worker));
  const roundS = (performance.now() - startedMs) / 1000;
  await dispatcher.destroy();
  const round = (seconds: number): number => Math.round(seconds * 100) / 100;
  return { policy: policy.name, roundS: round(roundS), lastHealthyS: round(lastHealthyMs / 1000), attempts };
}
