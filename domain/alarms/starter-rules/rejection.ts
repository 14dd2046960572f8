import { defineRule } from "../rule.ts";

const FAN_FAULTS = [
  { kind: "fault", fault: "tower_fan1_fault" },
  { kind: "fault", fault: "tower_fan2_fault" },
  { kind: "fault", fault: "tower_fan3_fault" },
];
/** Faults that stop a whole dry cooler count like two fans. */
const COOLER_FAULTS = [
  { kind: "fault", fault: "dry_cooler_mains_fault" },
  { kind: "fault", fault: "dry_cooler_inverter_fault" },
];
const BASE_APPROACH = { relativeTo: "baseline", baseline: "approach_wetbulb_k", fallback: 12 } as const;

/** Tower, dry cooler and electrical supply. */
export const REJECTION_RULES = [
  defineRule({
    id: "power-fault",
    owner: "electrical",
    priority: "critical",
    respondWithinMin: 5,
    condition: {
      kind: "any",
      of: [
        { kind: "fault", fault: "power_fault" },
        { kind: "fault", fault: "phase_failure" },
        { kind: "fault", fault: "power_relay_fault" },
        { kind: "fault", fault: "power_distribution_fault" },
      ],
    },
    offDelayS: 60,
    source: "R08; API",
    texts: {
      "zh-CN": {
        title: "电源故障",
        cause: "上级停电、缺相、断路器跳闸、相序继电器动作或接触器故障。",
        consequence: "泵与风机停止，冷却中断；缺相运行会烧毁电机。",
        action: "1. 确认上级电源与各相电压。2. 检查断路器和相序继电器。3. 恢复供电后先启动冷却，再分批唤醒矿机。",
      },
      en: {
        title: "Power fault",
        cause: "An outage upstream, a lost phase, a tripped breaker, the phase relay or a contactor.",
        consequence: "Pumps and fans stop and cooling ends; motors burn on two phases.",
        action:
          "1. Check the supply upstream and each phase. 2. Check breakers and phase relay. 3. After the return start the cooling first, then wake miners in steps.",
      },
    },
  }),
  defineRule({
    id: "spray-pump-fault",
    owner: "mechanical",
    priority: "medium",
    escalations: [
      {
        priority: "high",
        when: {
          kind: "any",
          of: [
            { kind: "limit", point: "ambient_temp_c", op: ">", limit: 10, deadband: 2 },
            {
              kind: "limit",
              point: "supply_temp_c",
              op: ">",
              limit: { relativeTo: "setpoint", offset: 1 },
              deadband: 0.5,
            },
          ],
        },
      },
    ],
    respondWithinMin: 30,
    condition: { kind: "fault", fault: "spray_pump_fault" },
    offDelayS: 60,
    suppressedBy: ["power-fault"],
    source: "R17; API; dry mode by outdoor or supply temperature J",
    texts: {
      "zh-CN": {
        title: "喷淋泵故障",
        cause: "喷淋泵过载、吸空、滤网堵塞，或冷却塔水位低。",
        consequence: "湿式散热失效，炎热天气供液温度迅速上升。",
        action: "1. 检查冷却塔水位与滤网。2. 检查泵电源与热继电器。3. 天热时先降载。",
      },
      en: {
        title: "Spray pump fault",
        cause: "Overload, running dry, a blocked strainer, or a low tower level.",
        consequence: "Wet cooling fails; in hot weather supply rises fast.",
        action:
          "1. Check tower level and strainer. 2. Check supply and thermal relay. 3. Reduce load first when it is hot.",
      },
    },
  }),
  defineRule({
    id: "tower-fan-fault",
    owner: "mechanical",
    priority: "medium",
    escalations: [
      { priority: "high", when: { kind: "any", of: [{ kind: "n-of", n: 2, of: FAN_FAULTS }, ...COOLER_FAULTS] } },
    ],
    respondWithinMin: 30,
    condition: { kind: "any", of: [...FAN_FAULTS, ...COOLER_FAULTS] },
    offDelayS: 60,
    suppressedBy: ["power-fault"],
    source: "R18; API",
    texts: {
      "zh-CN": {
        title: "冷却塔风机故障",
        cause: "电机过载、变频器故障、皮带断裂、轴承损坏或缺相。",
        consequence: "单台故障散热余量下降；两台以上故障时炎热天气无法维持供液温度。",
        action: "1. 查看故障风机与其余风机出力。2. 检查断路器、变频器与皮带。3. 两台以上故障时降载并立即派人。",
      },
      en: {
        title: "Tower fan fault",
        cause: "Overload, inverter, belt, bearing, or a lost phase.",
        consequence: "With one fan the reserve shrinks; with two or more supply cannot be held in hot weather.",
        action:
          "1. See which fan, and what the others do. 2. Check breaker, inverter and belt. 3. With two or more: reduce load and send somebody at once.",
      },
    },
  }),
  defineRule({
    id: "tower-level-low",
    owner: "mechanical",
    priority: "medium",
    escalations: [{ priority: "high", when: { kind: "flag", point: "spray_pump_running" }, afterS: 1800 }],
    respondWithinMin: 120,
    condition: { kind: "flag", point: "tower_level_low" },
    onDelayS: 120,
    offDelayS: 300,
    source: "R22; API; wet mode = spray running J",
    texts: {
      "zh-CN": {
        title: "冷却塔液位低",
        cause: "补水阀故障、停水、排污阀未关或蒸发量大。",
        consequence: "喷淋泵吸空停机，随后散热不足。",
        action: "1. 检查补水阀、水源与浮球。2. 确认排污阀已关。3. 补水前停止喷淋泵以免空转。",
      },
      en: {
        title: "Tower level low",
        cause: "The make-up valve failed, the water is off, the blow-down is open, or evaporation is high.",
        consequence: "The spray pump runs dry and stops; heat rejection falls short.",
        action:
          "1. Check make-up valve, water supply and float. 2. See that the blow-down is closed. 3. Stop the spray pump until there is water.",
      },
    },
  }),
  defineRule({
    id: "fouling",
    owner: "mechanical",
    priority: "medium",
    respondWithinMin: 2880,
    condition: {
      kind: "all",
      of: [
        {
          kind: "limit",
          point: "approach_wetbulb_k",
          op: ">",
          limit: { ...BASE_APPROACH, offset: 4 },
          clearAt: { ...BASE_APPROACH, offset: 2 },
        },
        { kind: "limit", point: "tower_fan_pct", op: ">=", limit: 90, deadband: 5 },
      ],
    },
    onDelayS: 7200,
    offDelayS: 86_400,
    suppressedBy: ["tower-fan-fault", "spray-pump-fault", "sensor-fault"],
    source: "R25; J",
    texts: {
      "zh-CN": {
        title: "换热结垢",
        cause: "冷却塔填料、盘管或板换结垢，喷嘴堵塞，水质浓缩倍数过高。",
        consequence: "满风量下仍达不到供液温度，炎热天气需要降载，风机能耗上升。",
        action: "1. 清洗翅片、填料与喷嘴。2. 化验冷却塔水，加大排污。3. 清洗后更新基准逼近度。",
      },
      en: {
        title: "Heat exchanger fouled",
        cause: "Scale on fill, coil or plates, blocked nozzles, or tower water that is too concentrated.",
        consequence: "Supply cannot be held at full fan: load must be shed in the heat, and fans use more power.",
        action:
          "1. Clean fins, fill and nozzles. 2. Test the tower water, blow down more. 3. Enter the new baseline approach after cleaning.",
      },
    },
  }),
];
