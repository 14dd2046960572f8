import { defineRule } from "../rule.ts";

const PUMP_ON = { kind: "flag", point: "circulation_pump_running" };
/** Commissioning flow of the site; for want of it that of the plant model [SIM]. */
const BASE_FLOW = { relativeTo: "baseline", baseline: "supply_flow_m3h", fallback: 95 } as const;

/** Pump, flow, pressure and filling of the primary loop. */
export const CIRCULATION_RULES = [
  defineRule({
    id: "pump-fault",
    owner: "mechanical",
    priority: "critical",
    respondWithinMin: 1,
    condition: {
      kind: "any",
      of: [
        { kind: "fault", fault: "circulation_pump_fault" },
        {
          kind: "all",
          of: [
            { kind: "flag", point: "circulation_pump_running", is: false },
            { kind: "limit", point: "load_pct", op: ">", limit: 5, deadband: 1 },
          ],
        },
      ],
    },
    offDelayS: 60,
    suppressedBy: ["power-fault"],
    source: "R02; API",
    texts: {
      "zh-CN": {
        title: "循环泵故障",
        cause: "泵过载或缺相跳闸、变频器故障、机封或轴承损坏，或泵被手动停止而矿机仍在运行。",
        consequence: "供液温度约 90 秒内可达 50 °C，矿机高温保护停机，持续则损坏芯片。",
        action:
          "1. 立即让该箱矿机休眠。2. 查看控制器故障码和配电，有备用泵则切换。3. 现场检查断路器、变频器、机封与异响。4. 恢复循环、流量正常后再分批唤醒矿机。",
      },
      en: {
        title: "Circulation pump fault",
        cause:
          "Overload or phase trip, inverter fault, worn seal or bearing, or the pump was stopped by hand under load.",
        consequence: "Supply reaches 50 °C in about 90 s; the miners protect themselves, and chips suffer if it lasts.",
        action:
          "1. Put the miners of the site to sleep at once. 2. Read the controller's fault and the supply; change to the stand-by pump if there is one. 3. On site check breaker, inverter, seal and noise. 4. Wake the miners in steps once flow is back.",
      },
    },
  }),
  defineRule({
    id: "flow-loss",
    owner: "mechanical",
    priority: "critical",
    respondWithinMin: 2,
    condition: {
      kind: "all",
      of: [
        {
          kind: "limit",
          point: "supply_flow_m3h",
          op: "<",
          limit: { ...BASE_FLOW, factor: 0.5 },
          clearAt: { ...BASE_FLOW, factor: 0.6 },
        },
        PUMP_ON,
      ],
    },
    offDelayS: 60,
    suppressedBy: ["pump-fault", "power-fault", "sensor-fault"],
    source: "R04; J",
    texts: {
      "zh-CN": {
        title: "断流",
        cause: "阀门误关、管路大量进气、过滤器堵死、泵空转或联轴器断裂。",
        consequence: "泵虽在运行但带不走热量，矿机几分钟内过热停机，泵也会因空转损坏。",
        action:
          "1. 让矿机降载或休眠。2. 检查供回液阀门位置、回液压力和液位。3. 排气、补液，必要时清洗过滤器。4. 流量恢复到调试值 85 % 以上再恢复负载。",
      },
      en: {
        title: "Flow lost",
        cause: "A valve was closed, much air in the loop, a blocked filter, a pump running dry or a broken coupling.",
        consequence: "The pump runs but carries no heat: miners overheat within minutes, and the pump is damaged.",
        action:
          "1. Reduce load or put the miners to sleep. 2. Check valves, return pressure and level. 3. Vent, refill, clean the filter if needed. 4. Restore load once flow is above 85 % of the commissioning value.",
      },
    },
  }),
  defineRule({
    id: "return-pressure-low",
    owner: "mechanical",
    priority: "critical",
    respondWithinMin: 10,
    condition: {
      kind: "any",
      of: [
        { kind: "fault", fault: "return_pressure_low" },
        { kind: "limit", point: "return_pressure_kpa", op: "<", limit: 50, deadband: 20 },
      ],
    },
    onDelayS: 60,
    offDelayS: 60,
    suppressedBy: ["pump-fault", "power-fault", "sensor-fault"],
    source: "R05; MAN, AM",
    texts: {
      "zh-CN": {
        title: "回液压力低",
        cause: "系统缺液、漏液、补液泵不工作，膨胀罐失压，或排气后未补液。",
        consequence: "泵入口汽蚀，流量波动直至断流。",
        action:
          "1. 检查是否漏液，查看补液泵状态和储液箱液位。2. 有人在场时补液到 0.10–0.15 MPa（静压）。3. 24 小时内第三次补液，按慢漏排查。4. 检查膨胀罐预充压力。",
      },
      en: {
        title: "Return pressure low",
        cause:
          "Too little coolant, a leak, a make-up pump that does not work, a flat expansion vessel, or venting without refilling.",
        consequence: "The pump cavitates; flow swings and then breaks off.",
        action:
          "1. Look for a leak; check make-up pump and tank level. 2. With somebody on site refill to 0.10–0.15 MPa (static). 3. At the third refill in 24 h search for a slow leak. 4. Check the expansion vessel.",
      },
    },
  }),
  defineRule({
    id: "tank-level-low",
    owner: "mechanical",
    priority: "critical",
    respondWithinMin: 30,
    condition: {
      kind: "any",
      of: [
        { kind: "flag", point: "tank_level_low" },
        { kind: "fitted", of: { kind: "limit", point: "tank_level_pct", op: "<", limit: 30, deadband: 10 } },
      ],
    },
    onDelayS: 60,
    offDelayS: 300,
    suppressedBy: ["sensor-fault"],
    source: "R06; API; critical in AM, medium in MOS",
    texts: {
      "zh-CN": {
        title: "储液箱液位低",
        cause: "长期补液未加注、漏液、蒸发，或液位开关卡滞。",
        consequence: "补液泵吸空，系统无法维持压力，随后断流。",
        action: "1. 检查漏液与近 24 小时补液次数。2. 加注同型号冷却液到 2/3 以上。3. 核对液位计与实际液位。",
      },
      en: {
        title: "Tank level low",
        cause: "Refills were never topped up, a leak, evaporation, or a stuck level switch.",
        consequence: "The make-up pump draws air, pressure cannot be held, and the flow breaks off.",
        action:
          "1. Look for a leak and at the make-up starts of the last 24 h. 2. Fill with the same coolant to above 2/3. 3. Compare the gauge with the tank.",
      },
    },
  }),
  defineRule({
    id: "supply-pressure-high",
    owner: "mechanical",
    priority: "medium",
    escalations: [
      {
        priority: "high",
        when: {
          kind: "any",
          of: [
            { kind: "fault", fault: "supply_pressure_high" },
            { kind: "limit", point: "supply_pressure_kpa", op: ">", limit: 400, deadband: 30 },
          ],
        },
      },
    ],
    respondWithinMin: 15,
    condition: {
      kind: "any",
      of: [
        { kind: "fault", fault: "supply_pressure_high" },
        { kind: "limit", point: "supply_pressure_kpa", op: ">", limit: 350, deadband: 10 },
      ],
    },
    onDelayS: 30,
    offDelayS: 60,
    suppressedBy: ["sensor-fault"],
    source: "R12; MOS; deadband of the lower band J",
    texts: {
      "zh-CN": {
        title: "供液压力高",
        cause: "下游阀门关闭、过滤器或水冷板堵塞、补液过量，或泵频率过高。",
        consequence: "软管与快插脱落、漏液；泵与管路寿命缩短。",
        action: "1. 检查下游阀门与过滤器压差。2. 降低泵频率，必要时泄压到 350 kPa 以下。3. 检查补液泵是否未停。",
      },
      en: {
        title: "Supply pressure high",
        cause:
          "A valve downstream is closed, filter or cold plates are blocked, the loop is overfilled, or the pump runs too fast.",
        consequence: "Hoses and couplings come off and leak; pump and pipes age faster.",
        action:
          "1. Check valves downstream and the filter. 2. Lower the pump's frequency; relieve to below 350 kPa if needed. 3. See whether the make-up pump has not stopped.",
      },
    },
  }),
  defineRule({
    id: "supply-pressure-low",
    owner: "mechanical",
    priority: "high",
    respondWithinMin: 15,
    condition: {
      kind: "all",
      of: [{ kind: "limit", point: "supply_pressure_kpa", op: "<", limit: 200, deadband: 20 }, PUMP_ON],
    },
    onDelayS: 60,
    offDelayS: 60,
    suppressedBy: ["pump-fault", "power-fault", "sensor-fault", "site-stopped"],
    source: "R13; MOS, AM",
    texts: {
      "zh-CN": {
        title: "供液压力低",
        cause: "系统缺液或进气、泵叶轮磨损、泵频率过低、旁通阀开启，或漏液。",
        consequence: "流量不足，末端矿机温度升高。",
        action: "1. 查看回液压力、液位与流量。2. 检查漏液，补液并排气。3. 核对泵频率与旁通阀位置。",
      },
      en: {
        title: "Supply pressure low",
        cause:
          "Too little coolant or air in the loop, a worn impeller, a low pump frequency, an open bypass, or a leak.",
        consequence: "Flow is short, and the last miners in line grow hot.",
        action:
          "1. Look at return pressure, level and flow. 2. Search for a leak, refill and vent. 3. Check pump frequency and bypass.",
      },
    },
  }),
  defineRule({
    id: "flow-low",
    owner: "mechanical",
    priority: "high",
    respondWithinMin: 30,
    condition: {
      kind: "any",
      of: [
        { kind: "fault", fault: "supply_flow_low" },
        {
          kind: "all",
          of: [
            {
              kind: "limit",
              point: "supply_flow_m3h",
              op: "<",
              limit: { ...BASE_FLOW, factor: 0.85 },
              clearAt: { ...BASE_FLOW, factor: 0.9 },
            },
            PUMP_ON,
          ],
        },
      ],
    },
    onDelayS: 60,
    offDelayS: 120,
    suppressedBy: ["flow-loss", "pump-fault", "power-fault", "sensor-fault", "site-stopped"],
    source: "R14; API; share J",
    texts: {
      "zh-CN": {
        title: "供液流量低",
        cause: "过滤器逐渐堵塞、管路有气、阀门未全开、泵效率下降。",
        consequence: "供回液温差变大，芯片温度升高，算力下降。",
        action: "1. 查看水力阻力系数趋势，判断是否堵塞。2. 清洗过滤器、排气。3. 检查阀门开度与泵频率。",
      },
      en: {
        title: "Supply flow low",
        cause: "A filter that clogs slowly, air in the loop, a valve not fully open, or a weaker pump.",
        consequence: "The temperature difference grows, chips run hotter, hashrate falls.",
        action:
          "1. Look at the trend of the hydraulic resistance: clogging? 2. Clean the filter, vent. 3. Check valves and pump frequency.",
      },
    },
  }),
  defineRule({
    id: "makeup-pump-fault",
    owner: "mechanical",
    priority: "high",
    respondWithinMin: 60,
    condition: { kind: "fault", fault: "makeup_pump_fault" },
    offDelayS: 60,
    suppressedBy: ["power-fault"],
    source: "R16; API",
    texts: {
      "zh-CN": {
        title: "补液泵故障",
        cause: "补液泵过载跳闸、吸空、接线或接触器故障。",
        consequence: "系统不能自动补液，压力逐渐下降，遇到漏液时很快断流。",
        action: "1. 检查储液箱液位和补液泵断路器。2. 手动补液维持回液压力。3. 修复后试运行一次补液。",
      },
      en: {
        title: "Make-up pump fault",
        cause: "Overload trip, running dry, wiring or contactor.",
        consequence: "The loop cannot refill by itself: pressure sinks, and with a leak the flow soon breaks off.",
        action:
          "1. Check tank level and the pump's breaker. 2. Refill by hand to hold return pressure. 3. Try one refill after the repair.",
      },
    },
  }),
  defineRule({
    id: "makeup-too-often",
    owner: "mechanical",
    priority: "medium",
    respondWithinMin: 480,
    condition: {
      kind: "any",
      of: [
        { kind: "limit", point: "makeup_pump_starts_24h", op: ">", limit: 3, deadband: 0.5 },
        {
          kind: "fitted",
          of: {
            kind: "forecast",
            point: "tank_level_pct",
            op: "<=",
            limit: 30,
            withinS: 86_400,
            windowS: 21_600,
            deadband: 5,
          },
        },
      ],
    },
    offDelayS: 86_400,
    suppressedBy: ["maintenance"],
    source: "R23; J; forecast of the level J",
    texts: {
      "zh-CN": {
        title: "疑似慢漏",
        cause: "接头、机封或水冷板渗漏，补液泵频繁启动而回液压力呈锯齿状；补液压力开关设定过窄也会如此。",
        consequence: "漏液绳未报警前已在损失冷却液，渗漏会扩大，腐蚀电气部件。",
        action:
          "1. 查看回液压力与补液启动趋势。2. 安排现场逐段检查接头、机封、软管和箱底。3. 记录每次补液量，连续 30 天超出正常值即更换可疑部件。4. 若为正常补液工单，标记维护。",
      },
      en: {
        title: "Make-up too often: slow leak suspected",
        cause:
          "A joint, seal or cold plate seeps: the make-up pump starts often while return pressure saw-tooths. A pressure switch set too narrow looks the same.",
        consequence:
          "Coolant is lost long before the sensing rope says so; the leak grows and corrodes electrical parts.",
        action:
          "1. Look at return pressure and make-up starts over time. 2. Have joints, seals, hoses and the floor inspected section by section. 3. Write down each refill. 4. If it is a planned refill, set the maintenance flag.",
      },
    },
  }),
  defineRule({
    id: "filter-clogging",
    owner: "mechanical",
    priority: "medium",
    respondWithinMin: 1440,
    condition: {
      kind: "all",
      of: [
        {
          kind: "limit",
          point: "hydraulic_resistance",
          op: ">",
          limit: { relativeTo: "baseline", baseline: "hydraulic_resistance", fallback: "sisters", factor: 1.4 },
          clearAt: { relativeTo: "baseline", baseline: "hydraulic_resistance", fallback: "sisters", factor: 1.2 },
        },
        PUMP_ON,
      ],
    },
    onDelayS: 3600,
    offDelayS: 86_400,
    suppressedBy: ["pump-fault", "sensor-fault"],
    source: "R24; J; sisters where there is no commissioning value J",
    texts: {
      "zh-CN": {
        title: "过滤器堵塞",
        cause: "Y 型过滤器或水冷板积垢、杂质，阻力系数（压差/流量²）高于调试值 1.4 倍。",
        consequence: "流量逐渐下降，最终触发流量低、温度高；泵电耗增加。",
        action: "1. 计划停机清洗 Y 型过滤器。2. 清洗后阻力仍高，化验水质并清洗水冷板。3. 记录清洗前后的阻力系数。",
      },
      en: {
        title: "Filter clogging",
        cause:
          "Dirt or scale in the Y-filter or the cold plates: resistance (pressure drop / flow²) is 1.4 times that of commissioning.",
        consequence: "Flow falls until flow and temperature alarms follow; the pump uses more power.",
        action:
          "1. Plan a stop to clean the Y-filter. 2. If resistance stays high, test the coolant and flush the cold plates. 3. Note the resistance before and after.",
      },
    },
  }),
];
