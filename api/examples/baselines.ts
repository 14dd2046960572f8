import { type Examples, pageOf } from "./example.ts";

const STRETCH = { from: "2026-11-16T00:00:00.000Z", to: "2026-11-23T00:00:00.000Z" };
const FLOW = {
  id: 12,
  siteId: "north-101-a",
  quantity: "supply_flow_m3h",
  value: 98.4,
  ...STRETCH,
  samples: 9_860,
  spread: 1.9,
  note: "after the commissioning of the new pump",
  setBy: "chen.yu",
  setAt: "2026-11-23T08:00:00.000Z",
  voidedAt: null,
  voidedBy: null,
  isInForce: true,
};
const FOUND = {
  quantity: "supply_flow_m3h",
  value: 98.4,
  samples: 9_860,
  leastSamples: 300,
  spread: 1.9,
  mostSpread: 14.76,
  lack: null,
};

/** What was measured at commissioning. */
export const BASELINE_EXAMPLES: Examples = {
  "GET /api/v1/sites/{id}/baselines": { answer: pageOf(FLOW) },
  "POST /api/v1/sites/{id}/baselines": {
    body: { quantity: FLOW.quantity, ...STRETCH, note: FLOW.note },
    answer: { isDryRun: false, items: [FLOW], found: [FOUND] },
  },
  "DELETE /api/v1/sites/{id}/baselines/{baselineId}": {
    answer: { ...FLOW, voidedAt: "2026-11-24T06:30:00.000Z", voidedBy: "chen.yu", isInForce: false },
  },
};
