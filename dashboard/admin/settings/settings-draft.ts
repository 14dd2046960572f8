import type { PlatformSettings } from "../../../domain/settings/platform-settings.ts";
import { at } from "../text.ts";

/** The form as it was typed: numbers are text until they are sent. */
export type SettingsDraft = {
  organisation: string;
  noticeZh: string;
  noticeEn: string;
  passwordMinLength: string;
  sessionIdleH: string;
  requireTotpFor: PlatformSettings["requireTotpFor"];
  commandSites: string;
  auditRetentionDays: string;
};

/** As the schema of the settings has them. */
export const LIMITS = {
  passwordMinLength: { low: 10, high: 64 },
  sessionIdleH: { low: 1, high: 72 },
  commandSites: { low: 1, high: 200 },
  auditRetentionDays: { low: 90, high: 3660 },
} as const;
const NUMBERS = Object.keys(LIMITS) as (keyof typeof LIMITS)[];

export function draftOf(settings: PlatformSettings | null): SettingsDraft {
  return {
    organisation: settings?.organisation ?? "",
    noticeZh: settings?.notice?.["zh-CN"] ?? "",
    noticeEn: settings?.notice?.en ?? "",
    passwordMinLength: String(settings?.passwordMinLength ?? ""),
    sessionIdleH: String(settings?.sessionIdleH ?? ""),
    requireTotpFor: settings?.requireTotpFor ?? "nobody",
    commandSites: String(settings?.commandSites ?? ""),
    auditRetentionDays: String(settings?.auditRetentionDays ?? ""),
  };
}

/** What is wrong, by field, in words. */
export function problemsOf(draft: SettingsDraft): Partial<Record<keyof typeof LIMITS | "notice", string>> {
  const wrong = NUMBERS.filter((field) => {
    const value = Number(draft[field]);
    return !/^\d+$/.test(draft[field].trim()) || value < LIMITS[field].low || value > LIMITS[field].high;
  });
  const isHalf = (draft.noticeZh.trim() === "") !== (draft.noticeEn.trim() === "");
  return {
    ...Object.fromEntries(wrong.map((field) => [field, at(`settings.${field}-hint`, LIMITS[field])])),
    ...(isHalf ? { notice: at("settings.notice-both") } : {}),
  };
}

/** The fields that differ from what was read; null when none does. */
export function patchOf(read: PlatformSettings, draft: SettingsDraft): Partial<PlatformSettings> | null {
  const hasNotice = draft.noticeZh.trim() !== "" || draft.noticeEn.trim() !== "";
  const wanted: PlatformSettings = {
    organisation: draft.organisation.trim(),
    notice: hasNotice ? { "zh-CN": draft.noticeZh.trim(), en: draft.noticeEn.trim() } : null,
    passwordMinLength: Number(draft.passwordMinLength),
    sessionIdleH: Number(draft.sessionIdleH),
    requireTotpFor: draft.requireTotpFor,
    commandSites: Number(draft.commandSites),
    auditRetentionDays: Number(draft.auditRetentionDays),
  };
  const fields = Object.keys(wanted) as (keyof PlatformSettings)[];
  const changed = fields.filter((field) => JSON.stringify(wanted[field]) !== JSON.stringify(read[field]));
  return changed.length === 0 ? null : Object.fromEntries(changed.map((field) => [field, wanted[field]]));
}
