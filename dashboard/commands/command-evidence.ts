import { isDoubtful, type QualityMark } from "../../domain/telemetry/quality.ts";
import type { PointValue } from "../../domain/telemetry/snapshot.ts";
import type { CommandEventItem, KindItem } from "./command-text.ts";

type Values = Readonly<Record<string, PointValue>>;
export type StageProof = {
  readonly id: string;
  readonly outcome: "seen" | "not_yet" | "contradicted" | "unread";
  readonly atS: number | null;
};
export type StoredFinding = {
  readonly id: string;
  readonly result: "met" | "refused" | "cannot_verify" | "overridden";
  readonly values: Values;
  readonly limit: number | null;
};

/** What the ledger has kept of one command, for people. */
export type Proof = {
  readonly rows: readonly { readonly point: string; readonly before: PointValue; readonly after: PointValue }[];
  readonly stages: readonly StageProof[];
  /** What was against it, or overridden. */
  readonly findings: readonly StoredFinding[];
  readonly notes: readonly { readonly by: string; readonly note: string }[];
  /** What the controller has said, and how long it took; `cause`: why there is no answer. Null = it was not asked. */
  readonly answer: { readonly said: string; readonly latencyMs: number | null } | { readonly cause: string } | null;
};

const OUTCOMES: readonly unknown[] = ["seen", "not_yet", "contradicted", "unread"];

/**
 * Reads the evidence of all events. It comes from several versions and several writers: what is not as expected is left
 * out, never a reason to show nothing.
 */
export function proofOf(events: readonly CommandEventItem[], kind: KindItem | undefined): Proof {
  const sent = events.find(({ state }) => state === "sent")?.evidence ?? {};
  const before = trustedIn(recordIn(sent["before"]));
  const staged = events.findLast(({ evidence }) => Array.isArray(evidence?.["stages"]))?.evidence?.["stages"];
  const stages = arrayOf(staged).map(recordIn);
  const after: Values = Object.assign({}, ...stages.map((stage) => valuesIn(stage["values"])));
  const wanted = (kind?.effect ?? []).flatMap(({ reads }) => reads).filter((name) => name !== "faults");
  const points = [...new Set([...wanted, ...Object.keys(after)])];
  return {
    rows: points
      .map((point) => ({ point, before: before[point] ?? null, after: after[point] ?? null }))
      .filter((row) => row.before !== null || row.after !== null),
    stages: stages.flatMap((stage) => {
      const { id, outcome, atS } = stage;
      if (typeof id !== "string" || !OUTCOMES.includes(outcome)) return [];
      return [{ id, outcome: outcome as StageProof["outcome"], atS: typeof atS === "number" ? atS : null }];
    }),
    findings: findingsIn(events),
    notes: events.flatMap(({ by, evidence }) => {
      const note = evidence?.["note"];
      return typeof note === "string" && note !== "" ? [{ by, note }] : [];
    }),
    answer: answerIn(events),
  };
}

/** Of the last event that has any: right before it was sent, or when it was asked for. Only what was not simply met. */
function findingsIn(events: readonly CommandEventItem[]): StoredFinding[] {
  const found = events.findLast(({ evidence }) => Array.isArray(evidence?.["findings"]))?.evidence?.["findings"];
  return arrayOf(found)
    .map(recordIn)
    .flatMap(({ id, result, values, limit }) => {
      if (typeof id !== "string" || (result !== "refused" && result !== "cannot_verify" && result !== "overridden"))
        return [];
      return [{ id, result, values: valuesIn(values), limit: typeof limit === "number" ? limit : null }];
    });
}

function answerIn(events: readonly CommandEventItem[]): Proof["answer"] {
  const heard = events.findLast(({ evidence }) => evidence !== null && ("said" in evidence || "cause" in evidence));
  const { said, cause, latency_ms: latencyMs } = heard?.evidence ?? {};
  if (typeof cause === "string") return { cause };
  if (heard === undefined) return null;
  return { said: JSON.stringify(said ?? null), latencyMs: typeof latencyMs === "number" ? latencyMs : null };
}

/** Of a snapshot: what is doubtful in it proves nothing. */
function trustedIn({ values, quality }: Record<string, unknown>): Values {
  const marks = recordIn(quality);
  return Object.fromEntries(
    Object.entries(valuesIn(values)).filter(([name]) => !isDoubtful(marks[name] as QualityMark | undefined)),
  );
}

function recordIn(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function valuesIn(value: unknown): Values {
  const entries = Object.entries(recordIn(value)).filter(
    ([, one]) => one === null || typeof one === "number" || typeof one === "boolean" || typeof one === "string",
  );
  return Object.fromEntries(entries) as Values;
}
