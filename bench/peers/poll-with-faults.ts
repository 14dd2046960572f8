import type { Collector } from "../../adapters/controller/collector.ts";
import { createCollector } from "../../adapters/controller/create-collector.ts";
import type { FailureCause } from "../../domain/collection/failure-cause.ts";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import { findCompiledProfile } from "../../domain/profiles/index.ts";
import type { Site } from "../../domain/sites/site.ts";

export type FaultRound = {
  readonly report: RoundReport;
  /** Slot to the publishing of the last reply that was not late, ms. */
  readonly lastReplyMs: number;
  /** Growth of the resident memory since the start, after a collection of garbage where that is allowed. */
  readonly growthMb: number;
  /** Our own CPU since the last round's end: a stalled machine shows as a long round without CPU. */
  readonly cpuMs: number;
  /** Bad sites that are not under the cause that the fault has. */
  wrongCauses(expected: ReadonlyMap<string, FailureCause>): number;
};

function collectorOver(sites: readonly Site[], intervalS: number): Collector {
  let journalled = 0;
  return createCollector({
    inventory: { all: () => sites, onChange: () => () => undefined },
    profileOf: findCompiledProfile,
    journal: { append: () => Promise.resolve(++journalled) },
    pollIntervalS: intervalS,
    log: { info: () => undefined, warn: console.error, error: console.error },
  });
}

/** A few rounds over a healthy fleet, so that what is measured afterwards is the faults and not the first use. */
export async function warmUp(sites: readonly Site[], count: number): Promise<void> {
  const collector = collectorOver(sites, 2);
  let left = count;
  await new Promise<void>((resolve) => {
    const detach = collector.attach({
      onReply: () => undefined,
      onRound() {
        left -= 1;
        if (left > 0) return;
        detach();
        resolve();
      },
    });
  });
  await collector.close();
}

/** Runs the real collector, in this process, over a fleet with bad sites. */
export async function pollWithFaults(
  sites: readonly Site[],
  intervalS: number,
  count: number,
): Promise<{ readonly rounds: readonly FaultRound[]; readonly socketsLeft: number }> {
  const collector = collectorOver(sites, intervalS);
  const rounds: FaultRound[] = [];
  const lastReplyMs = new Map<string, number>();
  let cpu = process.cpuUsage();
  globalThis.gc?.();
  const rssBefore = process.memoryUsage().rss;
  // Begin at a slot: on attach the current one would be caught up late.
  await new Promise((resolve) => setTimeout(resolve, intervalS * 1000 - (Date.now() % (intervalS * 1000)) - 20));
  await new Promise<void>((resolve) => {
    const detach = collector.attach({
      onReply({ reply: { slot, isLate } }) {
        if (!isLate) lastReplyMs.set(slot, Date.now() - Date.parse(slot));
      },
      onRound(report) {
        globalThis.gc?.();
        const used = process.cpuUsage(cpu);
        cpu = process.cpuUsage();
        rounds.push({
          cpuMs: Math.round((used.user + used.system) / 1000),
          report,
          lastReplyMs: lastReplyMs.get(report.slot) ?? Number.POSITIVE_INFINITY,
          growthMb: (process.memoryUsage().rss - rssBefore) / 1024 / 1024,
          wrongCauses: (expected) =>
            [...expected].filter(([siteId, cause]) => !report.failedSites[cause]?.includes(siteId)).length,
        });
        if (rounds.length < count) return;
        detach();
        resolve();
      },
    });
  });
  await collector.close();
  await new Promise((resolve) => setTimeout(resolve, 500));
  return { rounds, socketsLeft: collector.stats().openSockets };
}
