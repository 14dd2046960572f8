import { ruleFacts } from "../../domain/alarms/rule-facts.ts";
import { STARTER_RULES } from "../../domain/alarms/starter-rules/index.ts";
import { BACKTEST_EXAMPLES } from "./backtest.ts";
import { type Examples, pageOf, SLOT } from "./example.ts";

const SITE_ID = "north-101-a";
const RULE_ID = "supply-temp-too-high";
const ID = `${SITE_ID}.${RULE_ID}`;
const ACKNOWLEDGED_AT = "2026-11-23T08:03:11.000Z";
const NOTE = "fan 2 does not turn, the electrician is on the way";
const REASON = "the sensor is being replaced";
const UNTIL = "2026-11-23T10:00:00.000Z";

const MEASURED = { point: "supply_temp_c", value: 41.2, limit: 40, unit: "°C" };
const RAISED = {
  id: ID,
  siteId: SITE_ID,
  segmentId: null,
  ruleId: RULE_ID,
  state: "unacknowledged",
  priority: "critical",
  active: true,
  sources: ["controller", "platform"],
  ...MEASURED,
  raisedAt: SLOT,
  clearedAt: null,
  needsAcknowledgement: true,
  acknowledged: null,
  needsReset: false,
  shelved: null,
  outOfService: null,
  suppressedBy: null,
  assignedTo: null,
  occurrences: 3,
  flaps: 0,
  chatteringSince: null,
  announcedAt: SLOT,
  conditionAt: SLOT,
  lastChangeAt: SLOT,
  revision: 9,
  acknowledgedAt: null,
  acknowledgedBy: null,
  children: 2,
  texts: { zh: "供液温度过高", en: "Supply temperature too high" },
};
const ACKNOWLEDGED = {
  ...RAISED,
  state: "acknowledged",
  needsAcknowledgement: false,
  acknowledged: { by: "li.wei", at: ACKNOWLEDGED_AT, note: NOTE },
  acknowledgedAt: ACKNOWLEDGED_AT,
  acknowledgedBy: "li.wei",
  lastChangeAt: ACKNOWLEDGED_AT,
  revision: 10,
};
const SHELVED = {
  ...RAISED,
  state: "shelved",
  shelved: { until: UNTIL, by: "li.wei", at: ACKNOWLEDGED_AT, reason: REASON },
  lastChangeAt: ACKNOWLEDGED_AT,
  revision: 10,
};
const OUT_OF_SERVICE = {
  ...RAISED,
  state: "out_of_service",
  outOfService: { by: "chen.yu", at: ACKNOWLEDGED_AT, reason: REASON },
  lastChangeAt: ACKNOWLEDGED_AT,
  revision: 10,
};
const TRANSITION = {
  alarmId: ID,
  revision: 10,
  siteId: SITE_ID,
  segmentId: null,
  ruleId: RULE_ID,
  kind: "acknowledged",
  from: "unacknowledged",
  to: "acknowledged",
  at: ACKNOWLEDGED_AT,
  isAnnounced: false,
  priority: "critical",
  sources: ["controller", "platform"],
  ...MEASURED,
  suppressedBy: null,
  by: "li.wei",
  note: NOTE,
  until: null,
  occurrences: 3,
  flaps: 0,
};
const RULE = STARTER_RULES.filter(({ id }) => id === RULE_ID).map(ruleFacts)[0];
const SUPPLY_HIGH = { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40, deadband: 2 };
const WORDS = {
  title: "Supply too hot",
  cause: "Fans stopped",
  consequence: "Miners stop",
  action: "Look at the fans",
};
const EXPRESSION_RULE = {
  id: "our-supply-high",
  owner: "operations",
  priority: "high",
  respondWithinMin: 10,
  condition: { kind: "expression", text: "supply_temp >= 40" },
  source: "J",
  texts: { "zh-CN": { title: "供液过热", cause: "风机停机", consequence: "矿机停机", action: "检查风机" }, en: WORDS },
};
const FLAG = {
  id: "6f1c2a54-3f0e-4b7a-9c61-2f5f0f6c9d11",
  kind: "maintenance",
  siteId: SITE_ID,
  beginsAt: SLOT,
  endsAt: "2026-11-23T14:00:00.000Z",
  reason: "circulation pump is replaced",
  setBy: "chen.yu",
  setAt: SLOT,
  endedAt: null,
  endedBy: null,
};
const NONE = { present: 0, unacknowledged: 0 };
const SCOPE = {
  alarms: 23,
  sites: 22,
  refused: 1,
  priorities: { critical: 1, high: 22, medium: 0, low: 0 },
  newestRaisedAt: SLOT,
};
const BULK = {
  isDryRun: true,
  done: 22,
  refused: [{ id: ID, code: "alarm.nothing-to-acknowledge" }],
  scope: SCOPE,
};
const HISTORY = { items: [TRANSITION], nextCursor: null };

/** Alarms and their rules. */
export const ALARM_EXAMPLES: Examples = {
  "GET /api/v1/alarms": { answer: pageOf(RAISED) },
  "GET /api/v1/alarms/summary": {
    answer: {
      counts: {
        critical: { present: 1, unacknowledged: 1 },
        high: NONE,
        medium: { present: 2, unacknowledged: 0 },
        low: NONE,
      },
      sites: [{ siteId: SITE_ID, worst: "critical", present: 3, unacknowledged: 1 }],
      at: "2026-11-23T08:00:04.000Z",
      isJudging: true,
      judgedAt: SLOT,
    },
  },
  "GET /api/v1/alarms/{id}": { answer: { ...ACKNOWLEDGED, rule: RULE, transitions: [TRANSITION] } },
  "GET /api/v1/alarms/{id}/transitions": { answer: HISTORY },
  "GET /api/v1/alarm-history": { answer: HISTORY },
  "GET /api/v1/alarm-statistics": {
    answer: {
      from: "2026-11-16T08:00:00.000Z",
      to: SLOT,
      operators: 1,
      announced: 1004,
      perOperatorHour: 5.98,
      crowdedShare: 0.004,
      floodShare: 0.006,
      byPriority: { critical: 31, high: 173, medium: 800, low: 0 },
      topRules: [{ ruleId: RULE_ID, announced: 31, share: 0.031 }],
      topShare: 0.031,
      chattering: { count: 1, ids: [ID] },
      fleeting: { count: 0, ids: [] },
      stale: { count: 0, ids: [] },
      medianAcknowledgeS: 94,
      worstAcknowledgeS: 1310,
    },
  },
  "POST /api/v1/alarms/acknowledge": {
    body: { filter: { priority: "high", site: SITE_ID, raisedUntil: SLOT }, dryRun: true, note: NOTE },
    answer: BULK,
  },
  "POST /api/v1/alarms/shelve": {
    body: { ids: [ID], until: UNTIL, reason: REASON },
    answer: {
      isDryRun: false,
      done: 1,
      refused: [],
      scope: { ...SCOPE, alarms: 1, sites: 1, refused: 0, priorities: { critical: 1, high: 0, medium: 0, low: 0 } },
    },
  },
  "POST /api/v1/alarms/{id}/acknowledge": { body: { note: NOTE }, answer: ACKNOWLEDGED },
  "POST /api/v1/alarms/{id}/reset": {
    body: { note: NOTE },
    answer: { ...ACKNOWLEDGED, state: "normal", active: false, clearedAt: "2026-11-23T08:02:00.000Z", revision: 12 },
  },
  "POST /api/v1/alarms/{id}/assign": {
    body: { to: "chen.yu" },
    answer: { ...ACKNOWLEDGED, assignedTo: "chen.yu", revision: 11 },
  },
  "POST /api/v1/alarms/{id}/notes": { body: { note: NOTE }, answer: ACKNOWLEDGED },
  "POST /api/v1/alarms/{id}/shelve": { body: { until: UNTIL, reason: REASON }, answer: SHELVED },
  "POST /api/v1/alarms/{id}/unshelve": { answer: { ...RAISED, revision: 11 } },
  "POST /api/v1/alarms/{id}/out-of-service": { body: { reason: REASON }, answer: OUT_OF_SERVICE },
  "POST /api/v1/alarms/{id}/in-service": { answer: { ...RAISED, revision: 11 } },
  "GET /api/v1/site-flags": { answer: pageOf(FLAG) },
  "POST /api/v1/site-flags": {
    body: { kind: FLAG.kind, sites: [SITE_ID], endsAt: FLAG.endsAt, reason: FLAG.reason },
    answer: { isDryRun: false, items: [FLAG], scope: { sites: [SITE_ID], alarms: 1 } },
  },
  "POST /api/v1/site-flags/{id}/end": {
    answer: { ...FLAG, endedAt: "2026-11-23T11:20:00.000Z", endedBy: "chen.yu" },
  },
  "GET /api/v1/rules": { answer: pageOf({ ...RULE, active: 1 }) },
  "GET /api/v1/rules/{id}": { answer: { ...EXPRESSION_RULE } },
  "POST /api/v1/rules/check": {
    body: { rule: EXPRESSION_RULE },
    answer: {
      isValid: false,
      problem: {
        code: "rule.expression-invalid",
        message:
          'expression, position 1: unknown point: "supply_temp"; allowed: a name of the point catalogue; near: supply_temp_c',
        field: null,
        word: "unknown-name",
        position: 1,
        found: '"supply_temp"',
        allowed: "a name of the point catalogue; near: supply_temp_c",
      },
      condition: null,
      clear: null,
      reads: [],
    },
  },
  "POST /api/v1/rules/preview": {
    body: { rule: { ...EXPRESSION_RULE, condition: { ...SUPPLY_HIGH } } },
    answer: {
      holds: 1,
      clear: 147,
      unknown: 2,
      needsHistory: false,
      items: [{ siteId: SITE_ID, segmentId: null, ...MEASURED }],
    },
  },
  ...BACKTEST_EXAMPLES,
};
