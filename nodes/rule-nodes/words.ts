import type { Words } from "./fields.ts";

/** What every rule node says alike, in its form and beside it. */
export const FORM_WORDS = {
  name: { "zh-CN": "名称", en: "Name" },
  platform: { "zh-CN": "平台", en: "Platform" },
  output: { "zh-CN": "快照组 snapshots、轮次报告 round-report", en: "snapshots, round-report" },
  badConfig: { "zh-CN": "设置有误", en: "wrong settings" },
  now: { "zh-CN": "当前数据", en: "Present data" },
  counts: {
    "zh-CN": "成立 __holds__ · 不成立 __clear__ · 无法判断 __unknown__",
    en: "holds at __holds__ · does not at __clear__ · cannot be told at __unknown__",
  },
  needsHistory: {
    "zh-CN": "该条件需要连续多次采样，单次数据仅供参考。",
    en: "This condition needs several samples in a row: one moment shows little of it.",
  },
} satisfies Record<string, Words>;

/** The parts of the help that are the same for all. */
export const HELP_WORDS = {
  settings: { "zh-CN": "设置", en: "Settings" },
  wires: { "zh-CN": "输入与输出", en: "Inputs and outputs" },
  wiresText: {
    "zh-CN":
      "snapshots 与 round-report，原样传出，并在 msg.ruleHolders 中加上本节点。位于「实时数据」与「判定与抑制」之间，可与其他规则节点串联。",
    en: "snapshots and round-report, passed on untouched, with this node added to msg.ruleHolders. It stands between “live data” and “judge and suppress”, in series with other rule nodes.",
  },
  status: { "zh-CN": "状态", en: "Status" },
  statusText: {
    "zh-CN": "规则编号；多条时为条数。设置有误时沿用上次可用的规则，并在此显示。",
    en: "The rule's id, or how many there are. With wrong settings the last rules that could be used stay, and it is said here.",
  },
  errors: { "zh-CN": "错误", en: "Errors" },
  errorsText: {
    "zh-CN": "设置有误时写入日志并在状态中显示，数据照常通过；主题不符的消息触发捕获节点。",
    en: "Wrong settings go to the log and to its status, and what comes still passes; a message of another topic goes to Catch nodes.",
  },
  example: { "zh-CN": "示例", en: "Example" },
  exampleText: {
    "zh-CN": "「导入 → 示例 → antbox-flow → alert-limit」：所有此类节点的接法相同。",
    en: "Import → Examples → antbox-flow → alert-limit: all nodes of this kind are wired like it.",
  },
} satisfies Record<string, Words>;
