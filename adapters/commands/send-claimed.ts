import { setTimeout as sleep } from "node:timers/promises";
import { outcomeOfCall } from "../../domain/commands/call-outcome.ts";
import type { Command } from "../../domain/commands/command.ts";
import type { CommandKind } from "../../domain/commands/command-kind.ts";
import { verifyAfterS } from "../../domain/commands/effect.ts";
import { fitKind } from "../../domain/commands/fit-profile.ts";
import { type CommandJudgement, judgeCommand, RECENT_S } from "../../domain/commands/judge-command.ts";
import { type CommandRequest, requestOf } from "../../domain/commands/request-of.ts";
import type { ProfileCommand } from "../../domain/profiles/profile.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { Evidence } from "./command-rows.ts";
import { freshReading } from "./fresh-reading.ts";
import type { CommandLedger } from "./ledger.ts";
import type { CommandClaim, SendOutcome } from "./send-command.ts";
import type { CallController, CommandClock, CommandedPlant, CommandedSite, CommandFacts } from "./sender-ports.ts";

export type SendParts = {
  readonly ledger: CommandLedger;
  readonly facts: CommandFacts;
  readonly plant: CommandedPlant;
  readonly call: CallController;
  readonly clock: CommandClock;
  /** The leases of sites that this process holds now, with their tokens. */
  readonly leases: () => ReadonlyMap<string, number>;
};

/** The whole call [storage 12]. */
const CALL_MS = 4_000;
/** From the statement that commits `sent` to the begin of the call: a process that was stopped in between is too late [J]. */
const COMMIT_MS = 1_000;
/** The same to the first byte, a connection that is slow to stand included [J]. */
const FIRST_BYTE_MS = 3_000;
/** An answer that cannot be noted now is noted later; by then the ledger calls the command `unknown`, and keeps it as evidence. */
const SETTLE_TRIES = 20;
const SETTLE_PAUSE_MS = 1_000;
/** Polled every 10 s after a command; asked for anew while it is read back. */
const WATCH_S = 60;

/** What is sent, or why nothing is. */
type Prepared =
  | {
      readonly kind: CommandKind;
      readonly vendor: ProfileCommand;
      readonly request: CommandRequest;
      readonly controllerUrl: string;
      readonly before: Snapshot | null;
      readonly judgement: CommandJudgement;
    }
  | { readonly refused: string; readonly evidence: Evidence | null };

/**
 * Judges a claimed command again, commits `sent`, and makes the one call there ever is; then notes what came of it. Whatever
 * fails before the commit ends it unsent or gives it back; after it nothing is ever called again.
 *
 * @returns the command as it is now; null when it is in other hands
 * @throws {Error} while the database is away: what was not sent goes back to the queue by itself, what was becomes `unknown`
 */
export async function sendClaimed(claim: CommandClaim, parts: SendParts): Promise<Command | null> {
  const { ledger, plant, call, clock } = parts;
  const prepared = await prepare(claim, parts);
  if ("refused" in prepared) {
    // Who has lost the site cannot poll it; whoever has it now can, and judges for itself.
    const isLost = parts.leases().get(claim.lease) !== claim.token;
    if (prepared.refused === "cannot-verify" && isLost) return ledger.release(claim);
    return ledger.settle(claim, { state: "failed", reason: prepared.refused, evidence: prepared.evidence });
  }
  const { kind, vendor, request, controllerUrl, before, judgement } = prepared;
  const issuedMs = clock.monotonicMs();
  const sinceMs = (): number => clock.monotonicMs() - issuedMs;
  const isSent = await markSent(claim, { findings: judgement.findings, before }, ledger);
  if (!isSent) return notSent(claim, ledger, null);
  if (sinceMs() > COMMIT_MS) return notSent(claim, ledger, { late_ms: Math.round(sinceMs()) });
  plant.watch(claim.command.siteId, WATCH_S);
  const result = await call(controllerUrl, request, {
    timeoutMs: CALL_MS,
    mayStart: () => sinceMs() <= FIRST_BYTE_MS,
  });
  const { state, reason, evidence } = outcomeOfCall(vendor, result);
  const outcome: SendOutcome =
    state === "accepted"
      ? { state, verifyInS: verifyAfterS(kind), evidence }
      : { state, reason: reason ?? state, evidence };
  return settleSurely(claim, outcome, ledger);
}

async function prepare({ command }: CommandClaim, parts: SendParts): Promise<Prepared> {
  const { facts, plant, clock } = parts;
  const known = await facts.siteOf(command.siteId);
  if (known === null) return { refused: "no-site", evidence: null };
  const fitted = fitKind(command.kind, known.profile);
  if (fitted.unusable !== null) return { refused: fitted.unusable, evidence: null };
  const made = requestOf(fitted.kind, fitted.vendor, command.args);
  if (made.problems !== null) return { refused: "bad-arguments", evidence: { problems: made.problems } };
  let before = plant.latest(command.siteId) ?? null;
  let judgement = await judge(command, known, before, parts);
  if (judgement.needsFreshData && judgement.verdict === "cannot_verify") {
    before = await freshReading(plant, command.siteId, clock);
    // The rest of what it is judged by may have changed meanwhile, too.
    judgement = await judge(command, (await facts.siteOf(command.siteId)) ?? known, before, parts);
  }
  if (judgement.verdict !== "allowed") {
    const refused = judgement.verdict === "refused" ? "interlock" : "cannot-verify";
    return { refused, evidence: { findings: judgement.findings } };
  }
  const { kind, vendor } = fitted;
  return { kind, vendor, request: made.request, controllerUrl: known.controllerUrl, before, judgement };
}

async function judge(
  { id, kind, args, reason, overrides, requestedBy }: Command,
  { site }: CommandedSite,
  snapshot: Snapshot | null,
  { ledger, facts, clock }: SendParts,
): Promise<CommandJudgement> {
  const [role, recent] = await Promise.all([facts.roleOf(requestedBy), ledger.recentOf(site.siteId, RECENT_S)]);
  const nowMs = clock.wallMs();
  // Whoever has no account any more has the least of all roles.
  return judgeCommand({
    id,
    kind,
    args,
    reason,
    overrides,
    role: role ?? "viewer",
    snapshot,
    site,
    recent,
    nowMs,
  });
}

/** A statement that failed may have been committed all the same: then no call is made either. */
async function markSent(claim: CommandClaim, evidence: Evidence, ledger: CommandLedger): Promise<boolean> {
  try {
    return await ledger.markSent(claim, evidence);
  } catch {
    return false;
  }
}

/** No call is made. What was committed as `sent` has failed; what was not goes back, to be looked at anew. */
async function notSent(claim: CommandClaim, ledger: CommandLedger, evidence: Evidence | null): Promise<Command | null> {
  const released = await ledger.release(claim);
  return released ?? settleSurely(claim, { state: "failed", reason: "not-sent", evidence }, ledger);
}

async function settleSurely(claim: CommandClaim, outcome: SendOutcome, ledger: CommandLedger): Promise<Command | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ledger.settle(claim, outcome);
    } catch (error) {
      if (tries === SETTLE_TRIES) throw error;
      await sleep(SETTLE_PAUSE_MS);
    }
  }
}
