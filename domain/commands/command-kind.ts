import type { Role } from "../access/session-user.ts";
import type { CommandText } from "./command-text.ts";
import type { EffectStage } from "./effect-stage.ts";
import type { CommandLimits, Interlock } from "./interlock.ts";

type Described = {
  readonly label: CommandText;
  readonly isOptional?: true;
  /** The platform itself needs it; it is no part of the vendor's call. */
  readonly isForPlatform?: true;
};

/** One argument. Numbers have their unit at the end of the name, where there is one. */
export type CommandArgument = Described &
  (
    | {
        readonly type: "number";
        readonly unit: string;
        readonly min: number;
        readonly max: number;
        readonly step: number;
        /** Allowed beside the range, such as 0 for "off". */
        readonly also?: readonly number[];
      }
    | { readonly type: "word"; readonly words: Readonly<Record<string, CommandText>> }
    | { readonly type: "flag" }
  );

/** Who may override an interlock as an emergency, with a reason. */
export type OverrideRule = {
  readonly lowestRole: Role;
  /** False: only where it cannot be verified, as at a controller without that sensor; never against what was measured. */
  readonly evenIfRefused: boolean;
};

/** One kind of command as data: what it takes, what has to be so before it is sent, and what has to follow from it. */
export type CommandKind = CommandLimits & {
  readonly title: CommandText;
  /** What it will do. */
  readonly does: CommandText;
  /** What somebody on site should see to. */
  readonly onSite: CommandText;
  readonly args: Readonly<Record<string, CommandArgument>>;
  readonly needsSecondPerson: boolean;
  readonly interlocks: readonly Interlock[];
  /** By id of the interlock; what does not stand here cannot be overridden by anybody. */
  readonly overrides: Readonly<Record<string, OverrideRule>>;
  /** What shows that it took effect: every stage that the controller reports. */
  readonly effect: readonly EffectStage[];
  /** Not sent later than so many seconds after the request: a late start or stop is worse than none [J]. */
  readonly expiresInS: number;
  /** 1 = one site after the other, by a person; more = also several at once, as many as the settings allow. */
  readonly mostSites: number;
  /** The kind whose call in a profile does it, where it has none of its own; null = its own only. */
  readonly callsAs: string | null;
  /** A sequence orders it when its time has come; null = a person does. */
  readonly sequence: "emergency-stop" | null;
};

/** Default expiry [J]. */
const EXPIRES_IN_S = 60;

type Optional =
  | "args"
  | "higherRole"
  | "isForEmergency"
  | "needsReason"
  | "needsSecondPerson"
  | "leastGapS"
  | "mostOften"
  | "mostChange"
  | "overrides"
  | "expiresInS"
  | "mostSites"
  | "callsAs"
  | "sequence";

/** Fills in what most kinds have: no arguments, one person, no reason, one site at a time, nothing to be overridden. */
export function defineCommandKind(
  kind: Omit<CommandKind, Optional> & Partial<Pick<CommandKind, Optional>>,
): CommandKind {
  return {
    args: {},
    higherRole: null,
    isForEmergency: false,
    needsReason: false,
    needsSecondPerson: false,
    leastGapS: null,
    mostOften: null,
    mostChange: null,
    overrides: {},
    expiresInS: EXPIRES_IN_S,
    mostSites: 1,
    callsAs: null,
    sequence: null,
    ...kind,
  };
}
