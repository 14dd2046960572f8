import { POINTS, type PointName } from "../points/catalogue.ts";
import { heatKw } from "../telemetry/derived-points.ts";
import { isDoubtful } from "../telemetry/quality.ts";
import type { MappedReply } from "./compile-profile.ts";
import { type DoctorCheck, type Remark, remark, shown } from "./doctor-remark.ts";

/** Heat carried by the coolant over electric power: 0.93–0.98 when all is well; outside this, a scale or a sensor is wrong. */
const HEAT_BALANCE = { least: 0.8, most: 1.1 };
/** TH/s per miner online; models run from 50 (old, throttled) to 1,200. */
const HASHRATE_PER_MINER = { least: 50, most: 1200 };
/** Below this a container does not load its loop, and temperatures may lie anywhere [J]. */
const LOAD_KW = 50;

/** Checks of a reading against physics: mistakes of scale that stay inside the hard limits show up here. */
export function plausibilityChecks(mapped: MappedReply): Remark[] {
  return [
    heatBalance(mapped),
    supplyBelowReturn(mapped),
    pressureOrder(mapped),
    hashratePerMiner(mapped),
    efficiency(mapped),
  ];
}

function heatBalance(mapped: MappedReply): Remark {
  const points = ["supply_flow_m3h", "supply_temp_c", "return_temp_c", "total_power_kw"] as const;
  const [flow, supply, back, power] = points.map((point) => trusted(mapped, point));
  if (flow == null || supply == null || back == null || power == null) return notChecked("heat_balance", points);
  if (power < LOAD_KW) return notChecked("heat_balance", points, "负荷太小", "too little load");
  const heat = heatKw(flow, back - supply);
  const share = heat / power;
  const isRight = share >= HEAT_BALANCE.least && share <= HEAT_BALANCE.most;
  const zh = `冷却液带走 ${shown(heat)} kW,为功率 ${shown(power)} kW 的 ${shown(100 * share)} %`;
  const en = `the coolant carries ${shown(heat)} kW, ${shown(100 * share)} % of ${shown(power)} kW`;
  const hintZh = ";应为 80–110 %:流量单位 L/min?功率单位 W?温度传感器有误?";
  const hintEn = "; 80–110 % expected: flow in L/min? power in W? a wrong temperature sensor?";
  return remark("heat_balance", isRight, isRight ? zh : zh + hintZh, isRight ? en : en + hintEn, points);
}

function supplyBelowReturn(mapped: MappedReply): Remark {
  const points = ["supply_temp_c", "return_temp_c"] as const;
  const [supply, back] = points.map((point) => trusted(mapped, point));
  const power = trusted(mapped, "total_power_kw");
  if (supply == null || back == null) return notChecked("supply_below_return", points);
  if (power === null || power < LOAD_KW) return notChecked("supply_below_return", points, "没有负荷", "no load");
  const pair = `${shown(supply)} / ${shown(back)} °C`;
  return supply < back
    ? remark("supply_below_return", true, `供液低于回液:${pair}`, `supply is below return: ${pair}`, points)
    : remark(
        "supply_below_return",
        false,
        `供液不低于回液:${pair};传感器接反?`,
        `supply is not below return: ${pair}; sensors swapped?`,
        points,
      );
}

function pressureOrder(mapped: MappedReply): Remark {
  const points = ["supply_pressure_kpa", "return_pressure_kpa"] as const;
  const [supply, back] = points.map((point) => trusted(mapped, point));
  if (supply == null || back == null) return notChecked("pressure_order", points);
  const pumpRuns =
    mapped.values.circulation_pump_running === true && !isDoubtful(mapped.quality["circulation_pump_running"]);
  if (!pumpRuns) return notChecked("pressure_order", points, "循环泵未运行", "the pump does not run");
  const pair = `${shown(supply)} / ${shown(back)} kPa`;
  return supply > back
    ? remark("pressure_order", true, `供液压力高于回液:${pair}`, `supply pressure is above return: ${pair}`, points)
    : remark(
        "pressure_order",
        false,
        `供液压力不高于回液:${pair};接反?其一为 bar?`,
        `supply pressure is not above return: ${pair}; swapped, or one in bar?`,
        points,
      );
}

function hashratePerMiner(mapped: MappedReply): Remark {
  const points = ["hashrate_th", "miners_online"] as const;
  const [hashrate, online] = points.map((point) => trusted(mapped, point));
  if (hashrate == null || online == null) return notChecked("hashrate_per_miner", points);
  if (online === 0) return notChecked("hashrate_per_miner", points, "没有在线矿机", "no miner is online");
  const each = hashrate / online;
  const isRight = each >= HASHRATE_PER_MINER.least && each <= HASHRATE_PER_MINER.most;
  const zh = `每台 ${shown(each)} TH/s`;
  const en = `${shown(each)} TH/s per miner`;
  const hintZh = ";应为 50–1200:GH、TH、PH 混淆?";
  const hintEn = "; 50–1200 expected: GH, TH or PH mixed up?";
  return remark("hashrate_per_miner", isRight, isRight ? zh : zh + hintZh, isRight ? en : en + hintEn, points);
}

function efficiency(mapped: MappedReply): Remark {
  const points = ["total_power_kw", "hashrate_th"] as const;
  const [power, hashrate] = points.map((point) => trusted(mapped, point));
  if (power == null || hashrate == null) return notChecked("efficiency", points);
  if (hashrate === 0) return notChecked("efficiency", points, "没有算力", "no hashrate");
  const joules = (1000 * power) / hashrate;
  const [least, most] = POINTS.efficiency_j_th.limits ?? [null, null];
  const [usualLeast, usualMost] = POINTS.efficiency_j_th.band ?? [null, null];
  const text = `${shown(joules)} J/TH`;
  if (!isInside(joules, least, most)) {
    return remark(
      "efficiency",
      false,
      `${text};应为 ${least}–${most}:功率或算力的倍率有误`,
      `${text}; ${least}–${most} expected: scale of power or hashrate`,
      points,
    );
  }
  const isUsual = isInside(joules, usualLeast, usualMost);
  const usual = `${usualLeast}–${usualMost}`;
  return remark(
    "efficiency",
    true,
    isUsual ? text : `${text},通常为 ${usual}`,
    isUsual ? text : `${text}, usually ${usual}`,
    points,
  );
}

function notChecked(
  check: DoctorCheck,
  points: readonly PointName[],
  zh = "所需点位没有可信的值",
  en = "a point it needs has no trusted value",
): Remark {
  return remark(check, "not_checked", zh, en, points);
}

function trusted({ values, quality }: MappedReply, point: PointName): number | null {
  const value = values[point];
  return typeof value === "number" && !isDoubtful(quality[point]) ? value : null;
}

function isInside(value: number, low: number | null, high: number | null): boolean {
  return (low === null || value >= low) && (high === null || value <= high);
}
