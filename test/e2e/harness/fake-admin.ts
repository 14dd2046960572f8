import { permissionsOf } from "../../../domain/access/authorize.ts";
import type { Person } from "../../../domain/access/person.ts";
import type { ServiceToken } from "../../../domain/access/service-token.ts";
import type { Role } from "../../../domain/access/session-user.ts";
import type { SiteScope } from "../../../domain/access/site-scope.ts";
import { DEFAULT_SETTINGS } from "../../../domain/settings/platform-settings.ts";
import { EVENT_KINDS } from "../../../domain/webhooks/event-kinds.ts";
import type { Webhook, WebhookDelivery } from "../../../domain/webhooks/webhook.ts";

/** Who is signed in, as login, refresh and `auth/me` answer. */
export function fakeUser(username: string, role: Role, own: Record<string, unknown> = {}) {
  const permissions = permissionsOf({
    ...{ username, role, scope: null, grants: null, mustChangePassword: false, expiresAtMs: 0 },
  });
  return {
    username,
    role,
    scope: null,
    mustChangePassword: false,
    mustSetUpTotp: false,
    hasTotp: false,
    isExternal: false,
    permissions,
    ...own,
  };
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const AGENT =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

/** People in every state: limited, disabled, locked, of an identity provider, with and without a second factor. */
export function fakePeople(nowMs: number): Person[] {
  const iso = (ageMs: number): string => new Date(nowMs - ageMs).toISOString();
  const person = (username: string, role: Role, own: Partial<Person> = {}): Person => ({
    username,
    role,
    scope: null,
    isDisabled: false,
    isExternal: false,
    mustChangePassword: false,
    hasTotp: false,
    lockedUntil: null,
    lastSignInAt: iso(3 * 3_600_000),
    createdAt: iso(90 * DAY_MS),
    isOnline: false,
    ...own,
  });
  const limited = (regions: string[], zones: string[], sites: string[]): SiteScope => ({ regions, zones, sites });
  return [
    person("admin", "admin", { hasTotp: true, isOnline: true, lastSignInAt: iso(20 * MINUTE_MS) }),
    person("chen.jing", "viewer", { isExternal: true, lastSignInAt: iso(2 * DAY_MS) }),
    person("li.wei", "operator", { scope: limited(["North"], ["A1", "A2"], []), isOnline: true, hasTotp: true }),
    person("night.shift", "operator", { lockedUntil: iso(-4 * MINUTE_MS) }),
    person("old.hand", "engineer", { isDisabled: true, lastSignInAt: iso(200 * DAY_MS) }),
    person("wang.fang", "engineer", { mustChangePassword: true, lastSignInAt: null }),
    person("zhao.lei", "operator", {
      scope: limited([], [], ["site-001", "site-002", "site-003", "site-004", "site-099", "site-gone"]),
    }),
  ];
}

export function fakeSessions(nowMs: number) {
  const iso = (ageMs: number): string => new Date(nowMs - ageMs).toISOString();
  const session = (n: number, username: string, ageMs: number, own: Record<string, unknown> = {}) => ({
    id: `0198c1d2-0000-7000-8000-00000000000${n}`,
    username,
    createdAt: iso(ageMs),
    lastSeenAt: iso(Math.min(ageMs, 7 * MINUTE_MS)),
    expiresAt: iso(-11 * 3_600_000),
    address: "203.0.113.24",
    userAgent: AGENT,
    isCurrent: false,
    isOnline: false,
    ...own,
  });
  return [
    session(1, "admin", 20 * MINUTE_MS, { isCurrent: true, isOnline: true }),
    session(2, "admin", 26 * 3_600_000, { userAgent: PHONE, address: "198.51.100.7" }),
    session(3, "li.wei", 90 * MINUTE_MS, { isOnline: true, address: "2001:db8:85a3::8a2e:370:7334" }),
    session(4, "zhao.lei", 5 * 3_600_000, { userAgent: "curl/8.5.0", address: "" }),
  ];
}

function fakeTokens(nowMs: number): ServiceToken[] {
  const iso = (ageMs: number): string => new Date(nowMs - ageMs).toISOString();
  const token = (n: number, name: string, own: Partial<ServiceToken> = {}): ServiceToken => ({
    id: `0198c1d2-0000-4000-8000-00000000000${n}`,
    name,
    permissions: ["sites:read", "snapshots:read", "history:read"],
    scope: null,
    createdBy: "admin",
    createdAt: iso(40 * DAY_MS),
    expiresAt: iso(-50 * DAY_MS),
    lastUsedAt: iso(3 * MINUTE_MS),
    revokedAt: null,
    ...own,
  });
  return [
    token(1, "erp-export"),
    token(2, "grid-operator", { expiresAt: iso(-5 * DAY_MS), scope: { regions: ["North"], zones: [], sites: [] } }),
    token(3, "old-report", { revokedAt: iso(DAY_MS), lastUsedAt: null }),
  ];
}

function fakeWebhooks(nowMs: number): Webhook[] {
  const iso = (ageMs: number): string => new Date(nowMs - ageMs).toISOString();
  const hook = (n: number, name: string, own: Partial<Webhook> = {}): Webhook => ({
    id: `0198c1d2-0000-4000-9000-00000000000${n}`,
    name,
    url: `https://hooks.example.com/${name}`,
    events: ["site.changed", "user.changed"],
    isEnabled: true,
    createdAt: iso(9 * DAY_MS),
    lastOutcome: { at: iso(11 * MINUTE_MS), outcome: "delivered", status: 204 },
    waiting: 0,
    failuresInRow: 0,
    ...own,
  });
  return [
    hook(1, "ticket-system"),
    hook(2, "chat", {
      lastOutcome: { at: iso(MINUTE_MS), outcome: "bad-status", status: 503 },
      waiting: 3,
      failuresInRow: 4,
    }),
    hook(3, "archive", { isEnabled: false, lastOutcome: null }),
  ];
}

function fakeDeliveries(nowMs: number): WebhookDelivery[] {
  const iso = (ageMs: number): string => new Date(nowMs - ageMs).toISOString();
  const delivery = (n: number, own: Partial<WebhookDelivery> = {}): WebhookDelivery => ({
    id: String(n),
    eventId: `0198c1d2-0000-4000-a000-00000000000${n}`,
    event: "user.changed",
    createdAt: iso(n * 17 * MINUTE_MS),
    state: "delivered",
    attempts: 1,
    lastTryAt: iso(n * 17 * MINUTE_MS),
    nextTryAt: null,
    outcome: "delivered",
    status: 204,
    durationMs: 132,
    ...own,
  });
  return [
    delivery(1, { state: "waiting", outcome: "bad-status", status: 503, attempts: 4, nextTryAt: iso(-9 * MINUTE_MS) }),
    delivery(2, { event: "site.changed" }),
    delivery(3, { state: "expired", outcome: "timeout", status: null, attempts: 15, durationMs: 10_000 }),
  ];
}

export type FakeAnswer = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
};
type Handler = (body: Record<string, unknown>, id: string) => FakeAnswer;

const listed = (items: readonly unknown[]) => ({ items, nextCursor: null, total: items.length });
const ok = (body: unknown, headers: Record<string, string> = {}): FakeAnswer => ({ status: 200, body, headers });
const DONE: FakeAnswer = { status: 204 };
const refused = (status: number, code: string): FakeAnswer => ({ status, body: { status, code, detail: code } });

/** The administration's part of the API, with a memory of its own. The code of the second factor is 123456. */
export function createFakeAdmin(nowMs: number) {
  const people = fakePeople(nowMs);
  let sessions = fakeSessions(nowMs);
  const tokens = fakeTokens(nowMs);
  let webhooks = fakeWebhooks(nowMs);
  let settings = { ...DEFAULT_SETTINGS, organisation: "Example Mining" };
  let revision = 1;
  let hasTotp = false;

  const routes: Readonly<Record<string, Handler>> = {
    "GET /users": () => ok(listed(people)),
    "POST /users": (body) => {
      if (people.some(({ username }) => username === body["username"])) return refused(409, "user.exists");
      const made = { ...fakePeople(Date.now())[5], ...body, password: undefined } as unknown as Person;
      people.push(made);
      return { status: 201, body: made };
    },
    "PATCH /users/": (body, id) => {
      const found = people.find(({ username }) => username === id);
      if (!found) return refused(404, "user.not-found");
      const { removeTotp, unlock, password, ...rest } = body;
      Object.assign(found, rest, removeTotp ? { hasTotp: false } : {}, unlock ? { lockedUntil: null } : {});
      if (password) found.mustChangePassword = true;
      return ok(found);
    },
    "GET /sessions": () => ok(listed(sessions)),
    "GET /account/sessions": () => ok(listed(sessions.filter(({ username }) => username === "admin"))),
    "DELETE /sessions/": (_, id) => {
      sessions = sessions.filter((session) => session.id !== id);
      return DONE;
    },
    "POST /account/sessions/end-others": () => {
      const before = sessions.length;
      sessions = sessions.filter(({ username, isCurrent }) => username !== "admin" || isCurrent);
      return ok({ ended: before - sessions.length });
    },
    "POST /account/password": ({ current }) => (current === "right" ? DONE : refused(403, "account.wrong-password")),
    "POST /account/totp": ({ password }) =>
      password === "right"
        ? ok({
            secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            uri: "otpauth://totp/AntBox%20Flow:admin?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=AntBox%20Flow",
          })
        : refused(403, "account.wrong-password"),
    "POST /account/totp/confirm": ({ code }) => {
      if (code !== "123456") return refused(403, "account.wrong-code");
      hasTotp = true;
      const codes = Array.from({ length: 10 }, (_, n) => `7KQ2-M4TD-Z0PX-91VB-CYH6-E8W${n}-3RNJ`);
      return ok({ recoveryCodes: codes });
    },
    "POST /account/totp/remove": ({ password }) => {
      if (password !== "right") return refused(403, "account.wrong-password");
      hasTotp = false;
      return DONE;
    },
    "GET /service-tokens": () => ok(listed(tokens)),
    "POST /service-tokens": (body) => {
      const made = { ...fakeTokens(Date.now())[0], ...body, id: crypto.randomUUID() } as ServiceToken;
      tokens.unshift(made);
      return { status: 201, body: { ...made, token: "abx_7Qd2mVtY0sLr9kXw3HnBzPfGcJ5aTeU8iO1yRvNqMxE" } };
    },
    "DELETE /service-tokens/": (_, id) => {
      const found = tokens.find((token) => token.id === id);
      if (found) found.revokedAt = new Date().toISOString();
      return DONE;
    },
    "GET /webhooks": () => {
      const kinds = Object.entries(EVENT_KINDS).map(([name, { label }]) => ({ name, label }));
      return ok({ ...listed(webhooks), kinds });
    },
    "POST /webhooks": (body) => {
      const made = { ...fakeWebhooks(Date.now())[2], ...body, id: crypto.randomUUID() } as Webhook;
      webhooks.push(made);
      return { status: 201, body: { ...made, secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazfgh4XlrDE=" } };
    },
    "PATCH /webhooks/": (body, id) => {
      const found = webhooks.find((hook) => hook.id === id);
      return found ? ok(Object.assign(found, body)) : refused(404, "webhook.not-found");
    },
    "DELETE /webhooks/": (_, id) => {
      webhooks = webhooks.filter((hook) => hook.id !== id);
      return DONE;
    },
    "POST /webhooks/test": () => ok({ eventId: "0198c1d2-0000-4000-a000-000000000002" }),
    "GET /webhooks/deliveries": () => ok(listed(fakeDeliveries(Date.now()))),
    "GET /settings": () => ok(settings, { etag: `"${revision}"` }),
    "PATCH /settings": (body) => {
      settings = { ...settings, ...body };
      revision += 1;
      return ok(settings, { etag: `"${revision}"` });
    },
  };

  return {
    hasTotp: () => hasTotp,
    /** @param path below `/api/v1` @returns null when it is none of these */
    answer(method: string, path: string, body: Record<string, unknown>): FakeAnswer | null {
      const exact = routes[`${method} ${path}`];
      if (exact) return exact(body, "");
      const hook = /^\/webhooks\/[^/]+\/(test|deliveries)$/.exec(path)?.[1];
      if (hook) return routes[`${method} /webhooks/${hook}`]?.(body, "") ?? null;
      const at = path.lastIndexOf("/");
      const folder = path.slice(0, at + 1).replace("/account/sessions/", "/sessions/");
      return routes[`${method} ${folder}`]?.(body, decodeURIComponent(path.slice(at + 1))) ?? null;
    },
  };
}
