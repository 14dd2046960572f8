import { defineRule } from "../rule.ts";

const OFFLINE = { kind: "flag", point: "camera_online", is: false };

/** Cameras; beside the 31 rules about the plant. While nothing is known of a camera nothing is raised, and nothing ends. */
export const CAMERA_RULES = [
  defineRule({
    id: "camera-offline",
    owner: "network",
    priority: "low",
    respondWithinMin: 1440,
    condition: { kind: "fitted", of: OFFLINE },
    onDelayS: 600,
    offDelayS: 300,
    suppressedBy: [
      "segment-cameras-offline",
      "segment-down",
      "scan-suspect",
      "power-fault",
      "curtailment",
      "maintenance",
    ],
    source: "J",
    texts: {
      "zh-CN": {
        title: "摄像头离线",
        cause: "摄像头断电、死机或更换，网线或交换机端口故障，地址或账号变更，或播放地址失效。",
        consequence: "无法远程查看该站点；需要时没有录像作为依据。冷却与采集不受影响。",
        action:
          "1. 在视频墙查看离线原因与起始时间。2. 检查摄像头供电与网线，必要时重启。3. 核对站点清单中的摄像头地址。",
      },
      en: {
        title: "Camera offline",
        cause:
          "The camera lost power, hangs or was replaced, a cable or switch port, another address or password, or its playlist has moved.",
        consequence:
          "Nobody can look at the site from afar, and there is no recording when one is needed. Cooling and readings go on.",
        action:
          "1. See cause and time on the video wall. 2. Check the camera's power and cable, restart it if needed. 3. Compare its address with the inventory.",
      },
    },
  }),
  defineRule({
    id: "camera-unstable",
    owner: "network",
    priority: "low",
    respondWithinMin: 10_080,
    condition: { kind: "fitted", of: { kind: "count", of: OFFLINE, min: 5, clearBelow: 2, windowS: 7200 } },
    suppressedBy: [
      "camera-offline",
      "segment-cameras-offline",
      "segment-down",
      "scan-suspect",
      "power-fault",
      "curtailment",
      "maintenance",
    ],
    source: "J",
    texts: {
      "zh-CN": {
        title: "摄像头频繁掉线",
        cause: "网络丢包或无线链路不稳、供电不足、摄像头反复重启，或其同时连接数已满。",
        consequence: "画面和录像断断续续，关键时刻可能缺失。",
        action: "1. 查看掉线时刻是否有规律。2. 检查链路质量、供电与连接数。3. 升级固件或更换摄像头。",
      },
      en: {
        title: "Camera comes and goes",
        cause: "Lost packets, a weak radio link, poor power, a camera that restarts, or one with too many connections.",
        consequence: "Pictures and recordings have gaps, perhaps when they matter.",
        action:
          "1. See whether its times have a pattern. 2. Check link, power and number of connections. 3. Update or replace the camera.",
      },
    },
  }),
  defineRule({
    id: "segment-cameras-offline",
    scope: "segment",
    owner: "network",
    priority: "medium",
    respondWithinMin: 240,
    condition: {
      kind: "sites",
      where: { kind: "fitted", of: OFFLINE },
      // As for contact with a segment; sites without a camera count as well.
      minShare: 0.6,
      minCount: 5,
      clearShare: 0.3,
    },
    // Before its members: the cause must be there before its consequences.
    onDelayS: 300,
    offDelayS: 300,
    suppressedBy: ["segment-down", "scan-suspect"],
    source: "J",
    texts: {
      "zh-CN": {
        title: "区域摄像头大面积离线",
        cause: "摄像头所在网络、录像机或其供电故障，或平台视频网关到该区域的路由、防火墙变更。",
        consequence: "整个区域无法远程查看，也没有录像。",
        action:
          "1. 确认控制器仍有应答：若无应答，按网段中断处置。2. 检查摄像头网络、交换机与供电。3. 检查视频网关到该区域的路由与防火墙。",
      },
      en: {
        title: "Cameras of a segment offline",
        cause:
          "The cameras' network, a recorder or their power, or another route or firewall between the video gateway and the segment.",
        consequence: "Nobody can look at the whole segment from afar, and nothing is recorded there.",
        action:
          "1. Do the controllers answer? If not, see “Segment down”. 2. Check the cameras' network, switches and power. 3. Check route and firewall from the video gateway.",
      },
    },
  }),
];
