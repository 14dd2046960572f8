import { defineRule } from "../rule.ts";

/** What comes out of it. */
export const MINING_RULES = [
  defineRule({
    id: "hashrate-low",
    owner: "mining",
    priority: "medium",
    respondWithinMin: 120,
    condition: {
      kind: "any",
      of: [
        {
          kind: "limit",
          point: "hashrate_per_expected_miner_th",
          op: "<",
          limit: { relativeTo: "baseline", baseline: "hashrate_per_miner_th", fallback: "sisters", factor: 0.8 },
          clearAt: { relativeTo: "baseline", baseline: "hashrate_per_miner_th", fallback: "sisters", factor: 0.9 },
          withoutLimit: "false",
        },
        { kind: "limit", point: "miners_online_pct", op: "<", limit: 80, deadband: 10 },
      ],
    },
    onDelayS: 600,
    offDelayS: 300,
    suppressedBy: [
      "power-fault",
      "pump-fault",
      "flow-loss",
      "cooling-lost",
      "supply-temp-too-high",
      "curtailment",
      "maintenance",
      "site-stopped",
      "site-starting",
    ],
    source: "R28; 80 % from a public design document; sisters where there is no nameplate J",
    texts: {
      "zh-CN": {
        title: "算力低",
        cause: "矿机离线、降频、矿池或网络中断、局部停电，或未登记的限电。",
        consequence: "收益损失，成批掉线往往预示供电或冷却异常。",
        action: "1. 查看在线数与功率：是掉线还是降频。2. 检查矿池连接与箱内交换机。3. 若为计划限电，登记限电标志。",
      },
      en: {
        title: "Hashrate low",
        cause:
          "Miners offline or throttled, pool or network trouble, a partial outage, or a curtailment nobody entered.",
        consequence: "Income is lost, and many miners dropping together often announces a power or cooling problem.",
        action:
          "1. Look at miners online and power: offline or throttled? 2. Check pool connection and the switch inside. 3. If it is planned, set the curtailment flag.",
      },
    },
  }),
  defineRule({
    id: "efficiency-bad",
    owner: "mining",
    priority: "low",
    escalations: [{ priority: "medium", afterS: 259_200 }],
    respondWithinMin: 10_080,
    condition: {
      kind: "any",
      of: [
        {
          kind: "limit",
          point: "efficiency_j_th",
          op: ">",
          limit: { relativeTo: "baseline", baseline: "efficiency_j_th", fallback: "sisters", factor: 1.1 },
          withoutLimit: "false",
        },
        {
          kind: "fitted",
          of: {
            kind: "limit",
            point: "ppue_cooling",
            op: ">",
            limit: { relativeTo: "baseline", baseline: "ppue", offset: 0.02 },
            withoutLimit: "false",
          },
        },
      ],
    },
    onDelayS: 86_400,
    offDelayS: 3600,
    suppressedBy: ["hashrate-low", "curtailment", "maintenance", "site-stopped", "site-starting"],
    source: "R29; J; sisters where there is no nameplate J",
    texts: {
      "zh-CN": {
        title: "能效差",
        cause: "算力板掉链、超频、电源老化，或冷却耗电增加（结垢、堵塞）。",
        consequence: "每 TH 电费上升，长期侵蚀收益。",
        action: "1. 找出低效矿机并检修。2. 比较冷却功率与基准，排查结垢与堵塞。3. 核对电表与算力单位。",
      },
      en: {
        title: "Efficiency bad",
        cause: "Dead hash boards, overclocking, ageing supplies, or a cooling that uses more (fouling, clogging).",
        consequence: "Each TH costs more power, for as long as it lasts.",
        action:
          "1. Find and repair inefficient miners. 2. Compare cooling power with the baseline: fouling, clogging? 3. Check meters and units of hashrate.",
      },
    },
  }),
];
