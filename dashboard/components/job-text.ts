import type { JobProgress, JobRun, JobState } from "../../domain/jobs/job.ts";
import { formatNumber, NO_VALUE } from "../composables/format.ts";
import type { Translate } from "../composables/use-text.ts";
import { en, type TextKey } from "../locales/en.ts";

export type ShownOutcome = "ok" | "failed" | "interrupted" | "running" | "none";

const isText = (key: string): key is TextKey => Object.hasOwn(en, key);
const twoDigits = (n: number): string => String(n).padStart(2, "0");

/** What the newest run says of the job as a whole. */
export function outcomeOf(job: JobState): ShownOutcome {
  if (job.isRunning) return "running";
  const newest = job.lastRuns[0];
  return newest === undefined ? "none" : (newest.outcome ?? "interrupted");
}

/** A run that has no outcome, and is not the one that runs, was cut off and not closed yet. */
export function runOutcome(run: JobRun, job: JobState): ShownOutcome {
  return run.outcome ?? (job.isRunning && run.id === job.lastRuns[0]?.id ? "running" : "interrupted");
}

export function scheduleText({ schedule }: JobState, timeZone: string, t: Translate): string {
  if (schedule.every === "minute") return t("jobs.every-minute");
  if (schedule.every === "hour") return t("jobs.every-hour", { minute: schedule.minute });
  const time = `${twoDigits(schedule.hour)}:${twoDigits(schedule.minute)}`;
  return t("jobs.every-day", { time, zone: timeZone });
}

/** Counts and words that a run leaves, such as `12 buckets · 1,800 rows`; what is zero is not worth a word. */
export function detailText(run: JobRun | undefined, locale: string, t: Translate): string {
  if (!run?.detail) return NO_VALUE;
  const parts = Object.entries(run.detail).flatMap(([key, value]) => {
    if (value === null || value === false || value === 0) return [];
    if (key === "bytes" && typeof value === "number") return [`${formatNumber(value / 1e6, 1, locale)} MB`];
    const name = isText(`jobs.detail.${key}`) ? t(`jobs.detail.${key}` as TextKey) : key;
    if (value === true) return [name];
    return [typeof value === "number" ? `${formatNumber(value, 0, locale)} ${name}` : value];
  });
  return parts.length === 0 ? t("jobs.nothing") : parts.join(" · ");
}

export function progressText(progress: JobProgress | null | undefined, locale: string, t: Translate): string | null {
  if (!progress) return null;
  const done = formatNumber(progress.done, 0, locale);
  if (progress.total === null) return t("jobs.progress", { done });
  return t("jobs.progress-of", { done, total: formatNumber(progress.total, 0, locale) });
}

export function triggerText({ trigger, requestedBy }: JobRun, t: Translate): string {
  return t(`jobs.trigger.${trigger}`, { name: requestedBy ?? NO_VALUE });
}
