import type { PointName } from "../points/catalogue.ts";

/** `not_checked`: what the check needs is not there, or is doubtful. */
export type RemarkVerdict = "pass" | "fail" | "not_checked";

export const DOCTOR_CHECKS = [
  "reply",
  "fingerprint",
  "core_points",
  "types",
  "fault_bits",
  "range",
  "unmapped",
  "heat_balance",
  "supply_below_return",
  "pressure_order",
  "hashrate_per_miner",
  "efficiency",
] as const;
export type DoctorCheck = (typeof DOCTOR_CHECKS)[number];

/** One check of the profile doctor and what it found, as a sentence in both languages. */
export type Remark = {
  readonly check: DoctorCheck;
  readonly verdict: RemarkVerdict;
  /** The points it is about. */
  readonly points: readonly PointName[];
  readonly texts: { readonly "zh-CN": string; readonly en: string };
};

export function remark(
  check: DoctorCheck,
  verdict: RemarkVerdict | boolean,
  zh: string,
  en: string,
  points: readonly PointName[] = [],
): Remark {
  const judged = typeof verdict === "boolean" ? (verdict ? "pass" : "fail") : verdict;
  return { check, verdict: judged, points, texts: { "zh-CN": zh, en } };
}

/** A number for a sentence: at most two decimals. */
export function shown(value: number): string {
  return String(Math.round(value * 100) / 100);
}
