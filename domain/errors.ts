/** Every code that may reach `problem+json`, a log line or a metric. Once published, a code is never renamed. */
export const ERROR_CODES = [
  "auth.not-signed-in",
  "auth.bad-credentials",
  "auth.code-required",
  "auth.bad-code",
  "auth.too-many-attempts",
  "auth.not-allowed",
  "auth.out-of-scope",
  "auth.password-change-required",
  "auth.foreign-origin",
  "auth.account-disabled",
  "auth.name-taken",
  "auth.totp-required",
  "auth.proof-required",
  "auth.first-password-over",
  "account.wrong-password",
  "account.wrong-code",
  "account.weak-password",
  "account.external",
  "account.totp-on",
  "account.totp-off",
  "user.not-found",
  "user.exists",
  "user.last-admin",
  "user.yourself",
  "session.not-found",
  "token.not-found",
  "token.name-taken",
  "request.invalid",
  "request.not-found",
  "request.method-not-allowed",
  "request.too-large",
  "request.unsupported-type",
  "request.rate-limited",
  "request.precondition-required",
  "request.precondition-failed",
  "request.idempotency-mismatch",
  "request.in-progress",
  "site.not-found",
  "point.not-found",
  "profile.not-found",
  "profile.invalid",
  "job.not-found",
  "job.not-here",
  "inventory.invalid",
  "inventory.exists",
  "inventory.managed-by-file",
  "config.invalid",
  "storage.write-failed",
  "storage.timeout",
  "storage.unavailable",
  "storage.locked",
  "journal.full",
  "secret.unreadable",
  "webhook.not-found",
  "webhook.name-taken",
  "webhook.too-many",
  "webhook.disabled",
  "flows.read-only",
  "notification.recipient-not-found",
  "notification.recipient-in-use",
  "notification.name-taken",
  "notification.too-many",
  "notification.no-address",
  "notification.channel-off",
  "notification.channel-not-found",
  "alarm.not-found",
  "alarm.nothing-new",
  "alarm.nothing-to-acknowledge",
  "alarm.nothing-to-reset",
  "alarm.still-active",
  "alarm.not-shelved",
  "alarm.not-out-of-service",
  "alarm.flag-not-found",
  "alarm.flag-over",
  "baseline.not-found",
  "baseline.not-in-history",
  "rule.expression-invalid",
  "rule.invalid",
  "backtest.not-found",
  "backtest.busy",
  "backtest.too-long",
  "internal.unexpected",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** `context`: ids and counts, never secrets or private addresses. `retryable`: the same call may succeed later without any change. */
export type ErrorDetails = { context?: Record<string, string | number>; retryable?: boolean; cause?: unknown };

/** The one error class of the platform: a code for programs, a sentence for people, facts for the log, and the cause. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, { context = {}, retryable = false, cause }: ErrorDetails = {}) {
    super(message, { cause });
    this.code = code;
    this.context = context;
    this.retryable = retryable;
  }
}
