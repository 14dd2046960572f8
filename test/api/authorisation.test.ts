import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Route } from "../../api/route.ts";
import { ROUTES } from "../../api/routes.ts";
import { isAllowed, PERMISSIONS, type Permission } from "../../domain/access/permissions.ts";
import { ROLES } from "../../domain/access/session-user.ts";
import { isInScope } from "../../domain/access/site-scope.ts";
import {
  ACTORS,
  type Actor,
  addActors,
  LIMITED,
  Matrix,
  NEWCOMER,
  pairs,
  tableAllows,
} from "../authorisation/actors.ts";
import { cookiesOf } from "../services/cookies-of.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aRaise, aSite, aSnapshot } from "./builders.ts";
import type { CallOptions } from "./call-api.ts";
import { PASSWORD } from "./test-database.ts";

let api: ApiUnderTest;
let cookies: string;

beforeAll(async () => {
  // Everything is tried under a few names, one after the other.
  api = await startApi({ sites: [aSite(1), aSite(2)] });
  for (const siteId of ["site-001", "site-002"]) api.liveState.apply(aSnapshot(siteId));
  await api.alarms.applyConditions([aRaise("site-001"), aRaise("site-002")], null);
  api.replies.set("site-001", {
    siteId: "site-001",
    slot: "2026-11-23T08:00:00.000Z",
    collectedAt: "2026-11-23T08:00:00.100Z",
    profile: "bitmain-antbox-hk3@1",
    attempts: 1,
    latencyMs: 80,
    isLate: false,
    replies: { coolerState: { params: { fan1: "true" } } },
    failedRequests: {},
  });
  const { headers } = await api.call("/api/v1/auth/login", {
    method: "POST",
    body: { username: "admin", password: PASSWORD },
  });
  cookies = cookiesOf({ headers });
  await addActors(api.database, [...LIMITED, NEWCOMER]);
  for (const { name, role } of ACTORS) if (role !== null) tokens.set(name, await signIn(name));
  for (const permission of TOKEN_PERMISSIONS) tokens.set(permission, await makeServiceToken(permission));
});
afterAll(() => api.close());

/** Access tokens by the name of the actor, and of service tokens by the one permission that they have. */
const tokens = new Map<string, string>();
/** What a service token is never given. */
const NEVER_OF_A_TOKEN = /^((users|tokens|flows|account):|commands:(approve|enable)$|sites:(lock|stop)$)/;
const TOKEN_PERMISSIONS = (Object.keys(PERMISSIONS) as Permission[]).filter((name) => !NEVER_OF_A_TOKEN.test(name));

async function signIn(username: string): Promise<string> {
  const { json } = await api.call("/api/v1/auth/login", { method: "POST", body: { username, password: PASSWORD } });
  return (json as { accessToken: string }).accessToken;
}

async function makeServiceToken(permission: Permission): Promise<string> {
  const body = { name: `only-${permission.replace(":", "-")}`, permissions: [permission], expiresInDays: 1 };
  const { status, json } = await api.call("/api/v1/service-tokens", { method: "POST", role: "admin", body });
  if (status !== 201) throw new Error(`there is no service token for ${permission}: ${status}`);
  return (json as { token: string }).token;
}

/** A good request for each row, and the status of success where it is not the declared one. */
type Example = {
  readonly path: string;
  readonly body?: unknown | (() => unknown);
  /** Of a row that takes an upload. */
  readonly csv?: string;
  readonly yaml?: string;
  readonly status?: number;
  /** For whoever may do it, but not to what the example is about; of a row about one site: 404. */
  readonly elsewhere?: number;
  /** Of a service token that has the permission, where that is no person. */
  readonly ofToken?: number;
};
const NO_ID = "00000000-0000-4000-8000-000000000000";
const ALARM = "/api/v1/alarms/site-001.supply-temp-too-high";
const NO_ALARM = "/api/v1/alarms/site-001.never-raised";
const EXAMPLES: Readonly<Record<string, Example>> = {
  "GET /healthz": { path: "/healthz" },
  "GET /readyz": { path: "/readyz" },
  "GET /metrics": { path: "/metrics" },
  "GET /": { path: "/" },
  "GET /login": { path: "/login" },
  "GET /login/{file*}": { path: "/login/assets/index-a1b2c3d4.css" },
  "POST /api/v1/auth/login": {
    path: "/api/v1/auth/login",
    body: () => ({ username: `nobody-${randomUUID()}`, password: "wrong" }),
    status: 401,
  },
  "POST /api/v1/auth/refresh": { path: "/api/v1/auth/refresh", status: 401 },
  "POST /api/v1/auth/logout": { path: "/api/v1/auth/logout" },
  "GET /api/v1/auth/me": { path: "/api/v1/auth/me" },
  "GET /api/v1/auth/methods": { path: "/api/v1/auth/methods" },
  "GET /api/v1/auth/oidc/start": { path: "/api/v1/auth/oidc/start" },
  "GET /api/v1/auth/oidc/callback": { path: "/api/v1/auth/oidc/callback", status: 302 },
  "POST /api/v1/account/proof": { path: "/api/v1/account/proof", body: {}, status: 400 },
  "POST /api/v1/account/password": {
    path: "/api/v1/account/password",
    body: { current: PASSWORD, next: "short" },
    status: 400,
  },
  "POST /api/v1/account/totp": { path: "/api/v1/account/totp", body: { password: PASSWORD } },
  "POST /api/v1/account/totp/confirm": { path: "/api/v1/account/totp/confirm", body: { code: "" }, status: 400 },
  "POST /api/v1/account/totp/remove": {
    path: "/api/v1/account/totp/remove",
    body: { password: PASSWORD, code: "000000" },
    status: 409,
  },
  "GET /api/v1/users": { path: "/api/v1/users" },
  "POST /api/v1/users": {
    path: "/api/v1/users",
    body: () => ({ username: randomUUID(), role: "viewer", password: "seven herons over the river" }),
  },
  "GET /api/v1/users/{username}": { path: "/api/v1/users/viewer" },
  "PATCH /api/v1/users/{username}": { path: "/api/v1/users/viewer", body: { unlock: true } },
  "GET /api/v1/account/sessions": { path: "/api/v1/account/sessions" },
  "DELETE /api/v1/account/sessions/{id}": { path: `/api/v1/account/sessions/${NO_ID}`, status: 404 },
  "POST /api/v1/account/sessions/end-others": { path: "/api/v1/account/sessions/end-others" },
  "GET /api/v1/sessions": { path: "/api/v1/sessions" },
  "DELETE /api/v1/sessions/{id}": { path: `/api/v1/sessions/${NO_ID}`, status: 404 },
  "GET /api/v1/service-tokens": { path: "/api/v1/service-tokens" },
  "POST /api/v1/service-tokens": {
    path: "/api/v1/service-tokens",
    body: () => ({ name: `t-${randomUUID()}`, permissions: ["sites:read"], expiresInDays: 30 }),
  },
  "DELETE /api/v1/service-tokens/{id}": { path: `/api/v1/service-tokens/${NO_ID}`, status: 404 },
  "GET /api/v1/sites": { path: "/api/v1/sites" },
  "GET /api/v1/sites/{id}": { path: "/api/v1/sites/site-001" },
  "POST /api/v1/sites": {
    path: "/api/v1/sites",
    body: () => ({
      id: `added-${randomUUID()}`,
      name: "Added",
      region: "north",
      zone: "zone-101",
      controller: { url: "http://10.1.101.99", profile: "bitmain-antbox-hk3" },
    }),
    elsewhere: 403,
  },
  "GET /api/v1/sites/{id}/configuration": { path: "/api/v1/sites/site-001/configuration" },
  "PATCH /api/v1/sites/{id}": { path: "/api/v1/sites/site-001", body: { name: "Other" }, status: 428 },
  "POST /api/v1/sites/import": {
    path: "/api/v1/sites/import?dryRun=true",
    yaml: "sites: [{ id: a, name: A, controller: { url: 'http://10.1.101.9', profile: bitmain-antbox-hk3 } }]",
  },
  "GET /api/v1/sites/export": { path: "/api/v1/sites/export" },
  "POST /api/v1/sites/test-connection": {
    path: "/api/v1/sites/test-connection",
    body: { url: "http://127.0.0.1:1" },
  },
  "GET /api/v1/about": { path: "/api/v1/about" },
  "GET /api/v1/snapshots": { path: "/api/v1/snapshots" },
  "GET /api/v1/sites/{id}/snapshot": { path: "/api/v1/sites/site-001/snapshot" },
  "GET /api/v1/sites/{id}/reply": { path: "/api/v1/sites/site-001/reply" },
  "POST /api/v1/sites/{id}/watch": { path: "/api/v1/sites/site-001/watch", body: { forS: 60 } },
  "GET /api/v1/sites/{id}/history": { path: "/api/v1/sites/site-001/history?points=supply_temp_c" },
  "GET /api/v1/history": { path: "/api/v1/history?point=supply_temp_c" },
  "GET /api/v1/sites/{id}/history/sisters": { path: "/api/v1/sites/site-001/history/sisters?points=supply_temp_c" },
  "GET /api/v1/export": { path: "/api/v1/export?points=supply_temp_c" },
  "GET /api/v1/collectors": { path: "/api/v1/collectors" },
  "GET /api/v1/outliers": { path: "/api/v1/outliers" },
  "GET /api/v1/sites/{id}/lab-readings": { path: "/api/v1/sites/site-001/lab-readings" },
  "GET /api/v1/sites/{id}/lab-readings/latest": { path: "/api/v1/sites/site-001/lab-readings/latest" },
  "POST /api/v1/sites/{id}/lab-readings": {
    path: "/api/v1/sites/site-001/lab-readings",
    body: () => ({ takenAt: new Date(Date.now() - Math.random() * 1e11).toISOString(), values: { coolant_ph: 8 } }),
  },
  "POST /api/v1/sites/{id}/lab-readings/{readingId}/void": {
    path: "/api/v1/sites/site-001/lab-readings/999999/void",
    status: 404,
  },
  "POST /api/v1/import/history": {
    path: "/api/v1/import/history?dryRun=true",
    csv: "site,time,supply_temp_c\nsite-001,2026-01-01T00:00:00Z,35\n",
  },
  "GET /api/v1/alarms": { path: "/api/v1/alarms" },
  "GET /api/v1/alarms/summary": { path: "/api/v1/alarms/summary" },
  "GET /api/v1/alarms/{id}": { path: ALARM, elsewhere: 404 },
  "GET /api/v1/alarms/{id}/transitions": { path: `${ALARM}/transitions`, elsewhere: 404 },
  "GET /api/v1/alarm-history": { path: "/api/v1/alarm-history" },
  "GET /api/v1/alarm-statistics": { path: "/api/v1/alarm-statistics" },
  "POST /api/v1/alarms/acknowledge": { path: "/api/v1/alarms/acknowledge", body: { filter: {}, dryRun: true } },
  "POST /api/v1/alarms/shelve": {
    path: "/api/v1/alarms/shelve",
    body: () => ({ filter: {}, dryRun: true, until: inAnHour(), reason: "a dry run" }),
  },
  "POST /api/v1/alarms/{id}/acknowledge": { path: `${NO_ALARM}/acknowledge`, body: {}, status: 404 },
  "POST /api/v1/alarms/{id}/reset": { path: `${NO_ALARM}/reset`, body: {}, status: 404 },
  "POST /api/v1/alarms/{id}/assign": { path: `${ALARM}/assign`, body: () => ({ to: randomUUID() }), elsewhere: 404 },
  "POST /api/v1/alarms/{id}/notes": { path: `${ALARM}/notes`, body: { note: "seen" }, elsewhere: 404 },
  "POST /api/v1/alarms/{id}/shelve": {
    path: `${ALARM}/shelve`,
    body: () => ({ until: inAnHour(), reason: "a fan is being replaced" }),
    elsewhere: 404,
  },
  "POST /api/v1/alarms/{id}/unshelve": { path: `${NO_ALARM}/unshelve`, status: 404 },
  "POST /api/v1/alarms/{id}/out-of-service": {
    path: `${ALARM}/out-of-service`,
    body: { reason: "the sensor is broken" },
    elsewhere: 404,
  },
  "POST /api/v1/alarms/{id}/in-service": { path: `${NO_ALARM}/in-service`, status: 404 },
  "GET /api/v1/site-flags": { path: "/api/v1/site-flags" },
  "POST /api/v1/site-flags": {
    path: "/api/v1/site-flags",
    body: () => ({ kind: "maintenance", zone: "zone-101", endsAt: inAnHour(), reason: "a pump is replaced" }),
  },
  "GET /api/v1/sites/{id}/baselines": { path: "/api/v1/sites/site-001/baselines" },
  "POST /api/v1/sites/{id}/baselines": {
    path: "/api/v1/sites/site-001/baselines",
    body: { quantity: "supply_flow_m3h", value: 98 },
  },
  "DELETE /api/v1/sites/{id}/baselines/{baselineId}": { path: "/api/v1/sites/site-001/baselines/999999", status: 404 },
  "POST /api/v1/site-flags/{id}/end": { path: `/api/v1/site-flags/${NO_ID}/end`, status: 404 },
  "GET /api/v1/commands": { path: "/api/v1/commands" },
  "GET /api/v1/commands/export": { path: "/api/v1/commands/export" },
  "POST /api/v1/commands": {
    path: "/api/v1/commands",
    body: { siteId: "site-001", kind: "set_supply_temp", args: { temp_c: 35 }, dryRun: true },
    status: 200,
    elsewhere: 404,
  },
  "GET /api/v1/commands/bulk": { path: "/api/v1/commands/bulk" },
  "POST /api/v1/commands/bulk": {
    path: "/api/v1/commands/bulk",
    body: { sites: ["site-001"], kind: "set_supply_temp", args: { temp_c: 35 }, dryRun: true },
    status: 200,
    elsewhere: 404,
  },
  "GET /api/v1/commands/bulk/{id}": { path: `/api/v1/commands/bulk/${NO_ID}`, status: 404 },
  "POST /api/v1/commands/bulk/{id}/stop": { path: `/api/v1/commands/bulk/${NO_ID}/stop`, status: 404 },
  "GET /api/v1/commands/{id}": { path: `/api/v1/commands/${NO_ID}`, status: 404 },
  "GET /api/v1/commands/{id}/events": { path: `/api/v1/commands/${NO_ID}/events`, status: 404 },
  "GET /api/v1/commands/{id}/review": { path: `/api/v1/commands/${NO_ID}/review`, status: 404 },
  "POST /api/v1/commands/{id}/approve": { path: `/api/v1/commands/${NO_ID}/approve`, body: {}, status: 404 },
  "POST /api/v1/commands/{id}/reject": { path: `/api/v1/commands/${NO_ID}/reject`, body: {}, status: 404 },
  "POST /api/v1/commands/{id}/cancel": { path: `/api/v1/commands/${NO_ID}/cancel`, body: {}, status: 404 },
  "POST /api/v1/commands/{id}/resolve": {
    path: `/api/v1/commands/${NO_ID}/resolve`,
    body: { state: "failed", note: "the set-point has not moved" },
    status: 404,
  },
  "GET /api/v1/command-kinds": { path: "/api/v1/command-kinds?profile=bitmain-antbox-hk3" },
  "GET /api/v1/profiles/{id}/writes": { path: "/api/v1/profiles/bitmain-antbox-hk3/writes" },
  "PUT /api/v1/profiles/{id}/writes": {
    path: "/api/v1/profiles/bitmain-antbox-hk3/writes",
    body: { enabled: false, sites: "all", reason: "nobody commands in this test" },
  },
  "GET /api/v1/site-locks": { path: "/api/v1/site-locks" },
  "GET /api/v1/sites/{id}/locks": { path: "/api/v1/sites/site-001/locks" },
  "POST /api/v1/sites/{id}/locks": {
    path: "/api/v1/sites/site-001/locks",
    body: () => ({ until: inAnHour(), reason: "a pump is replaced" }),
  },
  "DELETE /api/v1/sites/{id}/locks/{lockId}": { path: `/api/v1/sites/site-001/locks/${NO_ID}`, status: 404 },
  "GET /api/v1/emergency-stops": { path: "/api/v1/emergency-stops" },
  "GET /api/v1/sites/{id}/emergency-stop": { path: "/api/v1/sites/site-001/emergency-stop" },
  "GET /api/v1/sites/{id}/emergency-stop/review": { path: "/api/v1/sites/site-001/emergency-stop/review" },
  "POST /api/v1/sites/{id}/emergency-stop": {
    path: "/api/v1/sites/site-001/emergency-stop",
    body: { confirm: "site-002", reason: "smoke" },
    status: 400,
  },
  "POST /api/v1/sites/{id}/emergency-stop/retry": {
    path: "/api/v1/sites/site-001/emergency-stop/retry",
    status: 404,
  },
  "POST /api/v1/sites/{id}/emergency-stop/reset": {
    path: "/api/v1/sites/site-001/emergency-stop/reset",
    body: { reason: "looked at on site" },
    status: 404,
  },
  "GET /api/v1/rules": { path: "/api/v1/rules" },
  "GET /api/v1/rules/{id}": { path: "/api/v1/rules/leak" },
  "POST /api/v1/rules/check": { path: "/api/v1/rules/check", body: { rule: {} } },
  // Refused as a rule, after the permission was asked.
  "POST /api/v1/rules/preview": { path: "/api/v1/rules/preview", body: { rule: {} }, status: 400 },
  "POST /api/v1/rules/backtest": {
    path: "/api/v1/rules/backtest",
    // Refused for its time, after the permission was asked: a test of permissions need not run rules.
    body: { from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z" },
    status: 400,
  },
  "GET /api/v1/rules/backtest/{id}": { path: `/api/v1/rules/backtest/${NO_ID}`, status: 404 },
  "DELETE /api/v1/rules/backtest/{id}": { path: `/api/v1/rules/backtest/${NO_ID}`, status: 404 },
  "GET /api/v1/video/streams": { path: "/api/v1/video/streams" },
  "POST /api/v1/video/session": { path: "/api/v1/video/session" },
  "POST /api/v1/video/streams/{id}/ticket": { path: "/api/v1/video/streams/site-001/ticket", elsewhere: 404 },
  "GET /api/v1/video/streams/{id}/recordings": {
    path: "/api/v1/video/streams/site-001/recordings?from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00Z",
    elsewhere: 404,
  },
  "POST /api/v1/video/streams/{id}/playback": {
    path: "/api/v1/video/streams/site-001/playback",
    body: { from: "2026-01-01T00:00:00Z", to: "2026-01-01T01:00:00Z" },
    elsewhere: 404,
  },
  // Nothing was recorded.
  "GET /api/v1/video/streams/{id}/clip": {
    path: "/api/v1/video/streams/site-001/clip?from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00Z",
    status: 404,
    elsewhere: 404,
  },
  "GET /api/v1/video/streams/{id}/locks": { path: "/api/v1/video/streams/site-001/locks", elsewhere: 404 },
  "POST /api/v1/video/streams/{id}/locks": {
    path: "/api/v1/video/streams/site-001/locks",
    // Refused for its time, after the permission was asked.
    body: { from: "2026-01-01T00:00:00Z", to: "2026-01-01T01:00:00Z", until: "2026-01-02T00:00:00Z", reason: "x" },
    status: 400,
    elsewhere: 404,
  },
  "DELETE /api/v1/video/streams/{id}/locks/{lockId}": {
    path: "/api/v1/video/streams/site-001/locks/1",
    status: 404,
    elsewhere: 404,
  },
  // A wall is a person's, and a service token is none: it gets no further than the door.
  "GET /api/v1/video/walls": { path: "/api/v1/video/walls", ofToken: 404 },
  "PUT /api/v1/video/walls/{name}": {
    path: "/api/v1/video/walls/night",
    body: { layout: 9, mode: "auto", cycleS: 0, isAlarmedFirst: true, arranged: [] },
    ofToken: 404,
  },
  "DELETE /api/v1/video/walls/{name}": { path: "/api/v1/video/walls/never", status: 404 },
  "GET /api/v1/rounds": { path: "/api/v1/rounds" },
  "GET /api/v1/jobs": { path: "/api/v1/jobs" },
  "POST /api/v1/jobs/{name}/run": { path: "/api/v1/jobs/rollup/run" },
  "GET /api/v1/points": { path: "/api/v1/points" },
  "GET /api/v1/profiles": { path: "/api/v1/profiles" },
  "GET /api/v1/profiles/{id}": { path: "/api/v1/profiles/bitmain-antbox-hk3" },
  "POST /api/v1/profiles/{id}/try": { path: "/api/v1/profiles/bitmain-antbox-hk3/try", body: { replies: {} } },
  "GET /api/v1/audit": { path: "/api/v1/audit" },
  "GET /api/v1/audit/verify": { path: "/api/v1/audit/verify" },
  "GET /api/v1/audit/export": { path: "/api/v1/audit/export" },
  "GET /api/v1/settings": { path: "/api/v1/settings" },
  "PATCH /api/v1/settings": { path: "/api/v1/settings", body: { organisation: "ACME" }, status: 428 },
  "GET /api/v1/webhooks": { path: "/api/v1/webhooks" },
  "POST /api/v1/webhooks": {
    path: "/api/v1/webhooks",
    body: () => ({ name: `hook-${randomUUID()}`, url: "https://hooks.example.com/antbox", events: ["site.changed"] }),
  },
  "PATCH /api/v1/webhooks/{id}": { path: `/api/v1/webhooks/${NO_ID}`, body: { isEnabled: false }, status: 404 },
  "DELETE /api/v1/webhooks/{id}": { path: `/api/v1/webhooks/${NO_ID}`, status: 404 },
  "POST /api/v1/webhooks/{id}/test": { path: `/api/v1/webhooks/${NO_ID}/test`, status: 404 },
  "GET /api/v1/webhooks/{id}/deliveries": { path: `/api/v1/webhooks/${NO_ID}/deliveries`, status: 404 },
  "GET /api/v1/notifications/deliveries": { path: "/api/v1/notifications/deliveries" },
  "GET /api/v1/notifications/reasons": { path: "/api/v1/notifications/reasons" },
  "GET /api/v1/notifications/on-call": { path: "/api/v1/notifications/on-call" },
  "GET /api/v1/notifications/recipients": { path: "/api/v1/notifications/recipients" },
  "POST /api/v1/notifications/recipients": {
    path: "/api/v1/notifications/recipients",
    body: () => ({ name: randomUUID(), language: "en", addresses: {} }),
  },
  "PUT /api/v1/notifications/recipients/{id}": {
    path: `/api/v1/notifications/recipients/${NO_ID}`,
    body: { name: "nobody", language: "en", addresses: {} },
    status: 404,
  },
  "DELETE /api/v1/notifications/recipients/{id}": {
    path: `/api/v1/notifications/recipients/${NO_ID}`,
    status: 404,
  },
  "POST /api/v1/notifications/recipients/{id}/test": {
    path: `/api/v1/notifications/recipients/${NO_ID}/test`,
    body: { channel: "email" },
    status: 404,
  },
  "GET /api/v1/notifications/channels": { path: "/api/v1/notifications/channels" },
  "PUT /api/v1/notifications/channels/{kind}": {
    path: "/api/v1/notifications/channels/telegram",
    body: { isEnabled: false, settings: { wrong: true } },
    status: 400,
  },
  "DELETE /api/v1/notifications/channels/{kind}": { path: "/api/v1/notifications/channels/sms", status: 404 },
  "GET /api/v1/notifications/plan": { path: "/api/v1/notifications/plan" },
  "PUT /api/v1/notifications/plan": {
    path: "/api/v1/notifications/plan",
    body: { routes: [], schedules: [] },
    status: 428,
  },
  "GET /acknowledge/{token}": { path: "/acknowledge/none" },
  "POST /acknowledge/{token}": { path: "/acknowledge/none" },
  "GET /acknowledge/page/style.css": { path: "/acknowledge/page/style.css" },
  "GET /api/v1/status": { path: "/api/v1/status" },
  "GET /api/v1/live": { path: "/api/v1/live", status: 400 },
  "GET /openapi.json": { path: "/openapi.json" },
  "GET /docs": { path: "/docs" },
  "GET /docs/style.css": { path: "/docs/style.css" },
};

function inAnHour(): string {
  return new Date(Date.now() + 3_600_000).toISOString();
}

/** A sign-out of a shared session would take it from the other rows: session.test.ts tries these by themselves. */
const ENDS_SESSIONS = /\/(logout|end-others)$/;

const nameOf = ({ method, path }: Route) => `${method} ${path}`;

function ask(route: Route, own: CallOptions = {}) {
  const example = EXAMPLES[nameOf(route)];
  if (!example) throw new Error(`${nameOf(route)} has no example in this test: add one`);
  const body = typeof example.body === "function" ? example.body() : example.body;
  const rawBody = example.csv ?? example.yaml;
  const csv = rawBody === undefined ? {} : { rawBody };
  const type = example.csv === undefined ? "application/yaml" : "text/csv";
  const headers = { ...(rawBody === undefined ? {} : { "content-type": type }), ...own.headers };
  return api.call(example.path, {
    method: route.method,
    ...(body === undefined ? {} : { body }),
    ...csv,
    ...own,
    headers,
  });
}

test("every row has a permission of the table, or is public on purpose", () => {
  const PUBLIC = [
    "/healthz",
    "/readyz",
    "/login",
    "/login/{file*}",
    "/api/v1/auth/login",
    "/api/v1/auth/refresh",
    "/api/v1/auth/logout",
    "/api/v1/auth/methods",
    "/api/v1/auth/oidc/start",
    "/api/v1/auth/oidc/callback",
    "/acknowledge/{token}",
    "/acknowledge/page/style.css",
  ];
  for (const route of ROUTES) {
    if (route.access === "public") expect(PUBLIC, nameOf(route)).toContain(route.path);
    else expect(Object.keys(PERMISSIONS), nameOf(route)).toContain(route.access);
  }
  expect(Object.keys(EXAMPLES).sort()).toEqual(ROUTES.map(nameOf).sort());
});

describe.for(ROUTES)("$method $path", (route) => {
  const { access, answer, isPage } = route;
  const success = EXAMPLES[nameOf(route)]?.status ?? answer.status;

  test("without a session", async () => {
    const { status } = await ask(route);
    expect(status).toBe(access === "public" ? success : isPage ? 302 : 401);
  });

  test.for(ROLES)("as %s", async (role) => {
    if (ENDS_SESSIONS.test(route.path)) return;
    const { status } = await ask(route, { role });
    expect(status).toBe(access === "public" || isAllowed(role, access) ? success : 403);
  });

  test("with the cookie, from a foreign page", async () => {
    const { status, json } = await ask(route, { cookie: cookies, headers: { origin: "https://evil.example" } });
    if (route.method === "GET") expect(status).toBe(success);
    else expect([status, json]).toEqual([403, expect.objectContaining({ code: "auth.foreign-origin" })]);
  });

  test("with a forged token", async () => {
    const [head, , signature] = api.token("admin").split(".");
    const claims = Buffer.from(JSON.stringify({ sub: "admin", role: "admin", exp: 9e9 })).toString("base64url");
    const { status } = await ask(route, { headers: { authorization: `Bearer ${head}.${claims}.${signature}` } });
    expect(status).toBe(access === "public" ? success : isPage ? 302 : 401);
  });
});

const about = aSite(1);
const isAboutOneSite = ({ path }: Route) => path.startsWith("/api/v1/sites/{id}");

/** What the table, the row and its example say that the answer has to be. */
function expectedStatus(route: Route, actor: Actor): number {
  const { access, answer, isPage } = route;
  const { status = answer.status, elsewhere } = EXAMPLES[nameOf(route)] ?? {};
  if (access === "public") return status;
  if (actor.role === null) return isPage ? 302 : 401;
  // A page leads those to the login whom that can help.
  if (!tableAllows(actor, access)) return isPage && actor.mustChangePassword ? 302 : 403;
  const isElsewhere = !isInScope(actor.scope, about);
  return isElsewhere ? (elsewhere ?? (isAboutOneSite(route) ? 404 : status)) : status;
}

/** An answer that has to hold the own sites only: the API reference has examples, and a report names what a file names. */
function isWithinLimits({ access, upload }: Route, { scope }: Actor, status: number): boolean {
  return scope !== null && status < 300 && access !== "docs:read" && upload === null;
}

function foreignIn({ scope }: Actor, text: string): string | undefined {
  const foreign = isInScope(scope, about) ? /site-002|站点 2/ : /site-001|站点 1/;
  return foreign.exec(text)?.[0];
}

const bearer = (token: string | undefined) => (token === undefined ? {} : { authorization: `Bearer ${token}` });
const TRIED = ROUTES.filter(({ path }) => !ENDS_SESSIONS.test(path));

test("every row × everybody: the answer is what the permission table says", { timeout: 180_000 }, async () => {
  const matrix = new Matrix("REST rows × people");
  for (const [route, actor] of pairs(TRIED, ACTORS)) {
    const { status, text } = await ask(route, { headers: bearer(tokens.get(actor.name)) });
    matrix.expect(`${nameOf(route)} as ${actor.name}`, status, expectedStatus(route, actor));
    if (isWithinLimits(route, actor, status)) {
      matrix.expect(`${nameOf(route)} tells ${actor.name} of another region`, foreignIn(actor, text), undefined);
    }
  }
  matrix.print();
  expect(matrix.mismatches).toEqual([]);
  expect(matrix.combinations).toBeGreaterThan(TRIED.length * ACTORS.length);
});

test("every row × service tokens: the one permission opens it, another does not", async () => {
  const matrix = new Matrix("REST rows × service tokens");
  for (const [route, permission] of pairs(TRIED, TOKEN_PERMISSIONS)) {
    const { access } = route;
    // One that fits, and one that does not, stand for all others.
    const other = access === "points:read" ? "docs:read" : "points:read";
    if (permission !== access && permission !== other) continue;
    const { status } = await ask(route, { headers: bearer(tokens.get(permission)) });
    const example = EXAMPLES[nameOf(route)];
    const success = example?.ofToken ?? example?.status ?? route.answer.status;
    const isOpen = access === "public" || permission === access;
    matrix.expect(`${nameOf(route)} with a token for ${permission}`, status, isOpen ? success : 403);
  }
  matrix.print();
  expect(matrix.mismatches).toEqual([]);
});

test("nothing private was in any of these answers", () => {
  expect(api.seen.length).toBeGreaterThan(300);
  // The export of the inventory is a sites file, addresses and all: that is what its permission is for.
  const told = api.seen.filter((text) => !text.startsWith("sites:\n"));
  expect(told.filter((text) => /10\.[12]\.101\./.test(text))).toEqual([]);
});
