import { expect, test } from "vitest";
import type { Site } from "../../../domain/sites/site.ts";
import type { ControllerReply } from "../../../domain/telemetry/controller-reply.ts";
import { makeSnapshot } from "../../../domain/telemetry/make-snapshot.ts";
import { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { changed, compiled, healthy } from "../profiles/recorded-replies.ts";

const site: Site = {
  id: "site-001",
  name: "One",
  region: "north",
  zone: "zone-101",
  enabled: true,
  controllerUrl: "http://127.0.0.1:8001",
  profileId: "bitmain-antbox-hk3",
  cameraUrl: null,
  cameraQueries: false,
  location: null,
  intervalS: null,
  minersExpected: 200,
  ratedPowerKw: null,
};

function replyOf(id: string, replies: Record<string, unknown> = healthy(id)): ControllerReply {
  const times = { slot: "2025-12-30T10:00:00.000Z", collectedAt: "2025-12-30T10:00:02.500Z" };
  const facts = { attempts: 2, latencyMs: 84.5, isLate: false, failedRequests: {} };
  return { siteId: "site-001", ...times, profile: compiled(id).tag, ...facts, replies };
}

test("carries the facts of the transfer and the profile's tag, and keeps the schema", () => {
  const snapshot = makeSnapshot(replyOf("bitmain-antbox-hk3"), compiled("bitmain-antbox-hk3"), site);
  expect(Snapshot.parse(snapshot)).toEqual(snapshot);
  expect(snapshot).toMatchObject({
    siteId: "site-001",
    slot: "2025-12-30T10:00:00.000Z",
    collectedAt: "2025-12-30T10:00:02.500Z",
    profile: "bitmain-antbox-hk3@1",
    attempts: 2,
    latencyMs: 84.5,
  });
});

test("the same reply gives the same snapshot", () => {
  const make = () => makeSnapshot(replyOf("x-nested-x10"), compiled("x-nested-x10"), site);
  expect(make()).toEqual(make());
});

test("the inventory says how many miners to expect where the controller does not", () => {
  const expectedOf = (id: string, at: Site | undefined, replies = healthy(id)) =>
    makeSnapshot(replyOf(id, replies), compiled(id), at).values.miners_expected;
  expect(expectedOf("bitmain-antbox-hk3", site)).toBe(200);
  expect(expectedOf("bitmain-antbox-hk3", undefined)).toBeUndefined();
  expect(expectedOf("x-nested-x10", site)).toBe(189);
  const without = changed(healthy("x-nested-x10"), ["status", "data", "kj", "zs"], undefined);
  expect(expectedOf("x-nested-x10", site, without)).toBe(200);
  expect(expectedOf("x-nested-x10", undefined, without)).toBeNull();
});

test("a clock behind ours by 2.5 s shows so, and only where the device sends one", () => {
  const b = compiled("x-nested-x10");
  expect(makeSnapshot(replyOf("x-nested-x10"), b, site).values.clock_skew_s).toBe(-2.5);
  const dumb = makeSnapshot(
    replyOf("x-nested-x10", changed(healthy("x-nested-x10"), ["status", "data", "sb", "ts"], "?")),
    b,
    site,
  );
  expect([dumb.values.clock_skew_s, dumb.quality["clock_skew_s"]]).toEqual([null, "missing"]);
  expect(makeSnapshot(replyOf("bitmain-antbox-hk3"), compiled("bitmain-antbox-hk3"), site).values).not.toHaveProperty(
    "clock_skew_s",
  );
});

test("no hashrate gives no efficiency, not infinity", () => {
  const replies = changed(healthy("bitmain-antbox-hk3"), ["minerInfo", "params", "total_hashrate"], 0);
  const { values, quality } = makeSnapshot(
    replyOf("bitmain-antbox-hk3", replies),
    compiled("bitmain-antbox-hk3"),
    site,
  );
  expect([values.efficiency_j_th, quality["efficiency_j_th"]]).toEqual([null, "missing"]);
});

test("a derived value outside the limits of its point is none", () => {
  const replies = changed(healthy("bitmain-antbox-hk3"), ["minerInfo", "params", "total_hashrate"], 100);
  const { values, quality } = makeSnapshot(
    replyOf("bitmain-antbox-hk3", replies),
    compiled("bitmain-antbox-hk3"),
    site,
  );
  expect([values.efficiency_j_th, quality["efficiency_j_th"]]).toEqual([null, "out_of_range"]);
});
