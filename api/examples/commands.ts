import { type Examples, pageOf, SLOT } from "./example.ts";

const ID = "019ab3f0-6c00-7c3e-9a11-5d2f0f6c9d11";
const LOCK_ID = "6f1c2a54-3f0e-4b7a-9c61-2f5f0f6c9d12";
const SITE_ID = "north-101-a";
const PROFILE_ID = "bitmain-antbox-hk3";
const REASON = "the miners run hot since the tower was cleaned";
const SEEN_AT = "2026-11-23T08:00:51.000Z";
const TOKEN = "k3Vn0b6xQe1zR8aP.mi2k0a1s.q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c";
const ARGS = { temp_c: 34 };
const SEEN = { setpointC: 35, isPumpRunning: true, isPidMode: false, isLeaking: false };
const FINDING = { id: "dew-point", result: "met", values: { container_dew_point_c: 18.3, temp_c: 34 }, limit: 20.3 };

const QUEUED = {
  id: ID,
  siteId: SITE_ID,
  kind: "set_supply_temp",
  args: ARGS,
  state: "queued",
  stateReason: null,
  requestedBy: "li.wei",
  reason: REASON,
  approvedBy: null,
  overrides: [],
  createdAt: SLOT,
  expiresAt: "2026-11-23T08:01:00.000Z",
  sentAt: null,
  verifyBy: null,
  endedAt: null,
  effectAfterS: null,
  evidence: { seen: SEEN, role: "operator" },
};
const SENT = { ...QUEUED, sentAt: "2026-11-23T08:00:00.090Z" };
const VERIFIED = {
  ...SENT,
  state: "verified",
  stateReason: "read-back",
  verifyBy: "2026-11-23T08:01:00.300Z",
  endedAt: "2026-11-23T08:00:20.200Z",
  effectAfterS: 20.1,
  evidence: { supply_temp_setpoint_c: 34 },
};
const NOTE = "looked at the panel of the box: the set-point is 34";
const CANCELLED = { ...QUEUED, stateReason: "by-requester", state: "cancelled", endedAt: SEEN_AT, evidence: null };

const TEXTS = {
  title: { "zh-CN": "设定供液温度", en: "Set the supply temperature" },
  does: { "zh-CN": "改变供液温度设定值。", en: "Changes the supply set-point." },
  onSite: { "zh-CN": "观察供液温度是否趋近设定值。", en: "Watch that the supply follows the set-point." },
};
const REVIEW = {
  isDryRun: true,
  siteId: SITE_ID,
  kind: "set_supply_temp",
  args: ARGS,
  texts: TEXTS,
  needsReason: false,
  needsSecondPerson: false,
  expiresInS: 60,
  verdict: "allowed",
  findings: [{ ...FINDING, texts: { "zh-CN": "高于露点 2 K：满足。", en: "≥ dew point + 2 K: met." }, override: null }],
  deniedOverrides: [],
  scope: {
    site: { id: SITE_ID, name: "North 101 A", region: "north", zone: "101" },
    loadMw: 0.91,
    ratedMw: 1.03,
    minersOnline: 187,
    minersExpected: 189,
    alarms: { total: 0, items: [] },
  },
  seen: SEEN,
  collectedAt: SLOT,
  confirmation: null,
};
const STOP = {
  id: "2b0d8f1e-9c3a-4b6e-8f25-7c1d0f6c9d13",
  siteId: SITE_ID,
  state: "running",
  stateReason: null,
  reason: "smoke at the distribution cabinet",
  overrides: [],
  requestedBy: "li.wei",
  requestedAt: SLOT,
  attempt: 1,
  sleepBatches: 0,
  findings: [
    {
      id: "it-power",
      result: "refused",
      values: { load_kw: 910, rated_power_kw: 1030 },
      limit: 51.5,
      texts: {
        "zh-CN": "负荷 910 kW，超过 51.5 kW：请先让矿机休眠。",
        en: "The load is 910 kW, above 51.5 kW: put the miners to sleep first.",
      },
    },
  ],
  lookedAt: "2026-11-23T08:00:02.000Z",
  stopState: null,
  stopId: null,
  endedAt: null,
  resetBy: null,
  resetAt: null,
  resetReason: null,
};
const KIND = {
  kind: "set_supply_temp",
  ...TEXTS,
  args: {
    temp_c: {
      type: "number",
      label: { "zh-CN": "供液温度", en: "Supply temperature" },
      isOptional: false,
      unit: "°C",
      min: 20,
      max: 40,
      step: 0.5,
      also: [],
      words: {},
    },
  },
  lowestRole: "operator",
  higherRole: { argument: "temp_c", from: 30, to: 38, lowestRole: "admin" },
  needsReason: false,
  needsSecondPerson: false,
  leastGapS: 600,
  mostOften: null,
  mostChange: { argument: "temp_c", point: "supply_temp_setpoint_c", by: 3 },
  effect: [
    {
      id: "set-point",
      title: { "zh-CN": "设定值已改变", en: "The set-point reads as wanted" },
      withinS: 60,
      reads: ["supply_temp_setpoint_c"],
    },
  ],
  mostSites: 10,
  expiresInS: 60,
  verifyWithinS: 75,
  interlocks: [{ id: "dew-point", title: { "zh-CN": "高于露点 2 K", en: "≥ dew point + 2 K" }, override: null }],
  sequence: null,
  isUsable: true,
  unusable: null,
};
const WRITES = {
  siteId: SITE_ID,
  profileId: PROFILE_ID,
  isEnabled: true,
  by: "chen.yu",
  reason: "tried on one box",
  at: SLOT,
};
const LOCK = {
  id: LOCK_ID,
  siteId: SITE_ID,
  until: "2026-11-23T14:00:00.000Z",
  reason: "circulation pump is replaced",
  setBy: "chen.yu",
  setAt: SLOT,
  removedBy: null,
  removedAt: null,
  removedReason: null,
};

const WAVES = [["north-101-a"], ["north-101-b", "north-102-a"]];
const BATCH_ORDER = { kind: "set_supply_temp", args: ARGS, reason: REASON, canarySites: 1, waveSites: 4, pauseS: 30 };
const BATCH = {
  id: "0c5b8c1e-6b0e-4f5d-8a39-2f5f0f6c9d13",
  kind: "set_supply_temp",
  args: ARGS,
  waves: WAVES,
  pauseS: 30,
  reason: REASON,
  requestedBy: "li.wei",
  expiresInS: 60,
  state: "running",
  because: [],
  stoppedBy: null,
  createdAt: SLOT,
  endedAt: null,
  commands: [{ siteId: "north-101-a", commandId: ID, state: "verified", stateReason: "read-back" }],
  newAlarms: [],
  result: { done: ["north-101-a"], failed: [], underWay: [], notBegun: ["north-101-b", "north-102-a"] },
};
const STOPPED = { ...BATCH, state: "stopped", stoppedBy: "li.wei", endedAt: SEEN_AT };

export const COMMAND_EXAMPLES: Examples = {
  "GET /api/v1/commands": { answer: pageOf(VERIFIED) },
  "POST /api/v1/commands": {
    body: { siteId: SITE_ID, kind: "set_supply_temp", args: ARGS, reason: REASON, confirmation: TOKEN },
    answer: QUEUED,
  },
  "GET /api/v1/commands/bulk": { answer: pageOf(BATCH) },
  "POST /api/v1/commands/bulk": {
    body: { ...BATCH_ORDER, sites: WAVES.flat(), confirmation: TOKEN },
    answer: { ...BATCH, commands: [], result: { done: [], failed: [], underWay: [], notBegun: WAVES.flat() } },
  },
  "GET /api/v1/commands/bulk/{id}": { answer: BATCH },
  "POST /api/v1/commands/bulk/{id}/stop": { answer: STOPPED },
  "GET /api/v1/commands/{id}": { answer: VERIFIED },
  "GET /api/v1/commands/{id}/events": {
    answer: pageOf(
      { at: SLOT, state: "queued", by: "li.wei", reason: null, evidence: { seen: SEEN, role: "operator" } },
      { at: SENT.sentAt, state: "sent", by: "system", reason: null, evidence: { findings: [FINDING] } },
      { at: VERIFIED.endedAt, state: "verified", by: "system", reason: "read-back", evidence: VERIFIED.evidence },
    ),
  },
  "GET /api/v1/commands/{id}/review": { answer: REVIEW },
  "POST /api/v1/commands/{id}/approve": {
    body: { note: "agreed by phone" },
    answer: { ...QUEUED, approvedBy: "chen.yu" },
  },
  "POST /api/v1/commands/{id}/reject": {
    body: { note: "the miners do not sleep yet" },
    answer: { ...CANCELLED, stateReason: "rejected", evidence: { note: "the miners do not sleep yet" } },
  },
  "POST /api/v1/commands/{id}/cancel": { body: {}, answer: CANCELLED },
  "POST /api/v1/commands/{id}/resolve": {
    body: { state: "verified", note: NOTE },
    answer: { ...VERIFIED, stateReason: "by-person", effectAfterS: null, evidence: { note: NOTE } },
  },
  "GET /api/v1/command-kinds": { answer: pageOf(KIND) },
  "GET /api/v1/profiles/{id}/writes": { answer: pageOf(WRITES) },
  "PUT /api/v1/profiles/{id}/writes": {
    body: { enabled: true, sites: [SITE_ID], reason: WRITES.reason },
    answer: pageOf(WRITES),
  },
  "GET /api/v1/emergency-stops": { answer: pageOf(STOP) },
  "GET /api/v1/sites/{id}/emergency-stop": { answer: pageOf(STOP) },
  "GET /api/v1/sites/{id}/emergency-stop/review": { answer: { ...REVIEW, kind: "emergency_stop", args: {} } },
  "POST /api/v1/sites/{id}/emergency-stop": {
    body: { confirm: SITE_ID, reason: STOP.reason, overrides: [] },
    answer: { ...STOP, findings: null, lookedAt: null },
  },
  "POST /api/v1/sites/{id}/emergency-stop/retry": { answer: { ...STOP, attempt: 2 } },
  "POST /api/v1/sites/{id}/emergency-stop/reset": {
    body: { reason: "the cable is replaced" },
    answer: {
      ...STOP,
      state: "stopped",
      endedAt: "2026-11-23T08:07:10.000Z",
      resetBy: "chen.yu",
      resetAt: "2026-11-23T11:30:00.000Z",
      resetReason: "the cable is replaced",
    },
  },
  "GET /api/v1/site-locks": { answer: pageOf(LOCK) },
  "GET /api/v1/sites/{id}/locks": { answer: pageOf(LOCK) },
  "POST /api/v1/sites/{id}/locks": { body: { until: LOCK.until, reason: LOCK.reason }, answer: LOCK },
  "DELETE /api/v1/sites/{id}/locks/{lockId}": {
    answer: { ...LOCK, removedBy: "chen.yu", removedAt: SEEN_AT, removedReason: "done, the pump runs" },
  },
};
