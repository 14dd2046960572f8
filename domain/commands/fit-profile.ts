import type { PointName } from "../points/catalogue.ts";
import type { Profile, ProfileCommand } from "../profiles/profile.ts";
import { derivableFrom } from "../telemetry/derived-points.ts";
import type { CommandArgument, CommandKind } from "./command-kind.ts";
import type { EffectStage } from "./effect-stage.ts";
import { COMMAND_KINDS, findCommandKind } from "./kinds/index.ts";

/**
 * Why a kind cannot be used at sites of a profile: the profile names no call for it; the call's arguments are not those of
 * the kind; or the controller reports nothing in which the effect could be seen.
 */
export type UnusableBecause = "no-such-kind" | "no-vendor-call" | "arguments-differ" | "no-read-back";

export type FittedKind =
  | { readonly kind: CommandKind; readonly vendor: ProfileCommand; readonly unusable: null }
  | { readonly kind: CommandKind | null; readonly vendor: null; readonly unusable: UnusableBecause };

/** The kind together with the profile's call of it, or why there is none. */
export function fitKind(kindName: string, profile: Profile): FittedKind {
  const kind = findCommandKind(kindName);
  if (kind === undefined) return { kind: null, vendor: null, unusable: "no-such-kind" };
  const vendor = callOf(profile, kindName) ?? (kind.callsAs === null ? undefined : callOf(profile, kind.callsAs));
  if (vendor === undefined) return { kind, vendor: null, unusable: "no-vendor-call" };
  if (!argumentsFit(kind, vendor)) return { kind, vendor: null, unusable: "arguments-differ" };
  if (stagesFor(kind, profile).length === 0) return { kind, vendor: null, unusable: "no-read-back" };
  return { kind, vendor, unusable: null };
}

function callOf({ commands }: Profile, kindName: string): ProfileCommand | undefined {
  return Object.hasOwn(commands, kindName) ? commands[kindName] : undefined;
}

/** Every kind, and whether it can be used: what a screen lists, the unusable ones with the reason. */
export function fitAllKinds(profile: Profile): Readonly<Record<string, FittedKind>> {
  return Object.fromEntries(Object.keys(COMMAND_KINDS).map((name) => [name, fitKind(name, profile)]));
}

/** The stages of an effect that the controllers of a profile report, so that they can be seen at all. */
export function stagesFor(kind: CommandKind, profile: Pick<Profile, "map" | "faults">): readonly EffectStage[] {
  const mapped = Object.keys(profile.map) as PointName[];
  const derived = derivableFrom(mapped).map(({ point }) => point);
  const reported = new Set<string>([...mapped, ...derived]);
  if (Object.keys(profile.faults).length > 0) reported.add("faults");
  return kind.effect.filter(({ reads }) => reads.some((point) => reported.has(point)));
}

/** Every argument that the call needs is one of the kind and of its type, and none that the kind needs is left out. */
function argumentsFit(kind: CommandKind, vendor: ProfileCommand): boolean {
  const taken = vendor.args ?? {};
  const isKnown = Object.entries(taken).every(([name, limits]) => {
    const argument = Object.hasOwn(kind.args, name) ? kind.args[name] : undefined;
    return argument !== undefined && !argument.isForPlatform && isOfType(argument, "min" in limits);
  });
  const isComplete = Object.entries(kind.args).every(
    ([name, { isOptional, isForPlatform }]) => isOptional || isForPlatform || Object.hasOwn(taken, name),
  );
  return isKnown && isComplete;
}

function isOfType({ type }: CommandArgument, isNumber: boolean): boolean {
  return (type === "number") === isNumber;
}
