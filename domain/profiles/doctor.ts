import { mapPoints } from "../telemetry/make-snapshot.ts";
import type { Snapshot } from "../telemetry/snapshot.ts";
import { type CompiledProfile, compileProfile, type MappedReply } from "./compile-profile.ts";
import { readingChecks } from "./doctor-checks.ts";
import { plausibilityChecks } from "./doctor-physics.ts";
import type { Remark } from "./doctor-remark.ts";
import { findCompiledProfile, PROFILES } from "./index.ts";
import type { Profile } from "./profile.ts";

/** What a profile makes of pasted replies: a snapshot without a site, and a verdict per check. */
export type Examination = {
  readonly snapshot: Pick<Snapshot, "collectedAt" | "profile" | "values" | "quality" | "faults" | "unmapped">;
  readonly remarks: readonly Remark[];
};

/** How well one profile fits: its own points that got a value, out of those it expects. */
export type ProfileFit = {
  readonly id: string;
  readonly matchesFingerprint: boolean;
  readonly isGoodReply: boolean;
  readonly filled: number;
  readonly expected: number;
  readonly unmapped: number;
};

/**
 * Maps replies and judges the result: is it the right profile, is every core point there, does anything lie out of
 * range (and which power of ten would fit), do heat balance, temperatures, pressures and hashrate agree with physics.
 *
 * @param replies parsed JSON by request name
 * @param collectedAt ISO time at which they were taken, for `clock_skew_s`
 */
export function examineReplies(
  compiled: CompiledProfile,
  replies: Readonly<Record<string, unknown>>,
  { collectedAt }: { readonly collectedAt: string },
): Examination {
  const { profile, tag } = compiled;
  const mapped = mapPoints(compiled, replies, { collectedAt, minersExpected: null });
  const unlimited = withoutLimits(profile).map(replies).values;
  const { values, quality, faults, unmapped } = mapped;
  return {
    snapshot: { collectedAt, profile: tag, values, quality, faults, unmapped },
    remarks: [...readingChecks(compiled, replies, mapped, unlimited), ...plausibilityChecks(mapped)],
  };
}

/**
 * All shipped profiles for these replies, best fit first: fingerprint, then good replies, then share of points filled.
 *
 * @param json replies by request name, or one pasted body
 */
export function rankProfiles(json: unknown): ProfileFit[] {
  const fits = PROFILES.map((profile) =>
    fitOf(findCompiledProfile(profile.id) ?? compileProfile(profile), repliesFromPaste(profile, json)),
  );
  return fits.sort((a, b) => scoreOf(b) - scoreOf(a) || a.unmapped - b.unmapped);
}

/**
 * A pasted body as replies by request name: taken as it is when its keys name requests of the profile, else by its own
 * `method` field, else as the answer to the profile's only (or first) request.
 */
export function repliesFromPaste({ requests }: Profile, json: unknown): Record<string, unknown> {
  const names = requests.map(({ name }) => name);
  if (typeof json === "object" && json !== null) {
    if (names.some((name) => Object.hasOwn(json, name))) return { ...json };
    const method = "method" in json ? json.method : undefined;
    if (typeof method === "string" && names.includes(method)) return { [method]: json };
  }
  return { [names[0] ?? "reply"]: json };
}

const compiledWithoutLimits = new WeakMap<Profile, CompiledProfile>();

function withoutLimits(profile: Profile): CompiledProfile {
  const compiled = compiledWithoutLimits.get(profile) ?? compileProfile(profile, { ignoresLimits: true });
  compiledWithoutLimits.set(profile, compiled);
  return compiled;
}

/** How well one profile fits these replies. */
export function fitOf(compiled: CompiledProfile, replies: Readonly<Record<string, unknown>>): ProfileFit {
  const { profile } = compiled;
  const mapped = compiled.map(replies);
  const required = profile.requests.filter((request) => request.required);
  return {
    id: profile.id,
    matchesFingerprint: mapped.matchesFingerprint,
    isGoodReply: required.every(({ name }) => compiled.judge(name, replies[name]) === null),
    ...filledOf(profile, mapped),
    unmapped: mapped.unmapped.length,
  };
}

function filledOf({ map }: Profile, { values }: MappedReply): { filled: number; expected: number } {
  const expected = Object.entries(map).filter(([, { optional }]) => !optional);
  const filled = expected.filter(([point]) => (values as Record<string, unknown>)[point] !== null);
  return { filled: filled.length, expected: expected.length };
}

/** The higher the better: fingerprint before good reply before share of points. */
export function scoreOf({ matchesFingerprint, isGoodReply, filled, expected }: ProfileFit): number {
  return (matchesFingerprint ? 4 : 0) + (isGoodReply ? 2 : 0) + filled / Math.max(expected, 1);
}
