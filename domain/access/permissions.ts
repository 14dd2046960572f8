import { ROLES, type Role } from "./session-user.ts";

/** Who may do one thing: the lowest role, and the words that the user interface and the API reference show for it. */
export type PermissionDefinition = {
  readonly lowestRole: Role;
  readonly label: { readonly "zh-CN": string; readonly en: string };
  /** It cannot be narrowed down to some sites: whoever may see a part of the fleet only does not have it. */
  readonly isFleetWide?: true;
};

/**
 * The one permission table, `thing:action`. REST routes, live subscriptions, Dashboard hooks and the editor ask it;
 * the OpenAPI document and the user interface show it. Where a line is not obvious:
 *
 * - `raw:read`: a raw reply may hold serial numbers and network facts of a controller
 * - `flows:read`: flows show addresses and functions, so nobody below an engineer sees them
 * - `flows:edit`: whoever edits flows owns the process and its machine
 * - fleet-wide are: flows, which see every site; metrics, which count the whole fleet; the controls of a flow, because a
 *   flow does not say which site it acts on; the audit trail and webhooks, which tell of every site; and people, tokens
 *   and settings, with which a limit could be lifted
 */
export const PERMISSIONS = {
  "account:read": { lowestRole: "viewer", label: { "zh-CN": "查看自己的账号", en: "See the own account" } },
  "account:write": {
    lowestRole: "viewer",
    label: { "zh-CN": "修改自己的密码与登录方式", en: "Change the own password and sign-in" },
  },
  "dashboard:use": { lowestRole: "viewer", label: { "zh-CN": "打开监控界面", en: "Open the dashboard" } },
  "live:subscribe": { lowestRole: "viewer", label: { "zh-CN": "订阅实时数据", en: "Subscribe to live data" } },
  "sites:read": { lowestRole: "viewer", label: { "zh-CN": "查看站点", en: "See the sites" } },
  "snapshots:read": { lowestRole: "viewer", label: { "zh-CN": "查看最新数据", en: "See the newest snapshots" } },
  "history:read": { lowestRole: "viewer", label: { "zh-CN": "查看历史数据", en: "See the history" } },
  "rounds:read": { lowestRole: "viewer", label: { "zh-CN": "查看采集轮次", en: "See the rounds of polling" } },
  "points:read": { lowestRole: "viewer", label: { "zh-CN": "查看测点目录", en: "See the catalogue of points" } },
  "profiles:read": { lowestRole: "viewer", label: { "zh-CN": "查看设备档案", en: "See the device profiles" } },
  "status:read": { lowestRole: "viewer", label: { "zh-CN": "查看平台状态", en: "See the state of the platform" } },
  "docs:read": { lowestRole: "viewer", label: { "zh-CN": "阅读接口文档", en: "Read the API reference" } },
  "alarms:read": { lowestRole: "viewer", label: { "zh-CN": "查看报警", en: "See the alarms" } },
  "rules:read": { lowestRole: "viewer", label: { "zh-CN": "查看报警规则", en: "See the alarm rules" } },
  "lab:read": { lowestRole: "viewer", label: { "zh-CN": "查看化验记录", en: "See the lab readings" } },
  "commands:read": {
    lowestRole: "viewer",
    label: { "zh-CN": "查看命令及其结果", en: "See commands and what came of them" },
  },
  "video:view": { lowestRole: "viewer", label: { "zh-CN": "查看实时视频", en: "See live video" } },
  "video:replay": {
    lowestRole: "operator",
    label: { "zh-CN": "回放视频录像", en: "Replay recorded video" },
  },
  "video:lock": {
    lowestRole: "engineer",
    label: { "zh-CN": "锁定录像作为证据及解锁", en: "Lock recordings as evidence, and unlock them" },
  },
  "dashboard:act": {
    lowestRole: "operator",
    isFleetWide: true,
    label: { "zh-CN": "操作流程中的控件", en: "Use the controls of a flow" },
  },
  "sites:watch": { lowestRole: "operator", label: { "zh-CN": "加密采集站点", en: "Have a site polled more often" } },
  "history:export": { lowestRole: "operator", label: { "zh-CN": "导出历史数据", en: "Export the history" } },
  "commands:export": { lowestRole: "operator", label: { "zh-CN": "导出命令记录", en: "Export the commands" } },
  "raw:read": { lowestRole: "operator", label: { "zh-CN": "查看原始应答", en: "See the raw replies of controllers" } },
  "alarms:acknowledge": {
    lowestRole: "operator",
    label: { "zh-CN": "确认、指派、备注和复位报警", en: "Acknowledge, assign, comment and reset alarms" },
  },
  "alarms:shelve": { lowestRole: "operator", label: { "zh-CN": "搁置报警", en: "Shelve alarms for a time" } },
  "commands:give": {
    lowestRole: "operator",
    label: { "zh-CN": "下发和撤销命令", en: "Give commands to controllers, and take them back" },
  },
  "commands:approve": {
    lowestRole: "operator",
    label: {
      "zh-CN": "批准他人的命令，判定结果不明的命令",
      en: "Agree to commands of other people, and say what an unknown one did",
    },
  },
  "sites:lock": {
    lowestRole: "operator",
    label: { "zh-CN": "挂上和摘除检修牌", en: "Hang and remove maintenance locks" },
  },
  "sites:stop": {
    lowestRole: "operator",
    label: { "zh-CN": "急停站点，复位急停", en: "Stop a site as an emergency, and reset the stop" },
  },
  "notifications:read": {
    lowestRole: "operator",
    isFleetWide: true,
    label: { "zh-CN": "查看通知投递记录", en: "See who was told of alarms" },
  },
  "lab:write": { lowestRole: "operator", label: { "zh-CN": "录入和作废化验结果", en: "Enter and void lab readings" } },
  "metrics:read": {
    lowestRole: "operator",
    isFleetWide: true,
    label: { "zh-CN": "读取运行指标", en: "Read the platform's metrics" },
  },
  "jobs:read": { lowestRole: "operator", label: { "zh-CN": "查看后台任务", en: "See the platform's jobs" } },
  "profiles:try": { lowestRole: "engineer", label: { "zh-CN": "试用设备档案", en: "Try a device profile on replies" } },
  "history:import": { lowestRole: "engineer", label: { "zh-CN": "导入历史数据", en: "Import history" } },
  "flows:read": { lowestRole: "engineer", isFleetWide: true, label: { "zh-CN": "查看流程", en: "See the flows" } },
  "sites:manage": { lowestRole: "engineer", label: { "zh-CN": "管理站点清单", en: "Manage the inventory of sites" } },
  "alarms:manage": {
    lowestRole: "engineer",
    label: {
      "zh-CN": "停用报警，设置检修、限电和调试基准值",
      en: "Take alarms out of service, set maintenance, curtailment and baselines",
    },
  },
  "rules:backtest": {
    lowestRole: "engineer",
    label: { "zh-CN": "用历史数据回测报警规则", en: "Run alarm rules over history" },
  },
  "audit:read": {
    lowestRole: "engineer",
    isFleetWide: true,
    label: { "zh-CN": "查看并校验审计日志", en: "Read and verify the audit trail" },
  },
  "jobs:run": { lowestRole: "admin", label: { "zh-CN": "立即运行后台任务", en: "Run a job of the platform now" } },
  "flows:edit": { lowestRole: "engineer", isFleetWide: true, label: { "zh-CN": "编辑流程", en: "Edit the flows" } },
  "audit:export": {
    lowestRole: "admin",
    isFleetWide: true,
    label: { "zh-CN": "导出审计日志", en: "Export the audit trail" },
  },
  "sites:export": {
    lowestRole: "admin",
    label: { "zh-CN": "导出站点清单（含地址）", en: "Export the inventory with its addresses" },
  },
  "commands:enable": {
    lowestRole: "admin",
    isFleetWide: true,
    label: { "zh-CN": "开放或关闭命令下发", en: "Switch commands to controllers on and off" },
  },
  "users:read": {
    lowestRole: "admin",
    isFleetWide: true,
    label: { "zh-CN": "查看用户与会话", en: "See people and their sessions" },
  },
  "users:manage": {
    lowestRole: "admin",
    isFleetWide: true,
    label: { "zh-CN": "管理用户与会话", en: "Manage people and their sessions" },
  },
  "tokens:manage": {
    lowestRole: "admin",
    isFleetWide: true,
    label: { "zh-CN": "管理服务令牌", en: "Manage service tokens" },
  },
  "settings:read": { lowestRole: "admin", label: { "zh-CN": "查看平台设置", en: "See the settings of the platform" } },
  "settings:manage": {
    lowestRole: "admin",
    isFleetWide: true,
    label: { "zh-CN": "修改平台设置", en: "Change the settings of the platform" },
  },
  "notifications:manage": {
    lowestRole: "admin",
    isFleetWide: true,
    label: { "zh-CN": "管理通知接收人、渠道和路由", en: "Manage recipients, channels and routes of notification" },
  },
  "webhooks:manage": {
    lowestRole: "admin",
    isFleetWide: true,
    label: { "zh-CN": "管理外发通知接口", en: "Manage outgoing webhooks" },
  },
} as const satisfies Record<`${string}:${string}`, PermissionDefinition>;

export type Permission = keyof typeof PERMISSIONS;

/** False for an unknown permission, which nobody has anyway. */
export function isFleetWide(permission: Permission): boolean {
  const definition: PermissionDefinition | undefined = Object.hasOwn(PERMISSIONS, permission)
    ? PERMISSIONS[permission]
    : undefined;
  return definition?.isFleetWide === true;
}

/** Deny by default: an unknown role or permission, as it may come out of a database or a flow, is not allowed anything. */
export function isAllowed(role: Role, permission: Permission): boolean {
  if (!Object.hasOwn(PERMISSIONS, permission)) return false;
  const rank = ROLES.indexOf(role);
  return rank >= 0 && rank >= ROLES.indexOf(PERMISSIONS[permission].lowestRole);
}
