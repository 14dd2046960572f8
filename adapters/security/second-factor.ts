import { createRecoveryCodes, hashRecoveryCode } from "./recovery-codes.ts";
import { boxFor, SEALED_COLUMNS } from "./sealed-columns.ts";
import type { SecretBox } from "./secret-box.ts";
import type { AccountDatabase } from "./session-store.ts";
import { createTotpSecret, matchTotpStep, totpUri } from "./totp.ts";

const TIMEOUT_MS = 3_000;

/** Somebody who sets up a second factor. */
export type TotpOwner = { readonly id: number; readonly username: string };

/** A right first code: the secret that it belongs to, sealed, and its time step. */
export type FirstCode = { readonly sealed: string; readonly step: number };

/**
 * Time-based codes (RFC 6238) and recovery codes. The secret is sealed at rest, recovery codes are hashed; a step and a
 * recovery code count once, by one statement each, whichever process is asked.
 *
 * Every call rejects while the database is away.
 */
export interface SecondFactor {
  /**
   * Makes a secret that counts once it is confirmed; a former unconfirmed one is worth nothing any more.
   *
   * @returns null when a second factor is on already
   */
  enrol(owner: TotpOwner): Promise<{ secret: string; uri: string } | null>;
  /** The first code. @returns `wrong` for a wrong one; `off` when no secret waits for confirmation */
  tryFirstCode(userId: number, code: string): Promise<FirstCode | "wrong" | "off">;
  /** From now on the second factor is on. @returns recovery codes, shown once; null when the secret is another one by now */
  confirm(userId: number, first: FirstCode): Promise<string[] | null>;
  /** A code of the authenticator, or a recovery code. @returns false for a wrong one, one used before, or no second factor */
  verify(userId: number, code: string): Promise<boolean>;
  remove(userId: number): Promise<void>;
}

/** @param clock milliseconds since the Unix epoch */
export function createSecondFactor(database: AccountDatabase, secretBox: SecretBox, clock: () => number): SecondFactor {
  const box = boxFor(secretBox, SEALED_COLUMNS.totpSecret);
  const run = (text: string, values: readonly unknown[]) => database.query(text, values, { timeoutMs: TIMEOUT_MS });

  async function sealedOf(userId: number, isConfirmed: boolean): Promise<string | null> {
    const text = `
      select totp_secret from user_account
      where id = $1::int and totp_secret is not null and (totp_confirmed_at is not null) = $2::boolean`;
    const [row] = await run(text, [userId, isConfirmed]);
    return row ? String(row["totp_secret"]) : null;
  }

  async function takeRecoveryCode(userId: number, hash: string): Promise<boolean> {
    const text = `
      update user_account set recovery_hashes = array_remove(recovery_hashes, $2::text)
      where id = $1::int and totp_confirmed_at is not null and $2::text = any(recovery_hashes)
      returning id`;
    return (await run(text, [userId, hash])).length > 0;
  }

  /** Only forwards: the same step, and every step before it, is refused. */
  async function takeStep(userId: number, step: number): Promise<boolean> {
    const text = `
      update user_account set totp_last_step = $2::bigint
      where id = $1::int and totp_confirmed_at is not null and coalesce(totp_last_step, -1) < $2::bigint
      returning id`;
    return (await run(text, [userId, step])).length > 0;
  }

  return {
    async enrol({ id, username }) {
      const secret = createTotpSecret();
      const text = `
        update user_account set totp_secret = $2, totp_last_step = null, recovery_hashes = '{}'
        where id = $1::int and totp_confirmed_at is null returning id`;
      const rows = await run(text, [id, box.seal(secret, id)]);
      return rows.length > 0 ? { secret, uri: totpUri(secret, username) } : null;
    },

    async tryFirstCode(userId, code) {
      const sealed = await sealedOf(userId, false);
      if (sealed === null) return "off";
      const step = matchTotpStep(box.open(sealed, userId), code, clock());
      return step === null ? "wrong" : { sealed, step };
    },

    async confirm(userId, { sealed, step }) {
      const codes = createRecoveryCodes();
      const text = `
        update user_account set totp_confirmed_at = $3::timestamptz, totp_last_step = $4::bigint, recovery_hashes = $5::text[]
        where id = $1::int and totp_secret = $2 and totp_confirmed_at is null returning id`;
      const hashes = codes.map(hashRecoveryCode);
      const rows = await run(text, [userId, sealed, new Date(clock()).toISOString(), step, hashes]);
      return rows.length > 0 ? codes : null;
    },

    async verify(userId, code) {
      const recoveryHash = hashRecoveryCode(code);
      if (recoveryHash !== null) return takeRecoveryCode(userId, recoveryHash);
      const sealed = await sealedOf(userId, true);
      if (sealed === null) return false;
      const step = matchTotpStep(box.open(sealed, userId), code, clock());
      return step !== null && takeStep(userId, step);
    },

    async remove(userId) {
      const text = `
        update user_account set totp_secret = null, totp_confirmed_at = null, totp_last_step = null, recovery_hashes = '{}'
        where id = $1::int`;
      await run(text, [userId]);
    },
  };
}
