import type { Schemas } from "../../../dashboard/client/contract.ts";
import { PROFILES } from "../../../domain/profiles/index.ts";
import type { SiteConfiguration } from "../../../domain/sites/site-change.ts";
import type { SiteImportReport } from "../../../domain/sites/site-import.ts";
import type { SiteSummary } from "../../../domain/sites/site-summary.ts";

type Answer = { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> };

/** A sites file says what the second site is; every other one may be changed. */
export function fakeConfiguration(site: SiteSummary, version = 3): SiteConfiguration {
  return {
    id: site.id,
    name: site.name,
    region: site.region,
    zone: site.zone,
    enabled: site.enabled,
    controller: { isSet: true, profile: site.profile.split("@")[0] ?? "" },
    camera: { isSet: true, queries: false },
    location: site.location,
    interval_s: null,
    miners_expected: site.minersExpected,
    rated_power_kw: site.ratedPowerKw,
    version,
    managedBy: site.id === "site-002" ? "sites.yaml" : null,
  };
}

export function fakeTestResult(): Schemas["ConnectionTestResult"] {
  const reasons = (zh: string, en: string) => [{ "zh-CN": zh, en }];
  const fits = PROFILES.map(({ id, label }, index) => ({
    profile: id,
    label,
    matchesFingerprint: index === 0,
    isGoodReply: index === 0,
    filled: index === 0 ? 41 : 0,
    expected: 43,
    unmapped: index === 0 ? 2 : 61,
    failedRequests: {},
    reasons:
      index === 0
        ? [
            ...reasons("应答具有该型号的特征字段", "the reply has the marks of this model"),
            ...reasons("43 个测点中读到 41 个", "41 of 43 points got a value"),
          ]
        : reasons("应答没有该型号的特征字段", "the reply lacks the marks of this model"),
  }));
  return {
    isReachable: true,
    cause: null,
    latencyMs: 46.2,
    best: PROFILES[0]?.id ?? null,
    fits,
    examination: {
      snapshot: {
        profile: `${PROFILES[0]?.id}@1`,
        values: {
          supply_temp_c: 35.1,
          return_temp_c: 42.3,
          supply_flow_m3h: 94.6,
          total_power_kw: 921,
          circulation_pump_running: true,
        },
        collectedAt: "2026-11-25T08:00:00.000Z",
        quality: {},
        faults: [],
        unmapped: ["/coolerState/params/reserve_7", "/coolerState/params/fw"],
      },
      remarks: [
        {
          check: "heat_balance",
          verdict: "fail",
          points: ["total_power_kw"],
          texts: {
            "zh-CN": "热量与电功率相差 21 %：流量或功率的单位可能不同",
            en: "heat and electric power differ by 21 %: flow or power may have another unit",
          },
        },
      ],
    },
  };
}

export function fakeImportReport(isDryRun: boolean, hasErrors = true): SiteImportReport {
  const problem = (field: string, value: string | null, zh: string, en: string) => ({
    field,
    value,
    allowed: { "zh-CN": zh, en },
  });
  const row = (n: number, id: string, verdict: "added" | "changed" | "unchanged", changes: string[] = []) => ({
    row: n,
    line: 2 + n * 5,
    id,
    verdict,
    changes,
    problems: [],
  });
  const bad = [
    {
      row: 3,
      line: 12,
      id: "site-153",
      verdict: "error" as const,
      changes: [],
      problems: [
        problem("controller.url", null, "应为 http 或 https 地址", "must be an http or https address"),
        problem("interval_s", '"often"', "应为数字", "must be a number"),
      ],
    },
  ];
  return {
    isDryRun,
    isApplied: !isDryRun,
    added: 2,
    changed: 1,
    unchanged: 1,
    errors: hasErrors ? 1 : 0,
    unlisted: 148,
    rows: [
      ...(hasErrors ? bad : []),
      row(1, "site-151", "added"),
      row(2, "site-152", "added"),
      row(4, "site-001", "changed", ["name", "controllerUrl"]),
      row(5, "site-003", "unchanged"),
    ],
  };
}

/** One entry of each kind that the page has to show well. */
export function fakeAudit(nowMs: number) {
  const entry = (seq: number, ageS: number, own: Record<string, unknown>) => ({
    seq,
    at: `${new Date(nowMs - ageS * 1000).toISOString().slice(0, -1)}123Z`,
    actorKind: "user",
    actor: "wang.fang",
    outcome: "done",
    target: "",
    address: "203.0.113.24",
    detail: {},
    hash: seq.toString(16).padStart(8, "0").repeat(8),
    ...own,
  });
  return [
    entry(1207, 12, {
      action: "site:update",
      target: "site-041",
      detail: {
        before: { name: "站点 41", location: { lat: 24.45, lon: 54.38 }, controllerUrl: "(changed)" },
        after: { name: "北区 41 号", location: null, controllerUrl: "(changed)" },
      },
    }),
    entry(1206, 60, {
      action: "users:manage",
      outcome: "refused",
      target: "POST /api/v1/users",
      detail: { code: "auth.not-allowed" },
    }),
    entry(1205, 300, { action: "session:sign-in", actorKind: "anonymous", actor: "admin", outcome: "failed" }),
    entry(1204, 1200, {
      action: "site:import",
      detail: {
        part: "1/1",
        count: 2,
        sites: {
          "site-151": { before: null, after: { id: "site-151", name: "站点 151", controllerUrl: "(set)" } },
          "site-001": { before: { intervalS: null }, after: { intervalS: 30 } },
        },
      },
    }),
    entry(1203, 4000, { action: "history:export", actorKind: "token", actor: "token:erp-export" }),
    entry(1202, 90_000, {
      action: "flows:deploy",
      actorKind: "platform",
      actor: "",
      address: "",
      detail: { sha256: "9f".repeat(32), added: 2, changed: ["limit", "<img src=x onerror=alert(1)>"] },
    }),
  ];
}

export function fakeVerification(nowMs: number): Schemas["AuditVerification"] {
  return {
    ok: true,
    rows: 1207,
    durationMs: 84,
    firstBad: null,
    checkpoint: { seq: 1200, at: new Date(nowMs - 41_000).toISOString(), isGood: true },
    publicKey: "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=",
  };
}

export const FAKE_ABOUT = {
  version: "0.1.0",
  node: "24.21.0",
  licences: Array.from({ length: 140 }, (_, n) => ({
    name: n === 0 ? "@flowfuse/node-red-dashboard" : `package-${String(n).padStart(3, "0")}`,
    version: `1.${n}.0`,
    licence: n % 9 === 0 ? "Apache-2.0" : "MIT",
  })),
};

/** @returns null for what is not of the inventory, the audit trail or the page about the platform */
export function inventoryAnswer(sites: readonly SiteSummary[], method: string, path: string): Answer | null {
  const nowMs = Date.now();
  const configured = /^\/sites\/([a-z0-9-]+)(\/configuration)?$/.exec(path);
  const site = configured && sites.find(({ id }) => id === configured[1]);
  if (site && (method === "PATCH" || configured[2])) {
    return { status: 200, body: fakeConfiguration(site), headers: { etag: '"harness"' } };
  }
  const profiles = PROFILES.map(({ id, label }) => ({ id, label }));
  const entries = fakeAudit(nowMs);
  const answers: Readonly<Record<string, Answer>> = {
    "POST /sites/test-connection": { status: 200, body: fakeTestResult() },
    "POST /sites/import": { status: 200, body: fakeImportReport(true) },
    "GET /profiles": { status: 200, body: { items: profiles, nextCursor: null, total: profiles.length } },
    "GET /audit": { status: 200, body: { items: entries, nextCursor: "1202", total: 1207 } },
    "GET /audit/verify": { status: 200, body: fakeVerification(nowMs) },
    "GET /about": { status: 200, body: FAKE_ABOUT },
  };
  return answers[`${method} ${path}`] ?? null;
}
