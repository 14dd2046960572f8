import { z } from "zod";
import { ROLES } from "../access/session-user.ts";
import { plainText } from "../plain-text.ts";

const NOTICE_CHARS = 1_000;

/** Words that everybody sees before signing in. */
const LoginNotice = z.strictObject({
  "zh-CN": plainText(NOTICE_CHARS, { isMultiLine: true }),
  en: plainText(NOTICE_CHARS, { isMultiLine: true }),
});

/** What an administrator sets for the whole installation. Everything else is configuration of a process (config.ts). */
export const PlatformSettings = z
  .strictObject({
    organisation: plainText(120).describe("Shown beside the product's name; empty = nothing"),
    notice: LoginNotice.nullable().describe("Shown on the login page; null = none"),
    passwordMinLength: z.int().min(10).max(64).describe("Of passwords that are set from now on"),
    sessionIdleH: z.int().min(1).max(72).describe("A session that is not used for so many hours ends"),
    requireTotpFor: z
      .enum(["nobody", ...ROLES.toReversed()])
      .describe("This role and those above it need a second factor to sign in"),
    commandSites: z.int().min(1).max(200).describe("One order for several sites goes to so many at most"),
    auditRetentionDays: z.int().min(90).max(3660).describe("Older lines of the audit trail are dropped"),
  })
  .meta({ id: "PlatformSettings" });
export type PlatformSettings = z.infer<typeof PlatformSettings>;

/** Some of the fields. */
export const SettingsPatch = PlatformSettings.partial()
  .refine((patch) => Object.keys(patch).length > 0, "must hold at least one setting")
  .meta({ id: "SettingsPatch" });
export type SettingsPatch = z.infer<typeof SettingsPatch>;

/**
 * What counts until somebody sets it. Twelve characters are what NIST SP 800-63B-4 asks of a password beside a second
 * factor, with room [J]; twelve hours are a shift with its hand-over [J]; 400 days hold a year and the month to compare it
 * with [J]; ten sites are what a shift can look after when the eleventh goes wrong [J].
 */
export const DEFAULT_SETTINGS: PlatformSettings = {
  organisation: "",
  notice: null,
  passwordMinLength: 12,
  sessionIdleH: 12,
  requireTotpFor: "nobody",
  commandSites: 10,
  auditRetentionDays: 400,
};

/** Stored values by field, laid over the defaults. @returns also the fields whose stored value is not allowed (any more) */
export function settingsFrom(stored: ReadonlyMap<string, unknown>): {
  readonly settings: PlatformSettings;
  readonly wrong: readonly string[];
} {
  const wrong: string[] = [];
  const entries = Object.entries(PlatformSettings.shape).flatMap(([key, schema]) => {
    if (!stored.has(key)) return [];
    const { success, data } = schema.safeParse(stored.get(key));
    if (!success) wrong.push(key);
    return success ? [[key, data]] : [];
  });
  return { settings: { ...DEFAULT_SETTINGS, ...Object.fromEntries(entries) }, wrong };
}
