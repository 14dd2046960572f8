import { type Ref, readonly, shallowRef } from "vue";
import { refreshAfterMs, type SessionAnswer } from "../live/session-schedule.ts";

export type PageUser = { readonly username: string; readonly role: string };

const user = shallowRef<PageUser | null>(null);
let refreshTimer: ReturnType<typeof setTimeout> | undefined;
let isProbing = false;
let isLeaving = false;

/** Who is signed in; null until the server has said so. */
export function useSession(): { user: Readonly<Ref<PageUser | null>>; signOut: () => Promise<void> } {
  return { user: readonly(user) as Readonly<Ref<PageUser | null>>, signOut };
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
 * The live connection was refused: the server may be away, or the session may be over. Only the second is for us.
 *
 * @returns true when the session was renewed: another try will be let in
 */
export async function probeSession(): Promise<boolean> {
  if (isProbing) return false;
  isProbing = true;
  try {
    const { status } = await fetch("/api/v1/auth/me", { credentials: "same-origin" });
    return status === 401 && (await renew());
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
      goToLogin();
      return false;
    }
    if (!response.ok) throw new Error(`refresh: HTTP ${response.status}`);
    const answer = (await response.json()) as SessionAnswer;
    user.value = answer.user;
    refreshTimer = setTimeout(renew, refreshAfterMs(answer.expiresIn));
    return true;
  } catch {
    // Nobody is signed out because a server was away for a moment.
    refreshTimer = setTimeout(renew, 5000);
    return false;
  }
}

function goToLogin(): void {
  if (isLeaving) return;
  isLeaving = true;
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}
