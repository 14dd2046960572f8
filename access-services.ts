import { rmSync } from "node:fs";
import path from "node:path";
import type { Database } from "./adapters/database/database.ts";
import { createAccounts } from "./adapters/security/create-accounts.ts";
import { type Auth, createAuth } from "./adapters/security/create-auth.ts";
import { createSignInRules } from "./adapters/security/create-sign-in-rules.ts";
import { type OidcSignIn, openOidcSignIn } from "./adapters/security/oidc-sign-in.ts";
import type { OwnAccount } from "./adapters/security/own-account.ts";
import type { People } from "./adapters/security/people.ts";
import { createSecondFactor } from "./adapters/security/second-factor.ts";
import type { SecretBox } from "./adapters/security/secret-box.ts";
import type { SettingsStore } from "./adapters/settings/settings-store.ts";
import type { Config } from "./config.ts";
import type { AuditTrail } from "./domain/access/audit-entry.ts";
import type { Log } from "./domain/log.ts";
import type { WorkSignal } from "./domain/work-signal.ts";
import type { Fleet } from "./fleet-services.ts";

/** In the data folder, until its password is replaced. */
export const FIRST_LOGIN_FILE = "first-login.txt";

export type AccessParts = {
  readonly config: Config;
  readonly database: Database;
  readonly settings: Pick<SettingsStore, "current">;
  readonly secretBox: SecretBox;
  readonly audit: AuditTrail;
  readonly fleet: Pick<Fleet, "onlineExchange">;
  /** Tells when a service token was made or revoked. */
  readonly tokenWork: WorkSignal;
  readonly log: Log;
};

/** Who is there, and who may come in. */
export type AccessServices = {
  readonly auth: Auth;
  readonly people: People;
  readonly ownAccount: OwnAccount;
  /** null without an identity provider. */
  readonly oidc: OidcSignIn | null;
};

export function openAccess(parts: AccessParts): AccessServices {
  const { config, database, settings, secretBox, audit, fleet, tokenWork, log } = parts;
  const secondFactor = createSecondFactor(database, secretBox, Date.now);
  const auth = createAuth({
    database,
    secretKey: config.secretKey,
    previousSecretKey: config.previousSecretKey,
    publicUrl: config.publicUrl,
    audit,
    rules: createSignInRules({
      database,
      secondFactor,
      requireTotpFor: () => settings.current().requireTotpFor,
      clock: Date.now,
    }),
    idleS: () => settings.current().sessionIdleH * 3600,
    exchange: fleet.onlineExchange,
    tokenWork,
    log,
  });
  const accounts = createAccounts({
    database,
    audit,
    secondFactor,
    passwordPolicy: () => ({ minLength: settings.current().passwordMinLength }),
    breachedPasswordsFile: config.breachedPasswordsFile,
    log,
    usernamesOnline: auth.online.usernames,
    clock: Date.now,
    onPasswordReplaced: (username) => {
      if (username === "admin") rmSync(path.join(config.dataDir, FIRST_LOGIN_FILE), { force: true });
    },
  });
  const oidcParts = { database, auth, audit, box: secretBox, publicUrl: config.publicUrl, log };
  return { auth, ...accounts, oidc: config.oidc && openOidcSignIn({ ...oidcParts, settings: config.oidc }) };
}
