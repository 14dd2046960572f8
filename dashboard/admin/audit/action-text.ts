import { PERMISSIONS, type Permission } from "../../../domain/access/permissions.ts";

type Words = { readonly "zh-CN": string; readonly en: string };

/** What the platform writes into its audit trail, in words. What is not here is shown as it is written. */
const ACTIONS: Readonly<Record<string, Words>> = {
  "session:sign-in": { "zh-CN": "登录", en: "Sign in" },
  "session:sign-out": { "zh-CN": "退出登录", en: "Sign out" },
  "session:end": { "zh-CN": "结束会话", en: "End a session" },
  "session:reuse": { "zh-CN": "重复使用已失效的会话凭证", en: "Use of an old session token" },
  "password:change": { "zh-CN": "修改密码", en: "Change the password" },
  "totp:add": { "zh-CN": "开始设置双重验证", en: "Set up a second factor" },
  "totp:confirm": { "zh-CN": "启用双重验证", en: "Switch the second factor on" },
  "totp:remove": { "zh-CN": "移除双重验证", en: "Remove the second factor" },
  "user:create": { "zh-CN": "新建用户", en: "Add a person" },
  "user:update": { "zh-CN": "修改用户", en: "Change a person" },
  "user:delete": { "zh-CN": "删除用户", en: "Remove a person" },
  "token:create": { "zh-CN": "创建服务令牌", en: "Make a service token" },
  "token:revoke": { "zh-CN": "吊销服务令牌", en: "Revoke a service token" },
  "site:create": { "zh-CN": "新增站点", en: "Add a site" },
  "site:update": { "zh-CN": "修改站点", en: "Change a site" },
  "site:import": { "zh-CN": "导入站点", en: "Import sites" },
  "site:export": { "zh-CN": "导出站点清单", en: "Export the inventory" },
  "site:test-connection": { "zh-CN": "测试连接", en: "Test a connection" },
  "history:export": { "zh-CN": "导出历史数据", en: "Export history" },
  "history:import": { "zh-CN": "导入历史数据", en: "Import history" },
  "lab:enter": { "zh-CN": "录入化验结果", en: "Enter lab readings" },
  "lab:void": { "zh-CN": "作废化验结果", en: "Void a lab reading" },
  "alarm:acknowledge": { "zh-CN": "确认报警", en: "Acknowledge alarms" },
  "alarm:reset": { "zh-CN": "复位报警", en: "Reset an alarm" },
  "alarm:assign": { "zh-CN": "指派报警", en: "Assign an alarm" },
  "alarm:comment": { "zh-CN": "为报警添加备注", en: "Add a note to an alarm" },
  "alarm:shelve": { "zh-CN": "搁置报警", en: "Shelve alarms" },
  "alarm:unshelve": { "zh-CN": "取消搁置报警", en: "End the shelving of an alarm" },
  "alarm:out-of-service": { "zh-CN": "停用报警", en: "Take an alarm out of service" },
  "alarm:in-service": { "zh-CN": "恢复停用的报警", en: "Take an alarm back into service" },
  "alarm:flag-sites": { "zh-CN": "设置检修或限电", en: "Set maintenance or curtailment" },
  "alarm:set-baseline": { "zh-CN": "设置调试基准值", en: "Set baselines" },
  "alarm:void-baseline": { "zh-CN": "作废调试基准值", en: "Void a baseline" },
  "alarm:end-flag": { "zh-CN": "提前结束检修或限电", en: "End maintenance or curtailment" },
  "rule:backtest": { "zh-CN": "回测报警规则", en: "Run alarm rules over history" },
  "rule:over-budget": { "zh-CN": "部署的报警规则超出报警预算", en: "Deployed alarm rules exceed the budget" },
  "rule:backtest-cancel": { "zh-CN": "取消回测", en: "Cancel a back-test" },
  "flows:credentials": { "zh-CN": "检查流程凭据的封印", en: "Check the seal of the flows' credentials" },
  "flows:deploy": { "zh-CN": "部署流程", en: "Deploy flows" },
  "settings:update": { "zh-CN": "修改平台设置", en: "Change settings" },
  "notification:add-recipient": { "zh-CN": "新增通知接收人", en: "Add a recipient of notification" },
  "notification:change-recipient": { "zh-CN": "修改通知接收人", en: "Change a recipient of notification" },
  "notification:remove-recipient": { "zh-CN": "删除通知接收人", en: "Remove a recipient of notification" },
  "notification:set-channel": { "zh-CN": "设置通知渠道", en: "Set up a channel of notification" },
  "notification:remove-channel": { "zh-CN": "移除通知渠道", en: "Remove a channel of notification" },
  "notification:change-plan": { "zh-CN": "修改通知路由与值班表", en: "Change routes and on-call calendars" },
  "notification:test": { "zh-CN": "发送测试通知", en: "Send a test message" },
  "webhook:create": { "zh-CN": "新增外发通知", en: "Add a webhook" },
  "webhook:update": { "zh-CN": "修改外发通知", en: "Change a webhook" },
  "webhook:delete": { "zh-CN": "删除外发通知", en: "Remove a webhook" },
  "webhook:test": { "zh-CN": "发送测试消息", en: "Send a test event" },
  "job:run": { "zh-CN": "立即运行任务", en: "Run a job" },
  "audit:export": { "zh-CN": "导出审计日志", en: "Export the audit trail" },
  "audit:cut": { "zh-CN": "清理过期的审计记录", en: "Drop old entries of the trail" },
  "process:fault": { "zh-CN": "进程因未处理的错误重启", en: "Restart after an unexpected error" },
  "session:proof": { "zh-CN": "敏感操作前再次验证身份", en: "Prove again who one is" },
  "secrets:reseal": { "zh-CN": "以新密钥重新加密", en: "Seal secrets with the new key" },
};

/** Things that are done something to, in the order of the filter. */
export const ACTION_GROUPS = [
  "session",
  "user",
  "password",
  "totp",
  "token",
  "site",
  "history",
  "lab",
  "alarm",
  "notification",
  "flows",
  "settings",
  "webhook",
  "job",
  "audit",
] as const;

/** A refused attempt stands under the permission that it lacked. */
export function actionText(action: string, locale: "zh-CN" | "en"): string {
  const known = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (known) return known[locale];
  return Object.hasOwn(PERMISSIONS, action) ? PERMISSIONS[action as Permission].label[locale] : action;
}
