import { defineRule } from "../rule.ts";

/** Leak, freeze and smoke: nothing ever hides them. */
export const SAFETY_RULES = [
  defineRule({
    id: "leak",
    owner: "mechanical",
    priority: "critical",
    respondWithinMin: 5,
    condition: { kind: "flag", point: "leak_detected" },
    offDelayS: 300,
    latching: true,
    neverSuppressed: true,
    source: "R01; API, AM; critical in MOS",
    texts: {
      "zh-CN": {
        title: "漏液",
        cause: "管路接头、快插、软管或矿机水冷板漏液；漏液绳受潮、脏污也会误报。",
        consequence: "冷却液接触带电部件会短路起火；液位和回液压力持续下降，最终断流停机。",
        action:
          "1. 用摄像头查看箱内积液位置。2. 有明显漏液：先让矿机休眠，再停循环泵，并切断受影响配电。3. 派人到现场关闭支路阀、擦干、更换接头或软管。4. 确认漏液绳干燥、回液压力稳定后，在现场检查完成的前提下复位报警。",
      },
      en: {
        title: "Leak",
        cause: "A joint, quick coupling, hose or cold plate leaks. A damp or dirty sensing rope can say so falsely.",
        consequence:
          "Coolant on live parts can short and burn; level and return pressure fall until the flow breaks off.",
        action:
          "1. Look with the camera where liquid stands. 2. If it is real: put the miners to sleep, then stop the pump and cut the power of the part concerned. 3. On site, close the branch valve, dry, replace joint or hose. 4. Reset only after somebody has inspected it, the rope is dry and return pressure holds.",
      },
    },
  }),
  defineRule({
    id: "freeze",
    owner: "mechanical",
    priority: "critical",
    respondWithinMin: 10,
    condition: {
      kind: "any",
      of: [
        { kind: "flag", point: "freeze_alarm" },
        { kind: "limit", point: "coldest_liquid_c", op: "<", limit: 3, deadband: 3 },
      ],
    },
    offDelayS: 600,
    neverSuppressed: true,
    source: "R07; API; limits J",
    texts: {
      "zh-CN": {
        title: "防冻报警",
        cause: "低温天气下停机或低负载运行，循环中断，防冻液浓度不足，或冷却塔风机、喷淋未停。",
        consequence: "管路、换热器和水冷板结冰胀裂，化冻后大面积漏液，设备长时间停运。",
        action:
          "1. 确认循环泵在运行，停止喷淋泵和冷却塔风机。2. 提高供液设定或让矿机保持发热。3. 无法恢复循环时，通知现场人员排空冷却塔与外部管路。4. 化验冷却液冰点，确认低于当地最低气温 5 K 以上。",
      },
      en: {
        title: "Freeze alarm",
        cause:
          "Cold weather with a stopped or lightly loaded loop, broken circulation, too little glycol, or tower fans and spray still running.",
        consequence: "Pipes, heat exchangers and cold plates burst with ice and leak widely after the thaw.",
        action:
          "1. See that the circulation pump runs; stop spray and tower fans. 2. Raise the set-point, or keep the miners heating. 3. If circulation cannot be restored, have tower and outside pipes drained on site. 4. Test the coolant's freeze point: at least 5 K below the lowest outdoor temperature.",
      },
    },
  }),
  defineRule({
    id: "smoke",
    owner: "operations",
    priority: "critical",
    respondWithinMin: 2,
    condition: { kind: "flag", point: "smoke_detected" },
    offDelayS: 60,
    latching: true,
    neverSuppressed: true,
    source: "R09; API1",
    texts: {
      "zh-CN": {
        title: "烟感报警",
        cause: "配电柜、电缆接头或矿机电源过热冒烟；粉尘、水雾也可能触发。",
        consequence: "可能已经起火，危及人员与整个箱体。",
        action:
          "1. 立即用摄像头确认，通知现场人员，不要独自进入箱体。2. 看到烟火：切断该箱上级电源，报火警，按应急预案处置。3. 未见烟火：检查配电柜温度和接头，清洁烟感探头。4. 查明原因后复位报警。",
      },
      en: {
        title: "Smoke",
        cause: "A cabinet, cable joint or power supply overheats. Dust or spray can trigger the detector too.",
        consequence: "There may be a fire that endangers people and the whole container.",
        action:
          "1. Look with the camera at once and tell the people on site; nobody enters alone. 2. Smoke or flames: cut the upstream supply, call the fire brigade, follow the emergency plan. 3. Nothing to see: check cabinet temperature and joints, clean the detector. 4. Reset when the cause is known.",
      },
    },
  }),
];
