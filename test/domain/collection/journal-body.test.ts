import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../domain/errors.ts";
import { packJournalBody, unpackJournalBody } from "../../../domain/telemetry/journal-body.ts";

const KEY = { siteId: "site-001", slot: "2026-01-01T00:00:00.000Z", profile: "bitmain-antbox-hk3@1" };
const FACTS = {
  collectedAt: "2026-01-01T00:00:00.084Z",
  attempts: 2,
  latencyMs: 84.5,
  isLate: true,
  failedRequests: {},
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("journal body", () => {
  test("law: what was packed is read back, whatever the bodies say", () => {
    const bodies = fc.dictionary(fc.stringMatching(/^[a-zA-Z]{1,12}$/), fc.jsonValue(), { maxKeys: 4 });
    fc.assert(
      fc.property(bodies, (replies) => {
        const raw = new Map(Object.entries(replies).map(([name, json]) => [name, JSON.stringify(json)]));
        const reply = unpackJournalBody({ ...KEY, body: packJournalBody(FACTS, raw) });
        expect(reply).toEqual({ ...KEY, ...FACTS, replies: JSON.parse(JSON.stringify(replies)) });
      }),
    );
  });

  test("keeps the raw text: numbers beyond a double, duplicate keys and Chinese survive byte by byte", () => {
    const text = '{"名":"站点","a":1e999,"a":0.10}';
    const body = packJournalBody(FACTS, new Map([["status", text]]));
    expect(new TextDecoder().decode(body).endsWith(`\n${text}`)).toBe(true);
  });

  test("remembers which optional requests failed", () => {
    const facts = { ...FACTS, failedRequests: { minerInfo: "http_status" as const } };
    expect(unpackJournalBody({ ...KEY, body: packJournalBody(facts, new Map()) }).failedRequests).toEqual({
      minerInfo: "http_status",
    });
  });

  const good = packJournalBody(FACTS, new Map([["status", '{"ok":true}']]));
  test.for([
    { name: "empty", body: new Uint8Array() },
    { name: "without a header line", body: bytes('{"v":1}') },
    { name: "cut", body: good.subarray(0, good.length - 3) },
    { name: "with bytes behind it", body: new Uint8Array([...good, 32]) },
    { name: "of another version", body: bytes('{"v":2}\n') },
    { name: "not UTF-8", body: new Uint8Array([...good.subarray(0, good.length - 2), 0xff, 125]) },
  ])("damaged: $name → one error that names site and slot", ({ body }) => {
    expect(() => unpackJournalBody({ ...KEY, body })).toThrow(AppError);
    expect(() => unpackJournalBody({ ...KEY, body })).toThrow("site-001 for 2026-01-01T00:00:00.000Z is damaged");
  });
});
