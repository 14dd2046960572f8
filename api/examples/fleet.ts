import { COLLECTED, type Examples, pageOf, SLOT } from "./example.ts";

const SITE = {
  id: "north-101-a",
  name: "North 101 A",
  region: "north",
  zone: "zone-101",
  enabled: true,
  profile: "bitmain-antbox-hk3",
  intervalS: 10,
  health: "good",
  lastSnapshotAt: COLLECTED,
  ageS: 2.4,
  openFaults: 0,
  lastPoll: { slot: SLOT, result: "ok", attempts: 1, latencyMs: 82, breaker: "closed", misses: 0 },
  minersExpected: 210,
  ratedPowerKw: 1150,
  location: { lat: 24.45, lon: 54.38 },
};
const SNAPSHOT = {
  siteId: SITE.id,
  slot: SLOT,
  collectedAt: COLLECTED,
  profile: "bitmain-antbox-hk3@1",
  values: { supply_temp_c: 35.1, return_temp_c: 43.3, supply_flow_m3h: 94.6, circulation_pump_running: true },
  quality: { coolant_ph: "missing" },
  faults: [],
  unmapped: ["/coolerState/params/reserve_7"],
  attempts: 1,
  latencyMs: 82,
};
const ROUND = {
  slot: SLOT,
  startedAt: "2026-11-23T08:00:00.012Z",
  durationMs: 640,
  sites: 150,
  ok: 148,
  late: 1,
  failed: { timeout: 1 },
  skipped: 0,
  slowest: { siteId: "south-207-b", latencyMs: 612 },
};
const READING = {
  id: 41,
  siteId: SITE.id,
  point: "coolant_ph",
  value: 8.3,
  takenAt: "2026-11-22T06:30:00.000Z",
  enteredBy: "li.wei",
  enteredAt: SLOT,
  note: "strip, second sample",
  voidedAt: null,
  voidedBy: null,
};
const TIMES = {
  from: "2026-11-23T07:50:00.000Z",
  to: SLOT,
  times: ["2026-11-23T07:50:00.000Z", "2026-11-23T07:55:00.000Z"],
};

/** What is read of the fleet, now and over time. */
export const FLEET_EXAMPLES: Examples = {
  "GET /api/v1/sites": { answer: pageOf(SITE) },
  "GET /api/v1/sites/{id}": { answer: SITE },
  "GET /api/v1/snapshots": { answer: pageOf(SNAPSHOT) },
  "GET /api/v1/sites/{id}/snapshot": { answer: SNAPSHOT },
  "GET /api/v1/sites/{id}/reply": {
    answer: {
      siteId: SITE.id,
      slot: SLOT,
      collectedAt: COLLECTED,
      profile: "bitmain-antbox-hk3@1",
      attempts: 1,
      latencyMs: 82,
      isLate: false,
      replies: { coolerState: { ok: true, method: "coolerState", params: { supply_liquid_temp: 35.1 } } },
      failedRequests: { minerInfo: "timeout" },
    },
  },
  "POST /api/v1/sites/{id}/watch": { body: { forS: 60 } },
  "GET /api/v1/outliers": {
    answer: pageOf({
      siteId: SITE.id,
      point: "supply_temp_c",
      value: 41.2,
      median: 35.2,
      mad: 0.4,
      deviation: 10.1,
      sisters: 23,
      basis: "zone",
      ageS: 2.4,
    }),
  },
  "GET /api/v1/rounds": { answer: pageOf(ROUND) },
  "GET /api/v1/collectors": {
    answer: {
      items: [{ id: "host-1-4f2a", isSelf: true, leases: ["collector:0"], sites: 150 }],
      leases: [{ name: "collector:0", holder: "host-1-4f2a", token: 7, sites: 150 }],
      orphans: 0,
    },
  },
  "GET /api/v1/sites/{id}/history": {
    answer: {
      siteId: SITE.id,
      step: "5m",
      stepS: 300,
      ...TIMES,
      series: { supply_temp_c: { avg: [35.1, null], min: [34.8, null], max: [35.4, null] } },
    },
  },
  "GET /api/v1/history": {
    answer: { point: "supply_temp_c", step: "5m", stepS: 300, ...TIMES, sites: { [SITE.id]: { avg: [35.1, null] } } },
  },
  "GET /api/v1/sites/{id}/history/sisters": {
    answer: {
      siteId: SITE.id,
      basis: "zone",
      sisters: 23,
      step: "5m",
      stepS: 300,
      ...TIMES,
      series: { supply_temp_c: { median: [35.2, 35.3], p25: [34.9, 35], p75: [35.6, 35.7] } },
    },
  },
  "GET /api/v1/sites/{id}/lab-readings": { answer: pageOf(READING) },
  "GET /api/v1/sites/{id}/lab-readings/latest": { answer: { items: [READING] } },
  "POST /api/v1/sites/{id}/lab-readings": {
    body: { takenAt: "2026-11-22T10:30:00+04:00", values: { coolant_ph: 8.3 }, note: READING.note },
    answer: { items: [READING] },
  },
  "POST /api/v1/sites/{id}/lab-readings/{readingId}/void": {
    answer: { ...READING, voidedAt: "2026-11-23T09:00:00.000Z", voidedBy: "li.wei" },
  },
  "POST /api/v1/import/history": {
    body: "site,time,supply_temp_c\nnorth-101-a,2026-01-01T00:00:00Z,35.1\n",
    answer: {
      isDryRun: false,
      isStored: true,
      rows: 1,
      added: 1,
      alreadyThere: 0,
      sites: 1,
      points: ["supply_temp_c"],
      from: "2026-01-01T00:00:00.000Z",
      to: "2026-01-01T00:00:00.000Z",
      problemCount: 0,
      problems: [],
    },
  },
};
