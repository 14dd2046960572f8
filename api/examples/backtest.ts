import { type Examples, SLOT } from "./example.ts";

const RULE_ID = "supply-temp-too-high";
const SITE_ID = "north-101-a";
const STRETCH = { from: "2026-11-16T00:00:00.000Z", to: "2026-11-23T00:00:00.000Z" };
const RESULT = {
  ...STRETCH,
  slots: 10_080,
  snapshots: 1_512_000,
  sites: 150,
  siteDays: 1050,
  coverage: 1,
  firings: 1,
  announced: 1,
  events: 0,
  perDay: 0.14,
  budget: { perSiteDay: 1, perDay: 150, share: 0.00095 },
  rules: [
    {
      ruleId: RULE_ID,
      priority: "critical",
      firings: 1,
      hidden: 0,
      announced: 1,
      sites: 1,
      activeS: 540,
      maintenanceS: 0,
      curtailmentS: 0,
      flaps: 0,
      chattering: 0,
      fleeting: 0,
      perDay: 0.14,
      budgetShare: 0.00095,
      trips: 1,
      warned: 1,
      medianLeadS: 120,
    },
  ],
  perSite: [{ siteId: SITE_ID, firings: 1, announced: 1 }],
  items: [
    {
      alarmId: `${SITE_ID}.${RULE_ID}`,
      siteId: SITE_ID,
      segmentId: null,
      ruleId: RULE_ID,
      beginAt: "2026-11-19T13:20:00.000Z",
      endAt: "2026-11-19T13:29:00.000Z",
      priority: "critical",
      point: "supply_temp_c",
      value: 40.4,
      peak: 43.1,
      limit: 40,
      unit: "°C",
      announced: 1,
      hiddenBy: null,
      maintenanceS: 0,
      curtailmentS: 0,
      trip: { fault: "supply_temp_too_high", at: "2026-11-19T13:22:00.000Z", leadS: 120 },
    },
  ],
  isCut: false,
};
const JOB = {
  id: "0a3f9a56-2e0c-4a9e-9d43-0b3b1f6f7c11",
  state: "running",
  progress: 0,
  snapshots: 0,
  startedAt: SLOT,
  endedAt: null,
  ...STRETCH,
  ruleIds: [RULE_ID],
  result: null,
  before: null,
  difference: null,
  failure: null,
};

export const BACKTEST_EXAMPLES: Examples = {
  "POST /api/v1/rules/backtest": { body: { ruleIds: [RULE_ID], ...STRETCH }, answer: JOB },
  "GET /api/v1/rules/backtest/{id}": {
    answer: {
      ...JOB,
      state: "done",
      progress: 1,
      snapshots: 1_514_250,
      endedAt: "2026-11-23T08:00:09.000Z",
      result: RESULT,
    },
  },
};
