import { CORE_POINTS } from "../../points/core-points.ts";
import { defineRule } from "../rule.ts";

const manual = (point: string, op: string, limit: number) => ({
  kind: "fitted",
  of: { kind: "limit", point, op, limit },
});
const LOADED = { kind: "limit", point: "load_pct", op: ">", limit: 20 };
const jumpAlone = (point: string, beside: string) => ({
  kind: "all",
  of: [
    { kind: "jump", point, by: 10, holdS: 28_800, untilBack: true },
    // What the plant really does moves both, one more than the other: losing the pump, or getting the fans back, takes the
    // supply by more than 10 K in a minute [SIM]. The witness is remembered for longer, so that it never ends first.
    { kind: "not", of: { kind: "jump", point: beside, by: 3, holdS: 36_000 } },
    // A sensor that was mended jumps, too: what fits the heat balance again is believed after half an hour.
    {
      kind: "any",
      of: [
        { kind: "jump", point, by: 10, holdS: 1800 },
        { kind: "fitted", of: { kind: "deviation", point: "heat_balance_pct", from: 95, by: 25, deadband: 5 } },
      ],
    },
  ],
});
const frozenAlone = (point: string, beside: string) => ({
  kind: "frozen",
  points: [point],
  forS: 1800,
  whileMoves: { point: beside, by: 0.5 },
});
/** Under load no temperature stands still to a tenth of a kelvin for half a working day, however good the control is [J]. */
const frozenForLong = (point: string) => ({
  kind: "all",
  of: [{ kind: "frozen", points: [point], forS: 21_600 }, LOADED],
});

/** Sensors, water and planned work. */
export const UPKEEP_RULES = [
  defineRule({
    id: "sensor-suspect",
    owner: "mechanical",
    priority: "medium",
    respondWithinMin: 1440,
    condition: {
      kind: "any",
      of: [
        { kind: "fault", fault: "supply_temp_sensor_fault" },
        { kind: "fault", fault: "return_temp_sensor_fault" },
        { kind: "fault", fault: "level_sensor_fault" },
        { kind: "fault", fault: "smoke_sensor_fault" },
        jumpAlone("supply_temp_c", "return_temp_c"),
        jumpAlone("return_temp_c", "supply_temp_c"),
        frozenAlone("supply_temp_c", "return_temp_c"),
        frozenAlone("return_temp_c", "supply_temp_c"),
        frozenForLong("supply_temp_c"),
        frozenForLong("return_temp_c"),
        {
          kind: "all",
          of: [
            {
              kind: "frozen",
              points: ["supply_temp_c", "return_temp_c", "supply_pressure_kpa", "supply_flow_m3h"],
              forS: 1800,
            },
            LOADED,
          ],
        },
        {
          kind: "all",
          of: [
            { kind: "limit", point: "supply_over_return_k", op: ">", limit: 0.5, deadband: 0.5 },
            LOADED,
            { kind: "flag", point: "circulation_pump_running" },
          ],
        },
        {
          kind: "fitted",
          of: {
            kind: "held",
            forS: 1800,
            of: {
              kind: "all",
              of: [
                { kind: "deviation", point: "heat_balance_pct", from: 95, by: 25, deadband: 5 },
                { kind: "flag", point: "circulation_pump_running" },
                LOADED,
              ],
            },
          },
        },
        { kind: "held", forS: 1800, of: { kind: "no-reading", points: [...CORE_POINTS] } },
      ],
    },
    onDelayS: 300,
    offDelayS: 1800,
    accusesSensors: true,
    source: "R27; J; witness of a jump or standstill J",
    texts: {
      "zh-CN": {
        title: "传感器可疑",
        cause: "传感器断线、卡死、漂移或接反，量程或单位配置错误。",
        consequence: "依赖该测点的报警与控制不可信，真实故障可能被掩盖。",
        action: "1. 与同箱其他测点、姊妹站点比较。2. 检查接线与变送器，必要时更换。3. 修复前人工读数并加强巡检。",
      },
      en: {
        title: "Sensor suspect",
        cause: "A broken wire, a stuck, drifting or swapped sensor, or a wrong range or unit.",
        consequence: "Alarms and control that rest on it cannot be trusted; a real fault may stay hidden.",
        action:
          "1. Compare with other points and with sister sites. 2. Check wiring and transmitter, replace if needed. 3. Read by hand and patrol more often until then.",
      },
    },
  }),
  defineRule({
    id: "fluid-quality",
    owner: "chemistry",
    priority: "medium",
    respondWithinMin: 10_080,
    condition: {
      kind: "any",
      of: [
        manual("coolant_ph", "<", 7),
        manual("coolant_ph", ">", 9),
        manual("coolant_hardness_mg_l", ">=", 120),
        manual("coolant_aluminium_mg_l", ">=", 50),
        manual("coolant_iron_mg_l", ">=", 50),
        manual("coolant_copper_mg_l", ">=", 50),
        { kind: "overdue", point: "coolant_ph", afterDays: 190 },
      ],
    },
    source: "R30; MAN",
    texts: {
      "zh-CN": {
        title: "冷却液水质异常",
        cause: "缓蚀剂消耗、补入硬水、金属腐蚀，或化验逾期未做。",
        consequence: "腐蚀与结垢加快，水冷板堵塞、渗漏。",
        action: "1. 复测确认。2. 按厂家要求添加缓蚀剂或更换冷却液。3. 查找金属离子升高的来源。4. 逾期则尽快取样。",
      },
      en: {
        title: "Coolant quality",
        cause: "Used-up inhibitor, hard water filled in, corrosion, or a test that is overdue.",
        consequence: "Corrosion and scale go faster; cold plates clog and leak.",
        action:
          "1. Test again. 2. Add inhibitor or change the coolant as the maker says. 3. Find where the metal comes from. 4. If overdue, take a sample soon.",
      },
    },
  }),
  defineRule({
    id: "housekeeping",
    owner: "operations",
    priority: "low",
    respondWithinMin: 10_080,
    condition: {
      kind: "any",
      of: [
        {
          kind: "fitted",
          of: {
            kind: "limit",
            point: "circulation_pump_run_hours",
            op: ">=",
            limit: { relativeTo: "baseline", baseline: "pump_greased_at_h", fallback: 0, offset: 2000 },
          },
        },
        { kind: "fitted", of: { kind: "deviation", point: "clock_skew_s", from: 0, by: 30, deadband: 5 } },
        { kind: "fitted", of: { kind: "change", point: "firmware_version", holdS: 86_400 } },
        {
          kind: "fitted",
          of: { kind: "held", of: { kind: "flag", point: "running_mode", is: "manual" }, forS: 14_400 },
        },
      ],
    },
    source: "R31; 2000 h MAN; the rest J",
    texts: {
      "zh-CN": {
        title: "日常维护提示",
        cause: "循环泵运行满 2000 小时需加脂、控制器时钟偏差超过 30 秒、固件版本变化，或手动模式超过 4 小时。",
        consequence: "短期无影响；长期会缩短设备寿命或让记录失准。",
        action: "1. 按维护计划加脂并登记。2. 校准控制器时钟。3. 核对固件变化是否计划内。4. 不需要时恢复自动模式。",
      },
      en: {
        title: "Housekeeping",
        cause:
          "2000 h of the pump since it was greased, a controller clock off by more than 30 s, another firmware, or manual mode for more than 4 h.",
        consequence: "None at once; in time equipment ages and records are off.",
        action:
          "1. Grease as planned and enter it. 2. Set the controller's clock. 3. See whether the firmware change was planned. 4. Go back to automatic mode.",
      },
    },
  }),
];
