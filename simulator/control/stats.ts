import type { FleetRuntime } from "../server/fleet-runtime.ts";

export type Stats = {
  readonly sites: number;
  readonly upS: number;
  readonly requests: number;
  readonly connections: number;
  readonly openConnections: number;
  readonly inFlight: number;
  readonly peakInFlight: number;
  readonly connectionErrors: number;
  readonly ledgerRows: number;
  /** Of the whole process: when the fleet runs inside another program, that program is in it. */
  readonly process: {
    readonly pid: number;
    readonly cpuMs: number;
    /** Share of one core since the last call, and since the start, %. */
    readonly cpuPctSinceLastCall: number;
    readonly cpuPctSinceStart: number;
    readonly rssMb: number;
    readonly peakRssMb: number;
  };
};
export type StatsReader = () => Stats;

export function createStatsReader(runtime: FleetRuntime): StatsReader {
  const startedAt = performance.now();
  const startCpuMs = cpuMs();
  let lastAt = startedAt;
  let lastCpuMs = startCpuMs;
  return () => {
    const now = performance.now();
    const usedMs = cpuMs();
    const stats: Stats = {
      sites: runtime.sites.length,
      upS: rounded((now - startedAt) / 1000),
      ...runtime.counters,
      ledgerRows: runtime.ledger.replyRows(),
      process: {
        pid: process.pid,
        cpuMs: rounded(usedMs),
        cpuPctSinceLastCall: share(usedMs - lastCpuMs, now - lastAt),
        cpuPctSinceStart: share(usedMs - startCpuMs, now - startedAt),
        rssMb: rounded(process.memoryUsage.rss() / 1_048_576),
        peakRssMb: rounded(process.resourceUsage().maxRSS / 1024),
      },
    };
    lastAt = now;
    lastCpuMs = usedMs;
    return stats;
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function share(partMs: number, wholeMs: number): number {
  return wholeMs <= 0 ? 0 : rounded((100 * partMs) / wholeMs);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
