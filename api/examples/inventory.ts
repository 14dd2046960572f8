import { findProfile } from "../../domain/profiles/index.ts";
import { COLLECTED, type Examples, pageOf } from "./example.ts";

const LABEL = { "zh-CN": "比特大陆 AntBox HK3 水冷集装箱", en: "Bitmain AntBox HK3 hydro container" };
const PROFILE_ID = "bitmain-antbox-hk3";
const CONFIGURATION = {
  id: "north-101-a",
  name: "North 101 A",
  region: "north",
  zone: "zone-101",
  enabled: true,
  controller: { isSet: true, profile: PROFILE_ID },
  camera: { isSet: false, queries: false },
  location: { lat: 24.45, lon: 54.38 },
  interval_s: 10,
  miners_expected: 210,
  rated_power_kw: 1150,
  version: 3,
  managedBy: null,
};
const EXAMINATION = {
  snapshot: {
    collectedAt: COLLECTED,
    profile: `${PROFILE_ID}@1`,
    values: { supply_temp_c: 35.1, return_temp_c: 43.3 },
    quality: {},
    faults: [],
    unmapped: ["/coolerState/params/reserve_7"],
  },
  remarks: [
    {
      check: "core_points",
      verdict: "pass",
      points: ["supply_temp_c"],
      texts: { "zh-CN": "核心测点均有数值", en: "every core point has a value" },
    },
  ],
};

/** Sites and the profiles of their controllers. */
export const INVENTORY_EXAMPLES: Examples = {
  "POST /api/v1/sites": {
    body: {
      id: CONFIGURATION.id,
      name: CONFIGURATION.name,
      region: "north",
      zone: "zone-101",
      controller: { url: "http://192.0.2.10", profile: PROFILE_ID },
      interval_s: 10,
    },
    answer: { ...CONFIGURATION, version: 1 },
  },
  "GET /api/v1/sites/{id}/configuration": { answer: CONFIGURATION },
  "PATCH /api/v1/sites/{id}": { body: { enabled: false }, answer: { ...CONFIGURATION, enabled: false, version: 4 } },
  "POST /api/v1/sites/import": {
    body: "sites:\n  - id: north-101-a\n    name: North 101 A\n    controller: { url: http://192.0.2.10, profile: bitmain-antbox-hk3 }\n",
    answer: {
      isDryRun: true,
      isApplied: false,
      added: 1,
      changed: 0,
      unchanged: 0,
      errors: 0,
      unlisted: 149,
      rows: [{ row: 1, line: 2, id: CONFIGURATION.id, verdict: "added", changes: [], problems: [] }],
    },
  },
  "POST /api/v1/sites/test-connection": {
    body: { url: "http://192.0.2.10" },
    answer: {
      isReachable: true,
      cause: null,
      latencyMs: 46.2,
      best: PROFILE_ID,
      fits: [
        {
          profile: PROFILE_ID,
          label: LABEL,
          matchesFingerprint: true,
          isGoodReply: true,
          filled: 41,
          expected: 43,
          unmapped: 1,
          failedRequests: {},
          reasons: [{ "zh-CN": "应答具有该型号的特征字段", en: "the reply has the marks of this model" }],
        },
      ],
      examination: EXAMINATION,
    },
  },
  "GET /api/v1/points": {
    answer: pageOf({
      name: "supply_temp_c",
      group: "loop",
      kind: "gauge",
      type: "num",
      unit: "°C",
      limits: [-40, 120],
      band: [25, 45],
      core: true,
      decimals: 1,
      label: { "zh-CN": "供液温度", en: "Supply temperature" },
      origin: "device",
      source: "[API]",
    }),
  },
  "GET /api/v1/profiles": {
    answer: pageOf({
      id: PROFILE_ID,
      version: 1,
      tag: `${PROFILE_ID}@1`,
      label: LABEL,
      origin: "vendor",
      requests: ["coolerState", "minerInfo"],
      points: 43,
      absent: ["coolant_ph"],
    }),
  },
  "GET /api/v1/profiles/{id}": { answer: findProfile(PROFILE_ID) },
  "POST /api/v1/profiles/{id}/try": {
    body: { replies: { coolerState: { ok: true, method: "coolerState", params: { supply_liquid_temp: 35.1 } } } },
    answer: EXAMINATION,
  },
};
