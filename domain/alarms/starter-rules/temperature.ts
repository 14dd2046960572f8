import { defineRule } from "../rule.ts";

/** A little above what the control holds: limits must sit clear of the set-point. */
const aboveSetpoint = (offset: number, deadband = 0.5) => ({
  kind: "limit",
  point: "supply_temp_c",
  op: ">",
  limit: { relativeTo: "setpoint", offset },
  deadband,
});

/** Temperatures of coolant and chips. */
export const TEMPERATURE_RULES = [
  defineRule({
    id: "supply-temp-too-high",
    owner: "operations",
    priority: "critical",
    respondWithinMin: 2,
    condition: {
      kind: "any",
      of: [
        { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40, deadband: 2 },
        { kind: "fault", fault: "supply_temp_too_high" },
        { kind: "fault", fault: "return_temp_too_high" },
      ],
    },
    offDelayS: 120,
    suppressedBy: ["pump-fault", "flow-loss", "cooling-lost", "sensor-fault"],
    source: "R03; API, MOS",
    texts: {
      "zh-CN": {
        title: "供液温度过高",
        cause: "冷却塔风机或喷淋停机、换热器结垢、环境湿球过高、流量不足。",
        consequence: "矿机几分钟内高温保护停机，持续会缩短芯片寿命。",
        action:
          "1. 让部分矿机降载或休眠。2. 检查冷却塔风机、喷淋泵与水位。3. 检查流量与设定温度。4. 温度低于 38 °C 后再分批恢复。",
      },
      en: {
        title: "Supply temperature too high",
        cause: "Tower fans or spray have stopped, the exchanger is fouled, the wet bulb is too high, or flow is short.",
        consequence: "Miners protect themselves within minutes; chips age if it lasts.",
        action:
          "1. Reduce load or put miners to sleep. 2. Check tower fans, spray pump and tower level. 3. Check flow and set-point. 4. Restore in steps below 38 °C.",
      },
    },
  }),
  defineRule({
    id: "cooling-lost",
    owner: "mechanical",
    priority: "critical",
    respondWithinMin: 1,
    condition: {
      kind: "all",
      of: [
        { kind: "rate", point: "supply_temp_c", direction: "rising", perMinute: 1, clearPerMinute: 0.2, windowS: 120 },
        {
          kind: "any",
          of: [
            { kind: "limit", point: "tower_fans_running", op: "<=", limit: 0 },
            { kind: "flag", point: "spray_pump_running", is: false },
          ],
        },
        // A loop that warms up after a start is below its set-point, and one that needs no spray stays near it.
        aboveSetpoint(1),
      ],
    },
    // Miners that have switched themselves off stop the rise, and the loop stays as hot: it ends with its cause or its heat.
    clear: {
      kind: "any",
      of: [
        {
          kind: "all",
          of: [
            { kind: "limit", point: "tower_fans_running", op: ">", limit: 0 },
            { kind: "flag", point: "spray_pump_running" },
          ],
        },
        { kind: "not", of: aboveSetpoint(0.5, 0) },
      ],
    },
    offDelayS: 120,
    suppressedBy: ["power-fault", "pump-fault", "sensor-fault"],
    source: "R10; J, SIM; set-point guard J",
    texts: {
      "zh-CN": {
        title: "散热丧失",
        cause: "冷却塔风机全停，或需要喷淋时喷淋泵停机，供液温度以超过 1 K/min 的速度上升。",
        consequence: "约 2 分钟内供液达到 50 °C，全箱矿机保护停机。",
        action: "1. 立即让矿机休眠。2. 检查冷却塔电源、变频器和喷淋泵。3. 恢复风机或喷淋后确认温度回落，再分批唤醒。",
      },
      en: {
        title: "Heat rejection lost",
        cause: "All tower fans are off, or the spray is off where it is needed, and supply rises by more than 1 K/min.",
        consequence: "Supply reaches 50 °C in about 2 minutes and all miners of the site shut down.",
        action:
          "1. Put the miners to sleep at once. 2. Check the tower's supply, inverters and spray pump. 3. Once fans or spray are back and the temperature falls, wake the miners in steps.",
      },
    },
  }),
  defineRule({
    id: "supply-temp-high",
    owner: "operations",
    priority: "high",
    respondWithinMin: 10,
    condition: {
      kind: "any",
      of: [
        { kind: "limit", point: "supply_temp_c", op: ">=", limit: 37, deadband: 1 },
        { kind: "fault", fault: "supply_temp_high" },
        { kind: "fault", fault: "return_temp_high" },
      ],
    },
    onDelayS: 60,
    offDelayS: 180,
    // Load that comes back at once is ahead of the fans for some minutes; the limit above is not hidden by that.
    suppressedBy: ["supply-temp-too-high", "cooling-lost", "pump-fault", "flow-loss", "sensor-fault", "site-starting"],
    source: "R11; MOS; start J",
    texts: {
      "zh-CN": {
        title: "供液温度高",
        cause: "环境湿球升高、风机未全开、喷淋不足、填料或换热器结垢，或设定温度过高。",
        consequence: "继续上升将触发过高报警和矿机降频。",
        action: "1. 核对设定温度与风机出力。2. 检查喷淋泵与冷却塔水位。3. 查看逼近度趋势判断结垢。4. 必要时降载。",
      },
      en: {
        title: "Supply temperature high",
        cause:
          "A higher wet bulb, fans not at full speed, too little spray, a fouled tower or exchanger, or a set-point too high.",
        consequence: "If it rises further the critical alarm follows and miners throttle.",
        action:
          "1. Compare set-point and fan output. 2. Check spray pump and tower level. 3. Look at the approach for fouling. 4. Reduce load if needed.",
      },
    },
  }),
  defineRule({
    id: "dew-point-margin",
    owner: "operations",
    priority: "high",
    respondWithinMin: 30,
    condition: { kind: "limit", point: "dew_point_margin_k", op: "<", limit: 2, deadband: 2 },
    onDelayS: 120,
    offDelayS: 300,
    suppressedBy: ["site-stopped", "sensor-fault"],
    source: "R15; J; IBM rear door",
    texts: {
      "zh-CN": {
        title: "露点裕量不足",
        cause: "箱内湿度高（开门、下雨、漏水）或供液温度过低。",
        consequence: "冷表面结露，水滴落到带电部件造成短路。",
        action: "1. 提高供液设定温度，至少高于露点 2 K。2. 关好箱门，启动排风或除湿。3. 检查箱内是否漏水。",
      },
      en: {
        title: "Dew point margin too small",
        cause: "Humid air inside (door, rain, leak), or a supply that is too cold.",
        consequence: "Water condenses on cold surfaces and drips on live parts.",
        action:
          "1. Raise the set-point: at least 2 K above the dew point. 2. Close the doors, ventilate or dry the air. 3. Look for water inside.",
      },
    },
  }),
  defineRule({
    id: "chip-temp-high",
    owner: "mining",
    priority: "high",
    respondWithinMin: 15,
    condition: { kind: "limit", point: "chip_temp_max_c", op: ">=", limit: 80, deadband: 5 },
    onDelayS: 60,
    offDelayS: 180,
    suppressedBy: ["pump-fault", "supply-temp-too-high", "flow-loss", "cooling-lost", "sensor-fault"],
    source: "R19; GMinerASIC 80; AM 95/90 for all",
    texts: {
      "zh-CN": {
        title: "芯片温度高",
        cause: "单台水冷板堵塞、快插未插到位、导热硅脂老化、超频或流量不足。",
        consequence: "该矿机降频或停机，长期高温损坏算力板。",
        action: "1. 找出最热的矿机。2. 检查其快插与支路流量。3. 降频或休眠该机，安排清洗水冷板。",
      },
      en: {
        title: "Chip temperature high",
        cause: "A blocked cold plate, a coupling not fully in, old thermal paste, overclocking, or too little flow.",
        consequence: "The miner throttles or stops; heat damages its boards in the long run.",
        action:
          "1. Find the hottest miner. 2. Check its couplings and branch flow. 3. Slow it down or put it to sleep, and plan to flush the cold plate.",
      },
    },
  }),
  defineRule({
    id: "supply-temp-low",
    owner: "operations",
    priority: "medium",
    escalations: [
      { priority: "high", when: { kind: "limit", point: "supply_temp_c", op: "<", limit: 21, deadband: 2 } },
    ],
    respondWithinMin: 60,
    condition: {
      kind: "all",
      of: [
        { kind: "limit", point: "supply_temp_c", op: "<", limit: 25, deadband: 2 },
        { kind: "limit", point: "hashrate_th", op: ">", limit: 0 },
      ],
    },
    onDelayS: 300,
    offDelayS: 300,
    // Without the heat of the miners it gets cold; dew point and frost have their own rules, which curtailment does not hide.
    suppressedBy: ["curtailment", "site-stopped", "site-starting", "sensor-fault"],
    source: "R26; MOS; other priority below 21 °C, curtailment J",
    texts: {
      "zh-CN": {
        title: "供液温度低",
        cause: "低温天气、风机或喷淋未减速、设定温度过低、旁通阀未开。",
        consequence: "结露风险上升，冷却液黏度增大，严重时矿机拒绝启动。",
        action: "1. 核对设定温度与控制模式。2. 降低或停止冷却塔风机与喷淋。3. 检查旁通阀。",
      },
      en: {
        title: "Supply temperature low",
        cause: "Cold weather, fans or spray that do not slow down, a set-point too low, or a closed bypass.",
        consequence: "Condensation becomes likely, the coolant thickens, and miners may refuse to start.",
        action: "1. Check set-point and control mode. 2. Slow down or stop tower fans and spray. 3. Check the bypass.",
      },
    },
  }),
];
