import type { FailureCause } from "../collection/failure-cause.ts";
import { pointerTokens, resolveTokens } from "../profiles/json-pointer.ts";
import type { ProfileCommand } from "../profiles/profile.ts";
import { judgeAnswer } from "./request-of.ts";

/** How the one HTTP call of a command went. */
export type CallResult =
  | { readonly isAnswered: true; readonly json: unknown; readonly latencyMs: number }
  | {
      readonly isAnswered: false;
      /** `too_late`: its time was over when the connection stood, so nothing was written. */
      readonly cause: FailureCause | "too_late";
      /** HTTP status, where one came. */
      readonly status: number | null;
      /** False: it is certain that no byte of the request has left this machine. */
      readonly mayHaveLeft: boolean;
    };

/** What the call makes of a sent command. */
export type CallOutcome = {
  readonly state: "accepted" | "failed" | "unknown";
  /** Null where the state says it all. */
  readonly reason: "refused" | "not-sent" | "no-answer" | "unclear-answer" | null;
  readonly evidence: Readonly<Record<string, unknown>>;
};

/** Kept of what a controller said in the place of a yes. */
const SAID_CHARS = 200;

/**
 * `failed` only where the controller said no, or no byte can have left; a lost, broken or unclear answer leaves it `unknown`
 * whether the plant acts [storage 12].
 */
export function outcomeOfCall(vendor: Pick<ProfileCommand, "accepted">, result: CallResult): CallOutcome {
  if (!result.isAnswered) {
    const { cause, status, mayHaveLeft } = result;
    const evidence = { cause, status };
    return mayHaveLeft
      ? { state: "unknown", reason: "no-answer", evidence }
      : { state: "failed", reason: "not-sent", evidence };
  }
  const evidence = { said: saidIn(vendor, result.json), latency_ms: Math.round(result.latencyMs) };
  switch (judgeAnswer(vendor, result.json)) {
    case "accepted":
      return { state: "accepted", reason: null, evidence };
    case "refused":
      return { state: "failed", reason: "refused", evidence };
    case "unclear":
      return { state: "unknown", reason: "unclear-answer", evidence };
  }
}

/** Only the place that was judged: what else a controller says may hold its address. */
function saidIn({ accepted }: Pick<ProfileCommand, "accepted">, json: unknown): string | number | boolean | null {
  const said = resolveTokens(json, pointerTokens(accepted.pointer));
  if (typeof said === "string") return said.slice(0, SAID_CHARS).toWellFormed();
  return typeof said === "number" || typeof said === "boolean" ? said : null;
}
