import { defineRule } from "../rule.ts";
import { SUSPECT_SHARE, SUSPECT_SITES } from "../suspect-scan.ts";

/** Contact with sites and segments. */
export const CONTACT_RULES = [
  defineRule({
    id: "site-unreachable",
    owner: "network",
    priority: "high",
    respondWithinMin: 15,
    condition: {
      kind: "any",
      of: [
        { kind: "lost-contact", misses: 3, goodPolls: 2 },
        { kind: "fitted", of: { kind: "flag", point: "plc_disconnect" } },
      ],
    },
    suppressedBy: ["segment-down", "scan-suspect"],
    suppressesSite: true,
    source: "R20; field review; plc_disconnect J",
    texts: {
      "zh-CN": {
        title: "站点失联",
        cause: "控制器断电或重启、网线或交换机故障、地址冲突，或控制器与 PLC 通信中断。",
        consequence: "该站点状态未知，故障无法被发现，命令无法下发。",
        action: "1. 查看同网段其他站点是否正常。2. 检查控制器电源与网络。3. 现场确认冷却在运行，恢复前由人工巡检。",
      },
      en: {
        title: "Site unreachable",
        cause:
          "The controller lost power or restarts, cable or switch, an address conflict, or the controller has lost its PLC.",
        consequence: "Nobody knows the state of the site; faults go unseen and commands cannot be sent.",
        action:
          "1. See whether other sites of the segment answer. 2. Check the controller's power and network. 3. Confirm on site that the cooling runs, and patrol until contact is back.",
      },
    },
  }),
  defineRule({
    id: "segment-down",
    scope: "segment",
    owner: "network",
    priority: "critical",
    respondWithinMin: 10,
    condition: {
      kind: "sites",
      // One miss earlier than for a single site: the cause must be there before its consequences.
      where: { kind: "lost-contact", misses: 2 },
      minShare: 0.6,
      minCount: 5,
      clearShare: 0.3,
    },
    offDelayS: 120,
    suppressedBy: ["scan-suspect"],
    source: "R21; AM",
    texts: {
      "zh-CN": {
        title: "网段中断",
        cause: "汇聚交换机、光纤、无线桥或该区域供电故障。",
        consequence: "该网段内所有站点状态未知；若为停电，冷却也已停止。",
        action: "1. 区分是网络还是供电：查看上级电表与摄像头。2. 检查汇聚交换机与光纤。3. 若停电，按停电预案处置。",
      },
      en: {
        title: "Segment down",
        cause: "An aggregation switch, fibre, radio bridge, or the power of the area.",
        consequence: "The state of all its sites is unknown; if it is the power, their cooling has stopped too.",
        action:
          "1. Network or power? Look at meters and cameras upstream. 2. Check switch and fibre. 3. If it is the power, follow the outage plan.",
      },
    },
  }),
];

/** The platform's doubt about itself; beside the 31 rules, and a parent of the two above. */
export const SCAN_SUSPECT = defineRule({
  id: "scan-suspect",
  scope: "fleet",
  owner: "network",
  priority: "critical",
  respondWithinMin: 5,
  condition: {
    kind: "sites",
    where: { kind: "lost-contact", misses: 1, goodPolls: 1 },
    minShare: SUSPECT_SHARE,
    minCount: SUSPECT_SITES,
    clearShare: 0.3,
  },
  offDelayS: 120,
  source: "domain 8.4; J",
  texts: {
    "zh-CN": {
      title: "疑似采集故障",
      cause: "一轮之内半数以上站点同时无应答：多为采集服务器、核心交换机或防火墙故障，也可能全场停电。",
      consequence: "平台看不到现场，屏幕上的数据已过期。",
      action: "1. 检查采集服务器网络与核心交换机。2. 电话联系现场确认供电与冷却。3. 恢复前不要相信屏幕数值。",
    },
    en: {
      title: "Scan fault suspected",
      cause:
        "More than half of the sites fell silent within one round: mostly the collector's network, core switch or firewall, or an outage of everything.",
      consequence: "The platform is blind; what the screens show is old.",
      action:
        "1. Check the collector's network and the core switch. 2. Call the site: power and cooling? 3. Trust no figure on the screen until it is back.",
    },
  },
});
