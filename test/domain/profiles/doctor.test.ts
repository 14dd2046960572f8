import { expect, test } from "vitest";
import { POINTS } from "../../../domain/points/catalogue.ts";
import { examineReplies, rankProfiles, repliesFromPaste } from "../../../domain/profiles/doctor.ts";
import { fittingPowerOfTen } from "../../../domain/profiles/doctor-checks.ts";
import { DOCTOR_CHECKS, type DoctorCheck } from "../../../domain/profiles/doctor-remark.ts";
import { PROFILES } from "../../../domain/profiles/index.ts";
import { changed, compiled, healthy, recorded } from "./recorded-replies.ts";

const A = "bitmain-antbox-hk3";
const collectedAt = "2025-12-30T10:00:02.000Z";

function examine(replies: Record<string, unknown>, id = A) {
  return examineReplies(compiled(id), replies, { collectedAt });
}

function verdictOf(check: DoctorCheck, replies: Record<string, unknown>, id = A) {
  return examine(replies, id).remarks.find((remark) => remark.check === check);
}

function withParam(name: string, value: unknown): Record<string, unknown> {
  return changed(healthy(A), ["coolerState", "params", name], value);
}

test.for(["bitmain-antbox-hk3", "x-nested-x10", "x-flat-strings"])(
  "a plant in order passes every check under %s",
  (id) => {
    const { remarks, snapshot } = examine(healthy(id), id);
    expect(remarks.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
    expect(new Set(remarks.map(({ check }) => check))).toEqual(new Set(DOCTOR_CHECKS));
    expect(snapshot.values.supply_temp_c).toBe(35.1);
  },
);

test.for(PROFILES)("every remark on $id is written in both languages and names real points", ({ id }) => {
  for (const { replies } of recorded(id).cases) {
    for (const { texts, points } of examine(replies, id).remarks) {
      expect(texts["zh-CN"]).toMatch(/\p{Script=Han}|TH\/s|J\/TH/u);
      expect(texts.en).toMatch(/[a-z]/i);
      expect(points.every((point) => point in POINTS)).toBe(true);
    }
  }
});

test.for([
  { check: "heat_balance", name: "supply_liquid_flow", value: 9.46, says: "8.", why: "a flow ten times too small" },
  {
    check: "heat_balance",
    name: "distribution_box1_power",
    value: 1_463_200,
    says: "power in W?",
    why: "a power out of proportion",
  },
  { check: "supply_below_return", name: "supply_liquid_temp", value: 44, says: "44 / 43.3 °C", why: "swapped sensors" },
  {
    check: "pressure_order",
    name: "supply_liquid_pressure",
    value: 0.029,
    says: "29 / 120 kPa",
    why: "one pressure in another unit",
  },
  {
    check: "core_points",
    name: "supply_liquid_flow",
    value: undefined,
    says: "supply_flow_m3h (missing)",
    why: "a core point gone",
  },
  {
    check: "types",
    name: "supply_liquid_pressure",
    value: "290 kPa",
    says: "supply_pressure_kpa",
    why: "another unit",
  },
  { check: "fault_bits", name: "power_fault", value: undefined, says: "power_fault", why: "a fault bit gone" },
  {
    check: "range",
    name: "supply_liquid_pressure",
    value: 29,
    says: "29000 kPa, outside 0…1600; with × 10^-2 it is 290 kPa",
    why: "a wrong scale",
  },
  {
    check: "unmapped",
    name: "plc_version",
    value: "2.14",
    says: "/coolerState/params/plc_version",
    why: "new firmware",
  },
] as const)("$check fails for $why", ({ check, name, value, says }) => {
  expect(verdictOf(check, healthy(A))?.verdict).toBe("pass");
  const found = verdictOf(check, withParam(name, value));
  expect(found?.verdict).toBe("fail");
  expect(found?.texts.en).toContain(says);
});

test.for([
  { check: "hashrate_per_miner", value: 47_311_000 / 50, says: "5060", verdict: "fail" },
  { check: "hashrate_per_miner", value: 4731, says: "25.3 TH/s per miner; 50–1200 expected", verdict: "fail" },
  { check: "efficiency", value: 1000, says: "921 J/TH; 5–200 expected", verdict: "fail" },
  { check: "efficiency", value: 30_000, says: "30.7 J/TH, usually 16–21", verdict: "pass" },
  { check: "efficiency", value: 0, says: "no hashrate", verdict: "not_checked" },
] as const)("$check is $verdict for a hashrate of $value", ({ check, value, says, verdict }) => {
  const found = verdictOf(check, changed(healthy(A), ["minerInfo", "params", "total_hashrate"], value));
  expect([found?.verdict, found?.texts.en]).toEqual([verdict, expect.stringContaining(says)]);
});

test("what cannot be judged is not judged", () => {
  const { coolerState } = healthy(A);
  expect(verdictOf("hashrate_per_miner", { coolerState })?.verdict).toBe("not_checked");
  expect(verdictOf("core_points", { coolerState })?.verdict).toBe("pass");
  expect(verdictOf("core_points", { coolerState, minerInfo: {} })?.verdict).toBe("fail");
  expect(verdictOf("pressure_order", withParam("circulating_pump", false))?.verdict).toBe("not_checked");
  expect(verdictOf("heat_balance", withParam("disconnect", true))?.verdict).toBe("not_checked");
  const idle = changed(
    withParam("distribution_box1_power", 900),
    ["coolerState", "params", "distribution_box2_power"],
    900,
  );
  expect(verdictOf("supply_below_return", idle)?.verdict).toBe("not_checked");
});

test("a refused reply and a missing required one fail, a missing optional one does not", () => {
  const refused = { coolerState: { ok: false, method: "coolerState", params: {} } };
  const verdicts = examine(refused).remarks.filter(({ check }) => check === "reply");
  expect(verdicts.map(({ verdict, texts }) => [verdict, texts.en])).toEqual([
    ["fail", "coolerState is no good reply: not_ok"],
    ["not_checked", "there is no reply to the request minerInfo"],
  ]);
  expect(verdictOf("reply", {})?.verdict).toBe("fail");
  expect(verdictOf("fingerprint", {})?.verdict).toBe("fail");
});

test("the power of ten goes for the usual band first", () => {
  expect(fittingPowerOfTen("supply_pressure_kpa", 29_000)).toBe(-2);
  expect(fittingPowerOfTen("supply_temp_c", 351)).toBe(-1);
  expect(fittingPowerOfTen("total_power_kw", 921_000)).toBe(-3);
  expect(fittingPowerOfTen("hashrate_th", 4.7e9)).toBe(-4);
  expect(fittingPowerOfTen("supply_temp_c", 1e30)).toBeNull();
});

test.for(PROFILES)("$id ranks first for its own replies", ({ id }) => {
  const [first, second] = rankProfiles(healthy(id));
  expect(first).toMatchObject({ id, matchesFingerprint: true, isGoodReply: true });
  expect(second?.matchesFingerprint).toBe(false);
});

test("a single pasted body finds its request", () => {
  const [antbox, nested] = [compiled(A).profile, compiled("x-nested-x10").profile];
  const { coolerState, minerInfo } = healthy(A);
  expect(repliesFromPaste(antbox, { coolerState, minerInfo })).toEqual({ coolerState, minerInfo });
  expect(repliesFromPaste(antbox, minerInfo)).toEqual({ minerInfo });
  expect(repliesFromPaste(antbox, coolerState)).toEqual({ coolerState });
  expect(repliesFromPaste(nested, { code: 0 })).toEqual({ status: { code: 0 } });
  expect(repliesFromPaste(nested, "<html>")).toEqual({ status: "<html>" });
});
