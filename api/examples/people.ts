import { type Examples, pageOf, SLOT } from "./example.ts";

const ID = "6f1c2a54-3f0e-4b7a-9c61-2f5f0f6c9d11";
const SCOPE = { regions: ["north"], zones: [], sites: [] };
const USER = {
  username: "li.wei",
  role: "operator",
  scope: SCOPE,
  mustChangePassword: false,
  mustSetUpTotp: false,
  hasTotp: true,
  isExternal: false,
  permissions: ["dashboard:use", "sites:read", "lab:write"],
};
const PERSON = {
  username: USER.username,
  role: USER.role,
  scope: SCOPE,
  isDisabled: false,
  isExternal: false,
  mustChangePassword: false,
  hasTotp: true,
  lockedUntil: null,
  lastSignInAt: SLOT,
  createdAt: "2026-03-02T09:15:00.000Z",
  isOnline: true,
};
const SESSION = {
  id: ID,
  username: USER.username,
  createdAt: "2026-11-23T05:58:00.000Z",
  lastSeenAt: SLOT,
  expiresAt: "2026-11-23T20:00:00.000Z",
  address: "192.0.2.77",
  userAgent: "Mozilla/5.0",
  isCurrent: true,
  isOnline: true,
};
const TOKEN = {
  id: ID,
  name: "erp-export",
  permissions: ["sites:read", "history:read"],
  scope: null,
  createdBy: "admin",
  createdAt: SLOT,
  expiresAt: "2027-02-21T08:00:00.000Z",
  lastUsedAt: null,
  revokedAt: null,
};
const PASSWORD = "seven herons over the river";
const NEW_PASSWORD = "nine otters under the bridge";

/** Sign-in, accounts, sessions and tokens. */
export const PEOPLE_EXAMPLES: Examples = {
  "POST /api/v1/auth/login": {
    body: { username: USER.username, password: PASSWORD, code: "123456" },
    answer: { accessToken: "eyJhbGciOiJFZERTQSJ9.e30.c2ln", expiresIn: 600, sessionEndsIn: 43_200, user: USER },
  },
  "POST /api/v1/auth/refresh": { answer: { accessToken: null, expiresIn: 600, sessionEndsIn: 43_200, user: USER } },
  "GET /api/v1/auth/me": { answer: USER },
  "GET /api/v1/auth/methods": {
    answer: { password: true, oidc: { label: "Keycloak" }, notice: null, passwordMinLength: 12 },
  },
  "POST /api/v1/account/proof": { body: { password: PASSWORD } },
  "POST /api/v1/account/password": { body: { current: PASSWORD, next: NEW_PASSWORD } },
  "POST /api/v1/account/totp": {
    body: { password: PASSWORD },
    answer: {
      secret: "JBSWY3DPEHPK3PXP",
      uri: "otpauth://totp/AntBox%20Flow:li.wei?secret=JBSWY3DPEHPK3PXP&issuer=AntBox%20Flow",
    },
  },
  "POST /api/v1/account/totp/confirm": {
    body: { code: "123456" },
    answer: { recoveryCodes: ["7KQ2-M4TD-Z0PX-91VB-CYH6-E8WA"] },
  },
  "POST /api/v1/account/totp/remove": { body: { password: PASSWORD, code: "123456" } },
  "GET /api/v1/account/sessions": { answer: pageOf(SESSION) },
  "POST /api/v1/account/sessions/end-others": { answer: { ended: 2 } },
  "GET /api/v1/sessions": { answer: pageOf(SESSION) },
  "GET /api/v1/users": { answer: pageOf(PERSON) },
  "POST /api/v1/users": {
    body: { username: USER.username, role: "operator", scope: SCOPE, password: PASSWORD },
    answer: { ...PERSON, mustChangePassword: true, hasTotp: false, lastSignInAt: null, isOnline: false },
  },
  "GET /api/v1/users/{username}": { answer: PERSON },
  "PATCH /api/v1/users/{username}": {
    body: { role: "viewer", scope: null },
    answer: { ...PERSON, role: "viewer", scope: null },
  },
  "GET /api/v1/service-tokens": { answer: pageOf(TOKEN) },
  "POST /api/v1/service-tokens": {
    body: { name: TOKEN.name, permissions: TOKEN.permissions, expiresInDays: 90 },
    answer: { ...TOKEN, token: "abx_5Jq0m1x8ZcV2tQe7RkY4" },
  },
};
