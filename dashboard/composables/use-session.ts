import { type Ref, readonly, shallowRef } from "vue";
import type { Permission } from "../../domain/access/permissions.ts";
import { hasOtherRights, type PageUser, refreshAfterMs, type SessionAnswer } from "../live/session-schedule.ts";

export type { PageUser };
/** Why somebody is sent to the login; the login says it. */
export type LeaveReason = "ended" | "password" | "totp";

/** What the login page has to see to before anything else is open. */
const DUTIES: Readonly<Record<string, LeaveReason>> = {
  "auth.password-change-required": "password",
  "auth.totp-required": "totp",
};

const user = shallowRef<PageUser | null>(null);
const newRights = shallowRef<PageUser | null>(null);
let refreshTimer: ReturnType<typeof setTimeout> | undefined;
let isProbing = false;
let isLeaving = false;

export type PageSession = {
  /** Who is signed in; null until the server has said so. */
  readonly user: Readonly<Ref<PageUser | null>>;
  /** Somebody gave this user other rights while the page was open; null = nobody did. */
  readonly newRights: Readonly<Ref<PageUser | null>>;
  /** What the page offers. The server decides anew at each request. */
  may(permission: Permission): boolean;
  signOut(): Promise<void>;
  /** Draws the page anew, for the rights that count now. */
  reload(): void;
};

export function useSession(): PageSession {
  return {
    user: readonly(user) as Readonly<Ref<PageUser | null>>,
    newRights: readonly(newRights) as Readonly<Ref<PageUser | null>>,
    may: (permission) => user.value?.permissions.includes(permission) ?? false,
    signOut,
    reload: () => location.reload(),
  };
}

/** Learns who is signed in, and keeps the session alive while the page is open. A second call does nothing new. */
export function keepSession(): void {
  if (refreshTimer === undefined) void renew();
}

/**
 * `fetch` for our own API. An expired session is renewed once and the call repeated; when that fails too, the page goes
 * to the login and comes back here afterwards.
 *
 * @throws {TypeError} when the server cannot be reached, as `fetch` does
 */
export async function callApi(path: string, init: RequestInit = {}): Promise<Response> {
  const options: RequestInit = { credentials: "same-origin", ...init };
  const first = await fetch(path, options);
  const reason = first.status === 403 ? DUTIES[(await codeOf(first)) ?? ""] : undefined;
  if (reason) goToLogin(reason);
  if (first.status !== 401) return first;
  return (await renew()) ? fetch(path, options) : first;
}

/** GET as JSON; null when there is no such thing. @throws {Error} on any other refusal */
export async function getJson<T>(path: string): Promise<T | null> {
  const response = await callApi(path, { headers: { accept: "application/json" } });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${path.split("?")[0]}: HTTP ${response.status}`);
  return (await response.json()) as T;
}

/**
 * The live connection was refused or cut: the server may be away, the session may be over, or its rights may be others.
 * The last two are for us.
 *
 * @returns true when the session was renewed: another try will be let in
 */
export async function probeSession(): Promise<boolean> {
  if (isProbing) return false;
  isProbing = true;
  try {
    const response = await fetch("/api/v1/auth/me", { credentials: "same-origin" });
    if (response.ok) learn((await response.json()) as PageUser);
    return response.status === 401 && (await renew());
  } catch {
    // The server is away: the live connection goes on trying, and says so on the screen.
    return false;
  } finally {
    isProbing = false;
  }
}

async function signOut(): Promise<void> {
  clearTimeout(refreshTimer);
  await fetch("/api/v1/auth/logout", { method: "POST", credentials: "same-origin" });
  isLeaving = true;
  location.assign("/login");
}

/** Tabs share one refresh cookie that changes with each use: one tab at a time, where the browser can say so. */
async function renew(): Promise<boolean> {
  const locks = "locks" in navigator ? navigator.locks : undefined;
  return locks ? await locks.request("antbox-session", renewAlone) : await renewAlone();
}

async function renewAlone(): Promise<boolean> {
  clearTimeout(refreshTimer);
  try {
    const response = await fetch("/api/v1/auth/refresh", { method: "POST", credentials: "same-origin" });
    if (response.status === 401 || response.status === 403) {
      goToLogin("ended");
      return false;
    }
    if (!response.ok) throw new Error(`refresh: HTTP ${response.status}`);
    const answer = (await response.json()) as SessionAnswer;
    learn(answer.user);
    refreshTimer = setTimeout(renew, refreshAfterMs(answer.expiresIn));
    return true;
  } catch {
    // Nobody is signed out because a server was away for a moment.
    refreshTimer = setTimeout(renew, 5000);
    return false;
  }
}

function learn(next: PageUser): void {
  if (next.mustChangePassword) goToLogin("password");
  else if (next.mustSetUpTotp) goToLogin("totp");
  if (user.value && hasOtherRights(user.value, next)) newRights.value = next;
  user.value = next;
}

function goToLogin(reason: LeaveReason): void {
  if (isLeaving) return;
  isLeaving = true;
  const query = new URLSearchParams({ next: location.pathname + location.search, reason });
  location.assign(`/login?${query}`);
}

/** Of a problem; the body stays to be read. */
async function codeOf(response: Response): Promise<string | null> {
  const problem = (await response
    .clone()
    .json()
    .catch(() => null)) as { code?: string } | null;
  return problem?.code ?? null;
}
