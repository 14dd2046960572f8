import { z } from "zod";
import type { AuditTrail } from "../../domain/access/audit-entry.ts";
import { rightsFromClaims } from "../../domain/access/external-rights.ts";
import { ownPath } from "../../domain/access/own-path.ts";
import { cookieOf } from "../../domain/access/read-cookies.ts";
import { AppError } from "../../domain/errors.ts";
import type { Auth, Grant } from "./create-auth.ts";
import { type ExternalIdentity, type TakenAccount, takeExternalAccount, usernamesFrom } from "./external-account.ts";
import {
  createIdentityProvider,
  type ExternalPerson,
  type IdentityProvider,
  ProviderError,
} from "./identity-provider.ts";
import type { OidcSettings } from "./oidc-settings.ts";
import type { SealContext, SecretBox } from "./secret-box.ts";
import type { AccountDatabase } from "./session-store.ts";
import type { SessionStart } from "./sign-in.ts";

/** What the login page is told when a sign-in with the provider came to nothing. */
export const OIDC_PROBLEMS = [
  "oidc-unreachable",
  "oidc-refused",
  "oidc-invalid",
  "oidc-expired",
  "oidc-no-role",
  "oidc-disabled",
  "oidc-name-taken",
  "oidc-unavailable",
  "oidc-off",
] as const;
export type OidcProblem = (typeof OIDC_PROBLEMS)[number];

/** `cookies`: values of `Set-Cookie`. `next`: a path of ours. */
export type OidcStart =
  | { readonly kind: "away"; readonly location: string; readonly cookies: readonly string[] }
  | { readonly kind: "problem"; readonly problem: OidcProblem; readonly next: string };
export type OidcEnd =
  | { readonly kind: "signed-in"; readonly next: string; readonly cookies: readonly string[] }
  | {
      readonly kind: "problem";
      readonly problem: OidcProblem;
      readonly next: string;
      readonly cookies: readonly string[];
    };

export type OidcReturn = {
  /** With its `?`. */
  readonly search: string;
  readonly cookieHeader: string | undefined;
  readonly address: string;
  readonly userAgent: string;
};

export type OidcWish = {
  /** Where to go afterwards; anything but a path of ours counts as `/`. */
  readonly next: string | undefined;
  /** The person has to prove anew who they are, whatever session the provider has. */
  readonly isFresh: boolean;
  /** Names the sessions that the new one takes the place of. The way back comes from another site, without it. */
  readonly cookieHeader: string | undefined;
};

/** Sign-in with an identity provider, in two halves with the provider's own pages between. */
export interface OidcSignIn {
  /** What the button says. */
  readonly label: string;
  /** Never throws. */
  start(wanted: OidcWish): Promise<OidcStart>;
  /** Never throws. */
  finish(returned: OidcReturn): Promise<OidcEnd>;
}

type OidcSignInOptions = {
  readonly settings: OidcSettings;
  readonly provider: IdentityProvider;
  readonly box: Pick<SecretBox, "seal" | "open">;
  /** `scheme://host[:port]`. */
  readonly publicUrl: string;
  /** Finds or makes the account of a person; see `takeExternalAccount`. */
  readonly takeAccount: (identity: ExternalIdentity) => Promise<TakenAccount>;
  readonly openSession: (username: string, start: SessionStart) => Promise<Pick<Grant, "cookies">>;
  readonly sessionIdsOf: Auth["sessionIdsOf"];
  readonly audit: AuditTrail;
  readonly log?: { warn(facts: Record<string, unknown>, text: string): void };
  /** Milliseconds since the Unix epoch. */
  readonly clock?: () => number;
};

type Surroundings = Pick<OidcSignInOptions, "settings" | "box" | "publicUrl" | "audit" | "log" | "clock"> & {
  readonly database: AccountDatabase;
  readonly auth: Pick<Auth, "openSession" | "sessionIdsOf">;
};

/** The sign-in of a configured provider, with accounts and sessions of this platform. */
export function openOidcSignIn({ database, auth, ...own }: Surroundings): OidcSignIn {
  return createOidcSignIn({
    ...own,
    provider: createIdentityProvider(own.settings, own.clock),
    takeAccount: (identity) => takeExternalAccount(database, identity),
    openSession: auth.openSession,
    sessionIdsOf: auth.sessionIdsOf,
  });
}

export const OIDC_CALLBACK = "/api/v1/auth/oidc/callback";
const COOKIE_PATH = "/api/v1/auth/oidc";
/** Long enough to look for a telephone with the second factor on it. */
const WITHIN_S = 600;
/** Of the provider and of ours; its times are whole seconds. */
const CLOCKS_DIFFER_MS = 30_000;
const CONTEXT: SealContext = { table: "cookie", row: "oidc", column: "sign-in" };

const Sealed = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  replaces: z.array(z.string()),
  /** When a fresh sign-in was asked for, milliseconds since the Unix epoch; null = any will do. */
  freshFromMs: z.number().nullable(),
  endsAtMs: z.number(),
});
type Pending = Omit<z.infer<typeof Sealed>, "endsAtMs">;
type Attempt = { actor: string; readonly address: string };
/** Not refused: it could not be done. */
const NOBODYS_FAULT: readonly OidcProblem[] = ["oidc-unreachable", "oidc-unavailable", "oidc-off"];

/** Thrown inside, told as a word. */
class Problem extends Error {
  readonly word: OidcProblem;

  constructor(word: OidcProblem, cause?: unknown) {
    super(word, { cause });
    this.word = word;
  }
}

function createOidcSignIn(options: OidcSignInOptions): OidcSignIn {
  const { settings, provider, box, audit, log, clock = Date.now } = options;
  const { origin, protocol } = new URL(options.publicUrl);
  const cookies = createPendingCookie(protocol === "https:");

  function remember(pending: Pending): string {
    const text = JSON.stringify({ ...pending, endsAtMs: clock() + WITHIN_S * 1000 });
    return cookies.set(box.seal(text, CONTEXT));
  }

  /** @returns null without a cookie, with one that is not ours, and with one that is too old */
  function recall(cookieHeader: string | undefined): Pending | null {
    const sealed = cookies.read(cookieHeader);
    if (sealed === null) return null;
    try {
      const { endsAtMs, ...pending } = Sealed.parse(JSON.parse(box.open(sealed, CONTEXT)));
      return endsAtMs > clock() ? pending : null;
    } catch {
      // Whoever changed it gets the answer of somebody who has none.
      return null;
    }
  }

  /** The library compares `state` too; asked here first, nobody else's code is ever sent to the provider. */
  function pendingOf({ search, cookieHeader }: OidcReturn): Pending {
    const pending = recall(cookieHeader);
    if (pending === null || new URLSearchParams(search).get("state") !== pending.state)
      throw new Problem("oidc-expired");
    return pending;
  }

  function identityOf({ subject, claims }: ExternalPerson, usernames: readonly string[]): ExternalIdentity {
    const rights = rightsFromClaims(claims, settings.rules);
    if (rights === null) throw new Problem("oidc-no-role");
    // An issuer has no `#`: no two pairs give one text.
    return { subject: `${settings.issuer}#${subject}`, usernames, ...rights };
  }

  /** @param attempt learns who it is, for the audit trail */
  async function signIn(returned: OidcReturn, pending: Pending, attempt: Attempt): Promise<readonly string[]> {
    const { search, address, userAgent } = returned;
    const person = await provider.finish(new URL(OIDC_CALLBACK + search, origin), pending);
    const usernames = usernamesFrom(person.claims, settings.issuer);
    attempt.actor = usernames[0] ?? person.subject.slice(0, 64);
    if (!isFreshEnough(person, pending)) throw new Problem("oidc-invalid", new Error("the sign-in is not a fresh one"));
    const identity = identityOf(person, usernames);
    const account = await options.takeAccount(identity);
    await recordAccount(account, identity, address);
    const { username } = account;
    const what = { actorKind: "user", actor: username, action: "session:sign-in", outcome: "done" } as const;
    // First: whoever is not in the trail gets no session.
    await audit.record({ ...what, target: username, address, detail: { method: "oidc", role: identity.role } });
    const { provenAtMs } = person;
    return (await options.openSession(username, { address, userAgent, provenAtMs, replaces: pending.replaces }))
      .cookies;
  }

  async function recordAccount({ username, before }: TakenAccount, { role, scope }: ExternalIdentity, address: string) {
    const after = { role, scope };
    if (before !== null && JSON.stringify(before) === JSON.stringify(after)) return;
    await audit.record({
      actorKind: "platform",
      actor: "identity-provider",
      action: before === null ? "user:create" : "user:update",
      outcome: "done",
      target: username,
      address,
      detail: { before, after },
    });
  }

  /** Reasons of the provider stay in the log: they may hold names and addresses. */
  function wordOf(error: unknown, { actor, address }: Attempt): OidcProblem {
    const word = problemWord(error);
    log?.warn({ problem: word, address, reason: reasonOf(error) }, "OpenID Connect sign-in failed");
    if (!NOBODYS_FAULT.includes(word)) {
      const detail = { method: "oidc", reason: word };
      audit.note({ actorKind: "anonymous", actor, action: "session:sign-in", outcome: "refused", address, detail });
    }
    return word;
  }

  return {
    label: settings.label,

    async start({ next: given, isFresh, cookieHeader }) {
      const next = ownPath(given);
      try {
        const { url, secrets } = await provider.begin(origin + OIDC_CALLBACK, isFresh);
        const replaces = [...options.sessionIdsOf(cookieHeader)];
        const pending = { ...secrets, next, replaces, freshFromMs: isFresh ? clock() : null };
        return { kind: "away", location: url, cookies: [remember(pending)] };
      } catch (error) {
        return { kind: "problem", problem: wordOf(error, { actor: "", address: "" }), next };
      }
    },

    async finish(returned) {
      let next = "/";
      const attempt: Attempt = { actor: "", address: returned.address };
      try {
        const pending = pendingOf(returned);
        next = pending.next;
        const granted = await signIn(returned, pending, attempt);
        return { kind: "signed-in", next, cookies: [cookies.clear(), ...granted] };
      } catch (error) {
        const problem = wordOf(error, attempt);
        return { kind: "problem", problem, next, cookies: [cookies.clear()] };
      }
    },
  };
}

/** A provider that does not know `max_age` would let a session of its own count as a new proof. */
function isFreshEnough({ provenAtMs }: ExternalPerson, { freshFromMs }: Pending): boolean {
  return freshFromMs === null || (provenAtMs !== null && provenAtMs >= freshFromMs - CLOCKS_DIFFER_MS);
}

function problemWord(error: unknown): OidcProblem {
  if (error instanceof Problem) return error.word;
  if (error instanceof ProviderError) return `oidc-${error.problem}`;
  const code = error instanceof AppError ? error.code : null;
  // Disabled, or gone, in this very moment.
  if (code === "auth.account-disabled" || code === "auth.bad-credentials") return "oidc-disabled";
  return code === "auth.name-taken" ? "oidc-name-taken" : "oidc-unavailable";
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return String(cause).slice(0, 300);
}

/**
 * The cookie between the two halves. `Lax`, because the browser comes back from another site: a `Strict` one would not be
 * sent along. `finish` demands the sealed state in it, so somebody else's callback address is worth nothing here.
 */
function createPendingCookie(isSecure: boolean) {
  const name = isSecure ? "__Secure-antbox_oidc" : "antbox_oidc";
  const attributes = `Path=${COOKIE_PATH}; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
  return {
    set: (value: string) => `${name}=${value}; Max-Age=${WITHIN_S}; ${attributes}`,
    clear: () => `${name}=; Max-Age=0; ${attributes}`,
    read: (cookieHeader: string | undefined) => cookieOf(cookieHeader, name),
  };
}
