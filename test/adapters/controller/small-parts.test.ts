import { expect, test } from "vitest";
import { createCapacity } from "../../../adapters/controller/capacity.ts";
import type { CollectorOptions } from "../../../adapters/controller/collector-options.ts";
import { causeOfError } from "../../../adapters/controller/error-cause.ts";
import { createLastReplies } from "../../../adapters/controller/last-replies.ts";
import { openFileLimit } from "../../../adapters/controller/open-file-limit.ts";
import { packJournalBody } from "../../../domain/telemetry/journal-body.ts";
import { createFakeClock } from "../../domain/collection/fake-clock.ts";

const FACTS = {
  collectedAt: "2026-01-01T00:00:00.084Z",
  attempts: 1,
  latencyMs: 84,
  isLate: false,
  failedRequests: {},
};
const entry = (siteId: string, minute: number, json: unknown = {}) => ({
  siteId,
  slot: `2026-01-01T00:0${minute}:00.000Z`,
  profile: "p@1",
  body: packJournalBody(FACTS, new Map([["status", JSON.stringify(json)]])),
});

test("the newest reply of a site is kept; a late one of an earlier slot does not replace it", () => {
  const kept = createLastReplies();
  kept.put(entry("a", 2, { n: 2 }));
  kept.put(entry("a", 1, { n: 1 }));
  expect(kept.get("a")).toMatchObject({ slot: "2026-01-01T00:02:00.000Z", replies: { status: { n: 2 } } });
});

test("beyond the limit the site heard of longest ago is forgotten", () => {
  const bytes = entry("a", 1).body.length;
  const kept = createLastReplies(2.5 * bytes);
  for (const [siteId, minute] of [
    ["a", 1],
    ["b", 1],
    ["a", 2],
    ["c", 1],
  ] as const)
    kept.put(entry(siteId, minute));
  expect(["a", "b", "c"].map((siteId) => kept.get(siteId)?.slot.slice(14, 16))).toEqual(["02", undefined, "01"]);
});

test("too few open files: one line, no kept-alive connections; enough again: kept", () => {
  const lines: object[] = [];
  const log = { info: () => undefined, warn: (facts: object) => void lines.push(facts), error: () => undefined };
  const options = { maxSockets: 1000, pollIntervalS: 60, log } as unknown as CollectorOptions;
  const capacity = createCapacity(options, createFakeClock(0));
  for (const sites of [1000, 1001, 1002]) capacity.fit(sites);
  expect(capacity.keepAlive).toBe(false);
  expect(lines).toMatchObject([{ sites: 1001, sockets: 1000 }]);
  capacity.fit(1000);
  expect(capacity.keepAlive).toBe(true);
});

test("the open-file limit is read from the process", () => {
  expect(openFileLimit()).toBeGreaterThanOrEqual(256);
});

const error = (code: string, message = "") => Object.assign(new Error(message), { code });
test.for([
  { code: "ETIMEDOUT", progress: "connecting" as const, cause: "connect_timeout" },
  { code: "ETIMEDOUT", progress: "reading" as const, cause: "timeout" },
  { code: "EHOSTUNREACH", progress: "connecting" as const, cause: "unreachable" },
  { code: "EAI_AGAIN", progress: "connecting" as const, cause: "dns" },
  { code: "EMFILE", progress: "connecting" as const, cause: "overloaded" },
  { code: "ERR_SSL_WRONG_VERSION_NUMBER", progress: "connecting" as const, cause: "not_http" },
  { code: "CERT_HAS_EXPIRED", progress: "connecting" as const, cause: "unreachable" },
  { code: "EPIPE", progress: "waiting" as const, cause: "reset" },
  { code: "NEVER_HEARD_OF", progress: "waiting" as const, cause: "reset" },
  { code: "NEVER_HEARD_OF", progress: "reading" as const, cause: "truncated" },
])("$code while $progress → $cause", ({ code, progress, cause }) => {
  expect(causeOfError(error(code), progress)).toBe(cause);
});
