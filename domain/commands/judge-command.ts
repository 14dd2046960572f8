import type { Role } from "../access/session-user.ts";
import { trustedReading } from "../alarms/expression/point-reading.ts";
import type { Snapshot } from "../telemetry/snapshot.ts";
import type { CommandArgs, CommandFinding } from "./command.ts";
import type { CommandKind } from "./command-kind.ts";
import type { CommandSite, RecentCommand } from "./command-site.ts";
import { ageOf, isFresh } from "./freshness.ts";
import type { InterlockContext } from "./interlock.ts";
import { COMMON_INTERLOCKS } from "./interlocks/index.ts";
import { findCommandKind } from "./kinds/index.ts";
import { isAtLeast } from "./role-rank.ts";

/** Limits of kinds look back for a day at most: so far the earlier commands are needed, s. */
export const RECENT_S = 86_400;

/** What is judged: the command, who gives it, and the plant as it is known now. */
export type JudgedCommand = {
  /** The word of the kind; one that there is none of is refused. */
  readonly kind: string;
  /** Arguments that `checkArgs` has passed. */
  readonly args: CommandArgs;
  /** Its own id once it has one, so that it does not count as an earlier one of its kind. */
  readonly id: string | null;
  /** Of the person who asked for it, as it is now. */
  readonly role: Role;
  readonly reason: string | null;
  /** Ids of interlocks to be overridden as an emergency. */
  readonly overrides: readonly string[];
  /** The newest snapshot of the site; null = there is none. */
  readonly snapshot: Snapshot | null;
  readonly site: CommandSite;
  /** Of the last `RECENT_S`. */
  readonly recent: readonly RecentCommand[];
  readonly nowMs: number;
};

/** `cannot_verify` is as good as refused; `refused` is what stands after a fresh poll, too. */
export type CommandVerdict = "allowed" | "refused" | "cannot_verify";

export type CommandJudgement = {
  readonly verdict: CommandVerdict;
  /** Everything that was judged, in a fixed order; the same facts give the same findings. */
  readonly findings: readonly CommandFinding[];
  /** There are no readings of at most 15 s: poll the site and judge again. */
  readonly needsFreshData: boolean;
  /** Overrides that were asked for and do not count. */
  readonly deniedOverrides: readonly { readonly id: string; readonly why: OverrideDenial }[];
};

export type OverrideDenial = "unknown-interlock" | "not-overridable" | "role" | "no-reason" | "measured";

const NO_KIND: CommandFinding = { id: "kind", result: "refused", values: { kind_known: false }, limit: null };

/**
 * Judges a command by everything that may forbid it. To be asked at request, at approval and right before it is sent: each
 * time anew, because the plant moves. Only trusted readings count, and what is absent, doubtful or older than 15 s is never
 * taken as good.
 */
export function judgeCommand(asked: JudgedCommand): CommandJudgement {
  const kind = findCommandKind(asked.kind);
  if (kind === undefined) {
    return { verdict: "refused", findings: [NO_KIND], needsFreshData: false, deniedOverrides: [] };
  }
  const context = contextOf(asked, kind);
  const judged = [...COMMON_INTERLOCKS, ...kind.interlocks].flatMap((interlock) => {
    const judgement = interlock.judge(context);
    return judgement === null ? [] : [{ id: interlock.id, ...judgement }];
  });
  const denials = new Map(asked.overrides.map((id) => [id, denialOf(id, judged, kind, asked)]));
  const findings = judged.map((finding): CommandFinding => {
    const isOverridden = finding.result !== "met" && denials.get(finding.id) === null;
    return isOverridden ? { ...finding, result: "overridden" } : finding;
  });
  return {
    verdict: verdictOf(findings),
    findings,
    needsFreshData: context.reading === null,
    deniedOverrides: [...denials].flatMap(([id, why]) => (why === null ? [] : [{ id, why }])),
  };
}

function verdictOf(findings: readonly CommandFinding[]): CommandVerdict {
  if (findings.some(({ result }) => result === "refused")) return "refused";
  return findings.some(({ result }) => result === "cannot_verify") ? "cannot_verify" : "allowed";
}

function contextOf(asked: JudgedCommand, kind: CommandKind): InterlockContext {
  const { nowMs, args, role, reason, site, id } = asked;
  const snapshot = asked.snapshot?.siteId === site.siteId ? asked.snapshot : null;
  const recent = asked.recent.filter((other) => other.id !== id);
  return {
    nowMs,
    kind: asked.kind,
    limits: kind,
    args,
    role,
    reason,
    site,
    recent,
    ageS: snapshot === null ? null : ageOf(snapshot, nowMs),
    reading: snapshot !== null && isFresh(snapshot, nowMs) ? trustedReading(snapshot) : null,
  };
}

/** Why an override does not count; null = it does. */
function denialOf(
  id: string,
  findings: readonly CommandFinding[],
  kind: CommandKind,
  { role, reason }: JudgedCommand,
): OverrideDenial | null {
  const finding = findings.find((each) => each.id === id);
  if (finding === undefined) return "unknown-interlock";
  if (finding.result === "met") return null;
  const rule = Object.hasOwn(kind.overrides, id) ? kind.overrides[id] : undefined;
  if (rule === undefined) return "not-overridable";
  if (!isAtLeast(role, rule.lowestRole)) return "role";
  if (reason === null || reason.trim() === "") return "no-reason";
  return finding.result === "refused" && !rule.evenIfRefused ? "measured" : null;
}
