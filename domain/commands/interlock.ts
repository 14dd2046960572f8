import type { Role } from "../access/session-user.ts";
import type { PointReading } from "../alarms/expression/point-reading.ts";
import { trustedNumber, trustedValue } from "../alarms/trusted-reading.ts";
import type { PointName } from "../points/catalogue.ts";
import type { CommandArgs, CommandFinding } from "./command.ts";
import type { CommandSite, RecentCommand } from "./command-site.ts";
import type { CommandText } from "./command-text.ts";

/** Limits of a kind that are judged like an interlock. */
export type CommandLimits = {
  readonly lowestRole: Role;
  /** It makes the plant safer, and is sent while the site is in an emergency stop, too. */
  readonly isForEmergency: boolean;
  /** Beyond this range of a number the command needs a higher role. */
  readonly higherRole: {
    readonly argument: string;
    readonly from: number;
    readonly to: number;
    readonly lowestRole: Role;
  } | null;
  /** It can cause an outage, or an alarm of the highest priority. */
  readonly needsReason: boolean;
  /** Least time between two of this kind at one site, s. */
  readonly leastGapS: number | null;
  /** So many of this kind at one site within so many seconds. */
  readonly mostOften: { readonly count: number; readonly perS: number } | null;
  /** So far at most from what the point reads now, in its unit. */
  readonly mostChange: { readonly argument: string; readonly point: PointName; readonly by: number } | null;
};

/** Everything an interlock may look at. */
export type InterlockContext = {
  readonly nowMs: number;
  readonly kind: string;
  readonly limits: CommandLimits;
  /** Checked arguments. */
  readonly args: CommandArgs;
  readonly role: Role;
  readonly reason: string | null;
  readonly site: CommandSite;
  /** Trusted readings of at most 15 s; null = there are none, and nothing about the plant can be verified. */
  readonly reading: PointReading | null;
  /** Age of the newest snapshot, s; null = there is none. */
  readonly ageS: number | null;
  /** Earlier commands of the site, without the one that is judged. */
  readonly recent: readonly RecentCommand[];
};

export type Judgement = Pick<CommandFinding, "values" | "limit"> & {
  readonly result: Exclude<CommandFinding["result"], "overridden">;
};

/** One condition that a command has to meet. What is not known is never met. */
export type Interlock = {
  /** Stays the same for ever: it stands in the ledger and in the audit trail. */
  readonly id: string;
  /** What has to be so. */
  readonly title: CommandText;
  /** Why it refuses; `{name}` is a value of the finding, `{limit}` its limit. */
  readonly refused: CommandText;
  /** Why it cannot be verified; absent: the readings that it lacks are named. */
  readonly unverified?: CommandText;
  /** @returns null where it has nothing to say about this command, such as about switching something off */
  judge(context: InterlockContext): Judgement | null;
};

/** To switch something off is not held back by what would forbid to switch it on. */
export function switchesOff(args: CommandArgs): boolean {
  return args["running"] === false || args["on"] === false || args["mode"] === "off" || args["frequency_hz"] === 0;
}

type Values = CommandFinding["values"];

/** @param isMet null = cannot be told */
export function judged(isMet: boolean | null, values: Values, limit: number | null = null): Judgement {
  if (isMet === null) return { result: "cannot_verify", values, limit };
  return { result: isMet ? "met" : "refused", values, limit };
}

/** The trusted number of a point; null where there is none. */
export function numberIn(reading: PointReading | null, point: PointName): number | null {
  return reading === null ? null : trustedNumber(reading, point);
}

/** The trusted yes or no of a point; null where there is none. */
export function flagIn(reading: PointReading | null, point: PointName): boolean | null {
  const value = reading === null ? null : trustedValue(reading, point);
  return typeof value === "boolean" ? value : null;
}

/** @param limit null = not known, so that nothing can be told */
export function judgeNumber(
  reading: PointReading | null,
  point: PointName,
  limit: number | null,
  isMet: (value: number, limit: number) => boolean,
): Judgement {
  const value = numberIn(reading, point);
  return judged(value === null || limit === null ? null : isMet(value, limit), { [point]: value }, limit);
}

/** Met where the point reads `wanted`. */
export function judgeFlag(reading: PointReading | null, point: PointName, wanted: boolean): Judgement {
  const value = flagIn(reading, point);
  return judged(value === null ? null : value === wanted, { [point]: value });
}

/** All of them at once: refused by any is refused, and all values stand beside it. */
export function judgeAll(first: Judgement, ...others: readonly Judgement[]): Judgement {
  const all = [first, ...others];
  const worst =
    all.find(({ result }) => result === "refused") ?? all.find(({ result }) => result === "cannot_verify") ?? first;
  return { ...worst, values: Object.assign({}, ...all.map(({ values }) => values)) };
}
