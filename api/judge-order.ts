import type { CommandedSite } from "../adapters/commands/sender-ports.ts";
import type { Role } from "../domain/access/session-user.ts";
import type { Command, CommandArgs, CommandFinding } from "../domain/commands/command.ts";
import { type SeenState, seenState } from "../domain/commands/confirmation.ts";
import { describeFinding } from "../domain/commands/describe-finding.ts";
import { isFresh } from "../domain/commands/freshness.ts";
import { type CommandJudgement, judgeCommand, RECENT_S } from "../domain/commands/judge-command.ts";
import { AppError } from "../domain/errors.ts";
import type { Snapshot } from "../domain/telemetry/snapshot.ts";
import type { ApiContext } from "./context.ts";
import { type FieldProblem, refuseFields } from "./problem.ts";
import type { Services } from "./route.ts";
import { stored } from "./stored.ts";

/** What is judged, and for whom. */
export type JudgedOrder = {
  readonly siteId: string;
  readonly kind: string;
  readonly args: CommandArgs;
  /** Its own, when it is in the ledger already. */
  readonly id: string | null;
  readonly role: Role;
  readonly reason: string | null;
  readonly overrides: readonly string[];
};

/** What it is judged by, beside the readings. */
type OrderFacts = Pick<CommandedSite, "site" | "profile"> & { readonly recent: readonly Command[] };

/** What the interlocks say to it now, and what they saw. */
export type JudgedNow = {
  readonly judgement: CommandJudgement;
  readonly seen: SeenState;
  readonly snapshot: Snapshot | null;
};

/** Somebody who has selected wants to operate on fresh readings: the site is polled often for as long as they may take. */
const WATCH_S = 90;

/** @throws {AppError} `site.not-found` for one that has gone meanwhile; `storage.unavailable` */
export async function readFacts({ commands }: Pick<ApiContext, "commands">, siteId: string): Promise<OrderFacts> {
  const [known, recent] = await stored(
    Promise.all([commands.facts.siteOf(siteId), commands.ledger.recentOf(siteId, RECENT_S)]),
  );
  if (known === null) throw new AppError("site.not-found", `there is no site "${siteId}"`, { context: { siteId } });
  const { site, profile } = known;
  return { site, profile, recent };
}

/**
 * Judges an order by the readings that there are. Where nothing but their age is against it, the site is polled first.
 *
 * @throws {AppError} `site.not-found`, `storage.unavailable`
 */
export async function judgeOrder(
  { context, clock }: Pick<Services, "context" | "clock">,
  facts: OrderFacts,
  order: JudgedOrder,
): Promise<JudgedNow> {
  const { collector, liveState, commands } = context;
  const judge = (snapshot: Snapshot | null): CommandJudgement =>
    judgeCommand({ ...order, snapshot, site: facts.site, recent: facts.recent, nowMs: clock() });
  const known = liveState.get(order.siteId) ?? null;
  const first = judge(known);
  if (first.verdict !== "refused") collector.watch(order.siteId, WATCH_S);
  if (first.verdict !== "cannot_verify" || !first.needsFreshData) {
    return { judgement: first, seen: seenState(known), snapshot: known };
  }
  // Where other processes collect nothing comes of it: the watched site is polled there within 10 s.
  void commands.pollNow(order.siteId).catch(() => false);
  const snapshot = await freshSnapshot(context, order.siteId, clock, commands.freshWaitMs);
  return { judgement: judge(snapshot), seen: seenState(snapshot), snapshot };
}

/** Waits for readings that count as fresh. @returns the newest ones, however old, when the time is over */
function freshSnapshot(
  { liveState }: Pick<ApiContext, "liveState">,
  siteId: string,
  clock: () => number,
  waitMs: number,
): Promise<Snapshot | null> {
  const known = () => liveState.get(siteId) ?? null;
  const hasCome = () => isFresh(known(), clock());
  if (waitMs <= 0 || hasCome()) return Promise.resolve(known());
  const { promise, resolve } = Promise.withResolvers<Snapshot | null>();
  const end = () => {
    stop();
    clearTimeout(timer);
    resolve(known());
  };
  const stop = liveState.onChange(({ siteIds }) => {
    if (siteIds.includes(siteId) && hasCome()) end();
  });
  const timer = setTimeout(end, waitMs);
  return promise;
}

const isAgainst = ({ result }: CommandFinding) => result === "refused" || result === "cannot_verify";

/** What of the findings the ledger and the audit trail keep: what was against it, or overridden. */
export function notable({ judgement, seen }: JudgedNow): Record<string, unknown> {
  const findings = judgement.findings.filter(({ result }) => result !== "met");
  return { seen, ...(findings.length > 0 ? { findings } : {}) };
}

/** Nothing is against it, and every override that was asked for counts. */
export function isAllowed({ verdict, deniedOverrides }: CommandJudgement): boolean {
  return verdict === "allowed" && deniedOverrides.length === 0;
}

/** @throws {AppError} `command.refused` or `command.cannot-verify`, with the text of each interlock that is against it */
export function requireAllowed(kind: string, judgement: CommandJudgement): void {
  if (isAllowed(judgement)) return;
  const { verdict, findings, deniedOverrides } = judgement;
  const fields = [
    ...findingFields(kind, findings.filter(isAgainst)),
    ...deniedOverrides.map(({ id, why }) => ({ field: "body.overrides", value: id, allowed: OVERRIDE_TEXTS[why] })),
  ];
  const detail = fields.map(({ allowed }) => allowed).join(" ");
  refuseFields(verdict === "cannot_verify" ? "command.cannot-verify" : "command.refused", fields, detail);
}

const OVERRIDE_TEXTS: Readonly<Record<CommandJudgement["deniedOverrides"][number]["why"], string>> = {
  "unknown-interlock": "This kind has no such interlock.",
  "not-overridable": "Nobody can override this interlock.",
  role: "Your role may not override this interlock.",
  "no-reason": "An override needs a reason.",
  measured: "It can be overridden where nothing is measured only, not against what was measured.",
};

/** Findings as the fields of a problem: the values that were seen, and the text in both languages. */
export function findingFields(kind: string, findings: readonly CommandFinding[]): FieldProblem[] {
  return findings.map((finding) => {
    const text = describeFinding(kind, finding);
    const value = Object.entries(finding.values).map(([name, seen]) => `${name}=${String(seen)}`);
    return {
      field: `interlocks.${finding.id}`,
      value: value.join(", "),
      allowed: text.en,
      allowedZh: text["zh-CN"],
    };
  });
}

/** The order of a command that is in the ledger. */
export function orderOf({ siteId, kind, args, id, reason, overrides }: Command, role: Role): JudgedOrder {
  return { siteId, kind, args, id, role, reason, overrides };
}
