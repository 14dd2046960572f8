import type { FailureCause } from "../collection/failure-cause.ts";
import type { CompiledProfile } from "./compile-profile.ts";
import { fitOf, type ProfileFit, scoreOf } from "./doctor.ts";

type Text = { readonly "zh-CN": string; readonly en: string };

/** What came of one request: the parsed JSON, or why there is none. */
export type Asked = { readonly json: unknown } | { readonly cause: FailureCause };

/** How well a profile fits what a controller answered, and why. */
export type JudgedFit = ProfileFit & {
  readonly label: Text;
  /** Requests of the profile that got no reply. */
  readonly failedRequests: Readonly<Record<string, FailureCause>>;
  readonly reasons: readonly Text[];
};

/**
 * Profiles for the answers of one controller, best fit first.
 *
 * @param asked what came of a request, by method and path; undefined = it was not asked
 */
export function fitProfiles(
  profiles: readonly CompiledProfile[],
  asked: (method: string, path: string) => Asked | undefined,
): JudgedFit[] {
  const fits = profiles.map((compiled) => judge(compiled, asked));
  return fits.sort((a, b) => scoreOf(b) - scoreOf(a) || a.unmapped - b.unmapped);
}

/** The replies of a controller by request name of one profile. */
export function repliesFor(
  { profile }: CompiledProfile,
  asked: (method: string, path: string) => Asked | undefined,
): Record<string, unknown> {
  const replies: Record<string, unknown> = {};
  for (const { name, method, path } of profile.requests) {
    const outcome = asked(method, path);
    if (outcome && "json" in outcome) replies[name] = outcome.json;
  }
  return replies;
}

/** The profile that may be taken; null when none makes a good reply of what came. */
export function bestFit(fits: readonly JudgedFit[]): JudgedFit | null {
  return fits.find(({ isGoodReply, filled }) => isGoodReply && filled > 0) ?? null;
}

function judge(compiled: CompiledProfile, asked: (method: string, path: string) => Asked | undefined): JudgedFit {
  const { label, requests } = compiled.profile;
  const failedRequests: Record<string, FailureCause> = {};
  for (const { name, method, path } of requests) {
    const outcome = asked(method, path);
    if (outcome && "cause" in outcome) failedRequests[name] = outcome.cause;
  }
  const fit = fitOf(compiled, repliesFor(compiled, asked));
  return { ...fit, label, failedRequests, reasons: reasonsFor(fit, failedRequests) };
}

function reasonsFor(fit: ProfileFit, failed: Readonly<Record<string, FailureCause>>): Text[] {
  const { matchesFingerprint, isGoodReply, filled, expected, unmapped } = fit;
  const names = Object.keys(failed).join(", ");
  return [
    matchesFingerprint
      ? text("应答具有该型号的特征字段", "the reply has the marks of this model")
      : text("应答没有该型号的特征字段", "the reply lacks the marks of this model"),
    ...(isGoodReply ? [] : [text("应答不满足该档案的成功条件", "the reply does not meet the profile's conditions")]),
    text(`${expected} 个测点中读到 ${filled} 个`, `${filled} of ${expected} points got a value`),
    ...(unmapped > 0 ? [text(`${unmapped} 个字段档案不认识`, `${unmapped} fields are unknown to it`)] : []),
    ...(names === "" ? [] : [text(`无有效应答的请求：${names}`, `requests without a good answer: ${names}`)]),
  ];
}

function text(zh: string, en: string): Text {
  return { "zh-CN": zh, en };
}
