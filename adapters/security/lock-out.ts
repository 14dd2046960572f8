import type { AccountDatabase } from "./session-store.ts";
import type { Attempt } from "./sign-in-rules.ts";

/** The fifth failure in a row locks for a minute, each further one for twice as long, at most an hour. */
const FREE_FAILURES = 5;
const FIRST_LOCK_S = 60;
const LONGEST_LOCK_S = 3_600;
/** A lock that ran out so long ago belongs to an attack that is over: counting starts again. */
const FORGET_AFTER = "24 hours";
const TIMEOUT_MS = 3_000;
/** 2^6 minutes are more than the longest lock; a larger exponent would only overflow. */
const MAX_DOUBLINGS = 6;

const COUNT = `(case when locked_until < $2::timestamptz - interval '${FORGET_AFTER}' then 1 else failed_attempts + 1 end)`;
const LOCK_S = `least(${FIRST_LOCK_S} * (1 << least(${COUNT} - ${FREE_FAILURES}, ${MAX_DOUBLINGS})), ${LONGEST_LOCK_S})`;

/**
 * Counts a try as failed before its password is looked at, and locks the account when there were too many. One statement:
 * parallel tries, also of several processes, stand in line at the row.
 *
 * A lock does not hold for an address from which the account has signed in during the last days (NIST SP 800-63B-4
 * §3.2.2 names this way): so nobody can keep a person out for ever by guessing on purpose. The throttle in memory
 * still slows such an address down.
 *
 * @param address null = not known, or not to be trusted
 */
export async function beginAttempt(
  database: AccountDatabase,
  userId: number,
  address: string | null,
  nowMs: number,
): Promise<Attempt> {
  const text = `
    update user_account u set
      failed_attempts = ${COUNT},
      locked_until = case when ${COUNT} >= ${FREE_FAILURES} then $2::timestamptz + make_interval(secs => ${LOCK_S}) end
    where id = $1::int and (locked_until is null or locked_until <= $2::timestamptz
      or exists (select from session s where s.user_id = u.id and s.address = $3::text))
    returning locked_until, (select o.locked_until from user_account o where o.id = u.id) as locked_before`;
  const values = [userId, new Date(nowMs).toISOString(), address];
  const [row] = await database.query(text, values, { timeoutMs: TIMEOUT_MS });
  if (!row) return { isOpen: false, lockedUntil: null, lockedBefore: null };
  return { isOpen: true, lockedUntil: isoFrom(row["locked_until"]), lockedBefore: isoFrom(row["locked_before"]) };
}

/** The try was no failure, and no success yet. A lock that another try has set meanwhile stays. */
export async function takeBackAttempt(database: AccountDatabase, userId: number, attempt: Attempt): Promise<void> {
  const text = `
    update user_account set
      failed_attempts = greatest(failed_attempts - 1, 0),
      locked_until = case when locked_until is not distinct from $2::timestamptz then $3::timestamptz else locked_until end
    where id = $1::int`;
  await database.query(text, [userId, attempt.lockedUntil, attempt.lockedBefore], { timeoutMs: TIMEOUT_MS });
}

/** A sign-in went well, or an administrator says so: nothing is counted any more. */
export async function forgetAttempts(database: AccountDatabase, userId: number): Promise<void> {
  const text = `
    update user_account set failed_attempts = 0, locked_until = null
    where id = $1::int and (failed_attempts <> 0 or locked_until is not null)`;
  await database.query(text, [userId], { timeoutMs: TIMEOUT_MS });
}

function isoFrom(value: unknown): string | null {
  return value instanceof Date ? value.toISOString() : null;
}
