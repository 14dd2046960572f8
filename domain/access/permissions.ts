import { ROLES, type Role } from "./session-user.ts";

/** Who may do one thing: the lowest role, and the words that the user interface and the API reference show for it. */
export type PermissionDefinition = {
  readonly lowestRole: Role;
  readonly label: { readonly "zh-CN": string; readonly en: string };
};

/**
 * The one permission table, `thing:action`. REST routes, live subscriptions, Dashboard hooks and the editor ask it;
 * the OpenAPI document and the user interface show it. Where a line is not obvious:
 *
 * - `raw:read`: a raw reply may hold serial numbers and network facts of a controller
 * - `flows:read`: flows show addresses and functions, so nobody below an engineer sees them
 * - `flows:edit`: whoever edits flows owns the process and its machine
 */
export const PERMISSIONS = {
  "account:read": { lowestRole: "viewer", label: { "zh-CN": "查看自己的账号", en: "See the own account" } },
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
  "lab:read": { lowestRole: "viewer", label: { "zh-CN": "查看化验记录", en: "See the lab readings" } },
  "dashboard:act": { lowestRole: "operator", label: { "zh-CN": "操作流程中的控件", en: "Use the controls of a flow" } },
  "sites:watch": { lowestRole: "operator", label: { "zh-CN": "加密采集站点", en: "Have a site polled more often" } },
  "history:export": { lowestRole: "operator", label: { "zh-CN": "导出历史数据", en: "Export the history" } },
  "raw:read": { lowestRole: "operator", label: { "zh-CN": "查看原始应答", en: "See the raw replies of controllers" } },
  "lab:write": { lowestRole: "operator", label: { "zh-CN": "录入和作废化验结果", en: "Enter and void lab readings" } },
  "metrics:read": { lowestRole: "operator", label: { "zh-CN": "读取运行指标", en: "Read the platform's metrics" } },
  "jobs:read": { lowestRole: "operator", label: { "zh-CN": "查看后台任务", en: "See the platform's jobs" } },
  "profiles:try": { lowestRole: "engineer", label: { "zh-CN": "试用设备档案", en: "Try a device profile on replies" } },
  "history:import": { lowestRole: "engineer", label: { "zh-CN": "导入历史数据", en: "Import history" } },
  "flows:read": { lowestRole: "engineer", label: { "zh-CN": "查看流程", en: "See the flows" } },
  "jobs:run": { lowestRole: "admin", label: { "zh-CN": "立即运行后台任务", en: "Run a job of the platform now" } },
  "flows:edit": { lowestRole: "engineer", label: { "zh-CN": "编辑流程", en: "Edit the flows" } },
} as const satisfies Record<`${string}:${string}`, PermissionDefinition>;

export type Permission = keyof typeof PERMISSIONS;

/** Deny by default: an unknown role or permission, as it may come out of a database or a flow, is not allowed anything. */
export function isAllowed(role: Role, permission: Permission): boolean {
  if (!Object.hasOwn(PERMISSIONS, permission)) return false;
  const rank = ROLES.indexOf(role);
  return rank >= 0 && rank >= ROLES.indexOf(PERMISSIONS[permission].lowestRole);
}
