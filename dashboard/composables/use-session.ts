import { type Ref, readonly, shallowRef } from "vue";
import type { Permission } from "../../domain/access/permissions.ts";
import type { Schemas } from "../client/contract.ts";
import { blankPage } from "../live/blank-page.ts";
import { hasOtherRights, type PageUser, refreshAfterMs } from "../live/session-schedule.ts";
import { askProof } from "./use-proof.ts";
import { useText } from "./use-text.ts";

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
/** When the server ends the session unless it is renewed, milliseconds since the Unix epoch. */
let endsAtMs = Number.POSITIVE_INFINITY;
/** Other pages of this browser have the same session. */
let pages: BroadcastChannel | undefined;
const SIGNED_OUT = "signed-out";
const KNOCK_EVERY_MS = 3000;
const KNOCK_WITHIN_MS = 5000;

export type PageSession = {
  /** Who is signed in; null until the server has said so. */
  readonly user: Readonly<Ref<PageUser | null>>;
  /** Somebody gave this user other rights while the page was open; null = nobody did. */
  readonly newRights: Readonly<Ref<PageUser | null>>;
  /** What the page offers. The server decides anew at each request. */
  may(permission: Permission): boolean;
  signOut(): void;
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
  if (refreshTimer !== undefined || pages !== undefined) return;
  pages = new BroadcastChannel("antbox-session");
  pages.onmessage = ({ data }) => {
    if (data === SIGNED_OUT) leave("/login", sayGoodbye);
  };
  void renew();
}

/**
 * `fetch` for our own API. An expired session is renewed once and the call repeated; when that fails too, the page goes
 * to the login and comes back here afterwards. What weighs much asks first who sits here, and is then repeated, too.
 *
 * @throws {TypeError} when the server cannot be reached, as `fetch` does
 */
export async function callApi(path: string, init: RequestInit = {}): Promise<Response> {
  const options: RequestInit = { credentials: "same-origin", ...init };
  const first = await fetch(path, options);
  const code = first.status === 403 ? ((await codeOf(first)) ?? "") : "";
  if (code === "auth.proof-required") return (await askProof()) ? fetch(path, options) : first;
  const reason = DUTIES[code];
  if (reason) goToLogin(reason);
  if (first.status !== 401) return first;
  return (await renew()) ? fetch(path, options) : first;
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

function signOut(): void {
  pages?.postMessage(SIGNED_OUT);
  leave("/login", sayGoodbye);
}

async function sayGoodbye(): Promise<boolean> {
  const signal = AbortSignal.timeout(KNOCK_WITHIN_MS);
  return (await fetch("/api/v1/auth/logout", { method: "POST", credentials: "same-origin", signal })).ok;
}

/**
 * The page is over, whatever becomes of the server: it is blank at once, and goes to the login as soon as there is one.
 *
 * @param knock true when the server has heard it
 */
function leave(address: string, knock: () => Promise<boolean>): void {
  if (isLeaving) return;
  isLeaving = true;
  clearTimeout(refreshTimer);
  const say = blankPage();
  // A browser may bring a left page back as it was.
  addEventListener("pageshow", ({ persisted }) => persisted && location.replace(address));
  const { t } = useText();
  const attempt = async (): Promise<void> => {
    if (await knock().catch(() => false)) return location.assign(address);
    say(t("session.left"));
    setTimeout(attempt, KNOCK_EVERY_MS);
  };
  void attempt();
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
    const answer = (await response.json()) as Schemas["Granted"];
    learn(answer.user);
    endsAtMs = Date.now() + answer.sessionEndsIn * 1000;
    refreshTimer = setTimeout(renew, refreshAfterMs(answer.expiresIn));
    return true;
  } catch {
    // By now the server has ended it, or will as soon as it is back.
    if (Date.now() > endsAtMs) goToLogin("ended", isServerBack);
    // Nobody is signed out because a server was away for a moment.
    else refreshTimer = setTimeout(renew, 5000);
    return false;
  }
}

function learn(next: PageUser): void {
  if (next.mustChangePassword) goToLogin("password");
  else if (next.mustSetUpTotp) goToLogin("totp");
  if (user.value && hasOtherRights(user.value, next)) newRights.value = next;
  user.value = next;
}

/** @param knock the server has just spoken, when absent */
function goToLogin(reason: LeaveReason, knock: () => Promise<boolean> = () => Promise.resolve(true)): void {
  const query = new URLSearchParams({ next: location.pathname + location.search, reason });
  leave(`/login?${query}`, knock);
}

async function isServerBack(): Promise<boolean> {
  return (await fetch("/healthz", { signal: AbortSignal.timeout(KNOCK_WITHIN_MS) })).ok;
}

/** Of a problem; the body stays to be read. */
async function codeOf(response: Response): Promise<string | null> {
  const problem = (await response
    .clone()
    .json()
    .catch(() => null)) as Partial<Schemas["Problem"]> | null;
  return problem?.code ?? null;
}
