import { expect, test } from "vitest";
import { type CallResult, outcomeOfCall } from "../../../domain/commands/call-outcome.ts";

const VENDOR = { accepted: { pointer: "/ok", equals: true } };
const answered = (json: unknown): CallResult => ({ isAnswered: true, json, latencyMs: 12.4 });
const lost = (mayHaveLeft: boolean, status: number | null = null): CallResult => ({
  isAnswered: false,
  cause: status === null ? "reset" : "http_status",
  status,
  mayHaveLeft,
});

test.for([
  { name: "yes", result: answered({ ok: true }), state: "accepted", reason: null },
  { name: "no", result: answered({ ok: false }), state: "failed", reason: "refused" },
  { name: "something else", result: answered({ okay: 1 }), state: "unknown", reason: "unclear-answer" },
  { name: "nothing, after a byte may have left", result: lost(true), state: "unknown", reason: "no-answer" },
  { name: "an error status", result: lost(true, 500), state: "unknown", reason: "no-answer" },
  { name: "nothing, and no byte has left", result: lost(false), state: "failed", reason: "not-sent" },
])("$name makes it $state", ({ result, state, reason }) => {
  expect(outcomeOfCall(VENDOR, result)).toMatchObject({ state, reason });
});

test("of an answer only the judged place is kept, and little of it", () => {
  const { evidence } = outcomeOfCall(VENDOR, answered({ ok: "x".repeat(500), host: "10.1.2.3" }));
  expect(evidence).toEqual({ said: "x".repeat(200), latency_ms: 12 });
  expect(outcomeOfCall(VENDOR, answered({ ok: { host: "10.1.2.3" } })).evidence["said"]).toBeNull();
});
