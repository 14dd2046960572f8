import fc from "fast-check";
import { expect, test } from "vitest";
import { isPointName } from "../../../domain/points/catalogue.ts";
import { FaultName } from "../../../domain/points/faults.ts";
import { examineReplies } from "../../../domain/profiles/doctor.ts";
import { PROFILES } from "../../../domain/profiles/index.ts";
import { makeSnapshot } from "../../../domain/telemetry/make-snapshot.ts";
import { QualityMark } from "../../../domain/telemetry/quality.ts";
import { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { changed, compiled, healthy, pathsOf } from "./recorded-replies.ts";

const IDS = PROFILES.map(({ id }) => id);
const NASTY = [
  "",
  " ",
  "NaN",
  "1e999",
  "-0",
  "0x",
  "0xffffffffffffffffff",
  "true",
  "null",
  "＋１",
  "٣",
  "\u0000",
  "\ud800",
  ",,,",
  "-100001",
  "35.1 bar",
  "<b>",
  "__proto__",
];

const nastyLeaf = fc.oneof(
  fc.constantFrom<unknown>(...NASTY, 1e308, -1e308, 1e-308, 2 ** 53, -1, 0, null, true, false, [], {}, [[]], [null]),
  fc.jsonValue(),
  fc.double(),
);

/** Up to six leaves or branches of a real reply replaced or deleted. */
function mutationsOf(id: string): fc.Arbitrary<Record<string, unknown>> {
  const replies = healthy(id);
  const change = fc.tuple(fc.constantFrom(...pathsOf(replies)), fc.option(nastyLeaf, { nil: undefined }));
  return fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) =>
    changes.reduce((json, [path, value]) => {
      const parent = path
        .slice(0, -1)
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], json);
      return typeof parent === "object" && parent !== null ? changed(json, path, value) : json;
    }, replies),
  );
}

/** Collects first and expects once: an `expect` per value would cost more than the mapping. */
function expectSound(id: string, replies: Record<string, unknown>): void {
  const { values, quality, faults, unmapped, deviceTimeMs } = compiled(id).map(replies);
  const unsound = Object.entries(values).filter(
    ([point, value]) => !isPointName(point) || !isSound(value, quality[point]),
  );
  expect(unsound).toEqual([]);
  expect(Object.values(quality).filter((mark) => !QualityMark.options.includes(mark))).toEqual([]);
  expect(faults.filter((fault) => !FaultName.options.some((name) => name === fault))).toEqual([]);
  expect(unmapped.length).toBeLessThanOrEqual(100);
  expect(deviceTimeMs === null || Number.isFinite(deviceTimeMs)).toBe(true);
  expect(JSON.stringify({ values, unmapped })).not.toMatch(/\\u0000|\\ud[89a-f]/i);
}

function isSound(value: unknown, mark: QualityMark | undefined): boolean {
  if (value === null) return mark === "missing" || mark === "bad_type" || mark === "out_of_range";
  if (typeof value === "string") return value.length <= 200;
  return typeof value === "boolean" || Number.isFinite(value);
}

function snapshotOf(id: string, replies: Record<string, unknown>): Snapshot {
  const times = { slot: "2025-12-30T10:00:00.000Z", collectedAt: "2025-12-30T10:00:02.000Z" };
  const reply = {
    siteId: "site-001",
    ...times,
    profile: compiled(id).tag,
    attempts: 1,
    latencyMs: 84,
    isLate: false,
    replies,
    failedRequests: {},
  };
  return makeSnapshot(reply, compiled(id), undefined);
}

test.for(IDS)("%s maps any JSON to sound values", (id) => {
  const names = compiled(id).profile.requests.map(({ name }) => name);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names, "other"), fc.jsonValue()), (replies) =>
      expectSound(id, replies),
    ),
    { numRuns: 300 },
  );
});

test.for(IDS)("%s maps any mutation of a real reply to sound values", (id) => {
  fc.assert(
    fc.property(mutationsOf(id), (replies) => expectSound(id, replies)),
    { numRuns: 500 },
  );
});

test.for(IDS)("%s gives a snapshot that keeps the schema, and the doctor an examination, whatever comes", (id) => {
  const tag = { collectedAt: "2025-12-30T10:00:02.000Z" };
  fc.assert(
    fc.property(mutationsOf(id), (replies) => {
      expect(Snapshot.safeParse(snapshotOf(id, replies)).error).toBeUndefined();
      expect(examineReplies(compiled(id), replies, tag).remarks.length).toBeGreaterThan(10);
    }),
    { numRuns: 200 },
  );
});

test.for(IDS)("%s judges any JSON without an exception", (id) => {
  const { judge, profile } = compiled(id);
  const names = profile.requests.map(({ name }) => name);
  fc.assert(
    fc.property(fc.constantFrom(...names, "other"), fc.jsonValue(), (name, json) => {
      expect([null, "bad_json", "not_ok", "empty"]).toContain(judge(name, json));
    }),
  );
});
