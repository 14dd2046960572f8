import { readFileSync } from "node:fs";
import path from "node:path";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import type { ControllerReply } from "../../domain/telemetry/controller-reply.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";

const SLOT = "2026-03-01T08:00:00.000Z";
const RECORDED = path.resolve(import.meta.dirname, "../../domain/profiles/recorded/bitmain-antbox-hk3.json");

/** A healthy controller's answers, as recorded. */
export function healthyReplies(): Record<string, unknown> {
  const { cases } = JSON.parse(readFileSync(RECORDED, "utf8")) as { cases: { replies: Record<string, unknown> }[] };
  return structuredClone(cases[0]?.replies ?? {});
}

export function aReply(changes: Partial<ControllerReply> = {}): ControllerReply {
  return {
    siteId: "site-001",
    slot: SLOT,
    collectedAt: "2026-03-01T08:00:00.400Z",
    profile: "bitmain-antbox-hk3@1",
    attempts: 1,
    latencyMs: 84,
    isLate: false,
    replies: healthyReplies(),
    failedRequests: {},
    ...changes,
  };
}

export function aSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    siteId: "site-001",
    slot: SLOT,
    collectedAt: "2026-03-01T08:00:00.400Z",
    profile: "bitmain-antbox-hk3@1",
    values: { supply_temp_c: 35.1, circulation_pump_running: true, supply_pressure_kpa: null },
    quality: { supply_pressure_kpa: "missing" },
    faults: [],
    unmapped: [],
    attempts: 1,
    latencyMs: 84,
    ...changes,
  };
}

export function aRound(changes: Partial<RoundReport> = {}): RoundReport {
  return {
    slot: SLOT,
    startedAt: SLOT,
    durationMs: 840,
    sites: 1,
    ok: 1,
    late: 0,
    failed: {},
    skipped: 0,
    lateSites: [],
    failedSites: {},
    slowest: { siteId: "site-001", latencyMs: 84 },
    ...changes,
  };
}
