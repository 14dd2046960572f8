import type { ErrorCode } from "../../domain/errors.ts";

type Text = { readonly "zh-CN": string; readonly en: string };

/**
 * What the server says against something, for people. A code that a screen cannot meet says what `other` says, with the
 * server's own sentence. `{s}`: seconds to wait.
 */
export const PROBLEM_TEXTS: Readonly<Partial<Record<ErrorCode | "away" | "other", Text>>> = {
  away: {
    "zh-CN": "服务器无应答，正在重试。",
    en: "The server does not answer; trying again.",
  },
  other: { "zh-CN": "操作未完成：{detail}", en: "That did not work: {detail}" },
  "auth.not-signed-in": { "zh-CN": "登录已结束，请重新登录。", en: "Your session has ended. Sign in again." },
  "auth.not-allowed": { "zh-CN": "您没有此权限。", en: "You may not do this." },
  "auth.out-of-scope": { "zh-CN": "该站点不在您的范围内。", en: "This site is not among yours." },
  "auth.too-many-attempts": {
    "zh-CN": "尝试次数过多，请 {s} 秒后再试。",
    en: "Too many attempts. Try again in {s} s.",
  },
  "auth.password-change-required": { "zh-CN": "请先修改密码。", en: "Replace your password first." },
  "auth.totp-required": { "zh-CN": "请先启用双重验证。", en: "Switch the second factor on first." },
  "auth.proof-required": {
    "zh-CN": "未执行：需要再次验证身份。",
    en: "Nothing was done: this needs a new proof of who you are.",
  },
  "auth.name-taken": { "zh-CN": "该用户名已被使用。", en: "This user name is taken." },
  "account.wrong-password": { "zh-CN": "当前密码错误。", en: "The present password is wrong." },
  "account.wrong-code": {
    "zh-CN": "验证码错误或已使用。请输入验证器中最新的 6 位数字。",
    en: "The code is wrong or was used already. Enter the newest 6 digits of your authenticator.",
  },
  "account.weak-password": { "zh-CN": "密码不符合要求：{detail}", en: "This password is not allowed: {detail}" },
  "account.external": {
    "zh-CN": "该账号由身份提供方登录，密码与双重验证在那里管理。",
    en: "This account signs in with the identity provider; password and second factor are kept there.",
  },
  "account.totp-on": { "zh-CN": "双重验证已启用。", en: "The second factor is on already." },
  "account.totp-off": { "zh-CN": "双重验证未启用。", en: "The second factor is not on." },
  "user.not-found": { "zh-CN": "该用户已不存在。", en: "There is no such person any more." },
  "user.exists": { "zh-CN": "该用户名已被使用。", en: "This user name is taken." },
  "user.last-admin": {
    "zh-CN": "这是最后一位可用的管理员，不能停用或降级。",
    en: "This is the last enabled administrator and can be neither disabled nor given a lower role.",
  },
  "user.yourself": {
    "zh-CN": "不能更改自己的角色，也不能停用自己。",
    en: "Nobody changes their own role or disables themselves.",
  },
  "session.not-found": { "zh-CN": "该会话已经结束。", en: "This session has ended already." },
  "token.not-found": { "zh-CN": "该令牌已不存在。", en: "There is no such token any more." },
  "token.name-taken": { "zh-CN": "已有同名令牌。", en: "Another token has this name." },
  "notification.recipient-not-found": { "zh-CN": "该接收人已不存在。", en: "There is no such recipient any more." },
  "notification.recipient-in-use": {
    "zh-CN": "路由或值班表仍引用该接收人，请先移出。",
    en: "A route or a calendar names this recipient; take it out there first.",
  },
  "notification.name-taken": { "zh-CN": "已有同名接收人。", en: "Another recipient has this name." },
  "notification.too-many": { "zh-CN": "接收人数量已达上限。", en: "There are as many recipients as there may be." },
  "notification.no-address": {
    "zh-CN": "该接收人在此渠道没有地址。",
    en: "The recipient has no address on this channel.",
  },
  "notification.channel-off": { "zh-CN": "该渠道未设置或已停用。", en: "The channel is not set up, or switched off." },
  "notification.channel-not-found": { "zh-CN": "该渠道尚未设置。", en: "The channel is not set up." },
  "webhook.not-found": { "zh-CN": "该接口已不存在。", en: "There is no such webhook any more." },
  "webhook.name-taken": { "zh-CN": "已有同名接口。", en: "Another webhook has this name." },
  "webhook.too-many": { "zh-CN": "接口数量已达上限。", en: "There are as many webhooks as there may be." },
  "webhook.disabled": { "zh-CN": "该接口已关闭，请先启用。", en: "This webhook is switched off; switch it on first." },
  "secret.unreadable": {
    "zh-CN": "存储的密文无法解密：平台密钥已更换？",
    en: "A stored secret cannot be opened: was the platform's key replaced?",
  },
  "alarm.not-found": { "zh-CN": "该报警已不存在。", en: "This alarm is not there any more." },
  "alarm.nothing-new": { "zh-CN": "该报警已是这样，无需更改。", en: "The alarm is like that already." },
  "alarm.nothing-to-acknowledge": {
    "zh-CN": "该报警无需确认，或已有人确认。",
    en: "The alarm needs no acknowledgement, or somebody has given it meanwhile.",
  },
  "alarm.nothing-to-reset": {
    "zh-CN": "该报警无需复位，或已有人复位。",
    en: "The alarm needs no reset, or somebody has reset it meanwhile.",
  },
  "alarm.still-active": {
    "zh-CN": "报警条件仍成立，恢复正常后才能复位。",
    en: "The condition still holds: reset the alarm when that is over.",
  },
  "alarm.not-shelved": {
    "zh-CN": "该报警未搁置，或搁置时间已到。",
    en: "The alarm is not shelved, or its time has run out.",
  },
  "alarm.not-out-of-service": { "zh-CN": "该报警未停用。", en: "The alarm is in service." },
  "alarm.flag-not-found": { "zh-CN": "该检修或限电记录已不存在。", en: "This maintenance is not there any more." },
  "alarm.flag-over": {
    "zh-CN": "该检修或限电已结束。",
    en: "This maintenance or curtailment is over already.",
  },
  "baseline.not-found": { "zh-CN": "该基准值已不存在。", en: "This baseline is not there any more." },
  "baseline.not-in-history": {
    "zh-CN": "该时段的历史数据无法得出基准值。",
    en: "The history of this time gives no baseline.",
  },
  "rule.expression-invalid": { "zh-CN": "条件表达式有误：{detail}", en: "The condition cannot be used: {detail}" },
  "rule.invalid": { "zh-CN": "报警规则有误：{detail}", en: "The rule cannot be used: {detail}" },
  "backtest.not-found": {
    "zh-CN": "该回测已不存在，请重新运行。",
    en: "This back-test is not there any more; run it again.",
  },
  "backtest.busy": {
    "zh-CN": "已有回测正在运行，请等待其结束或先取消。",
    en: "Back-tests are under way; wait for their end, or cancel yours.",
  },
  "backtest.too-long": {
    "zh-CN": "回测超时，请缩短时间范围或减少规则。",
    en: "The back-test took too long; choose a shorter stretch or fewer rules.",
  },
  "command.not-found": { "zh-CN": "该命令不存在。", en: "There is no such command." },
  "command.kind-unusable": {
    "zh-CN": "该站点不支持此命令：{detail}",
    en: "This site does not take the command: {detail}",
  },
  "command.arguments-invalid": { "zh-CN": "参数有误：{detail}", en: "The value is not allowed: {detail}" },
  "command.refused": {
    "zh-CN": "联锁条件不满足，未执行：{detail}",
    en: "An interlock refuses it, nothing was done: {detail}",
  },
  "command.cannot-verify": {
    "zh-CN": "联锁条件无法核实，未执行：{detail}",
    en: "The interlocks cannot be verified, nothing was done: {detail}",
  },
  "command.confirmation-required": { "zh-CN": "未执行：请先试算。", en: "Nothing was done: select it first." },
  "command.confirmation-over": {
    "zh-CN": "未执行：试算结果已过期，请重新试算。",
    en: "Nothing was done: the selection has run out. Select again.",
  },
  "command.confirmation-used": {
    "zh-CN": "未执行：该试算结果已被使用，请查看最近的命令后重新试算。",
    en: "Nothing was done: this selection was used before. Look at the last commands, then select again.",
  },
  "command.changed": {
    "zh-CN": "未执行：试算之后设备状态已改变，请重新试算。",
    en: "Nothing was done: the plant has changed since it was selected. Select again.",
  },
  "command.own-request": {
    "zh-CN": "您申请的命令须由另一人决定。",
    en: "You asked for this command: another person decides on it.",
  },
  "command.expired": { "zh-CN": "命令已过期，不会再下发。", en: "Its time is over: it is not sent any more." },
  "command.wrong-state": {
    "zh-CN": "命令状态已改变，请查看其当前状态。",
    en: "The command has gone on meanwhile; look at it again.",
  },
  "emergency.not-found": { "zh-CN": "该站点没有有效的急停。", en: "No emergency stop is in force at this site." },
  "lock.not-found": { "zh-CN": "该检修牌已不存在。", en: "This lock does not hang there any more." },
  "request.invalid": { "zh-CN": "填写有误：{detail}", en: "Something is filled in wrongly: {detail}" },
  "request.not-found": { "zh-CN": "该内容已不存在。", en: "This is not there any more." },
  "request.too-large": { "zh-CN": "内容过大。", en: "This is too large." },
  "request.rate-limited": { "zh-CN": "请求过于频繁，请稍候。", en: "Too many requests; wait a moment." },
  "request.precondition-failed": {
    "zh-CN": "内容已被他人修改，已重新载入，请再次填写您的修改。",
    en: "Somebody else changed this meanwhile. It was read again; enter your change once more.",
  },
  "request.in-progress": { "zh-CN": "相同的请求正在处理。", en: "The same request is still under way." },
  "site.not-found": { "zh-CN": "站点不存在。", en: "There is no such site." },
  "inventory.invalid": { "zh-CN": "站点清单有误：{detail}", en: "The inventory is wrong: {detail}" },
  "inventory.exists": { "zh-CN": "该站点已存在。", en: "This site exists already." },
  "inventory.managed-by-file": {
    "zh-CN": "该站点由站点文件管理，请在文件中修改。",
    en: "This site is managed by the sites file; change it there.",
  },
  "storage.unavailable": { "zh-CN": "数据库不可用，正在重试。", en: "The database is away; trying again." },
  "storage.timeout": { "zh-CN": "查询超时，正在重试。", en: "The query took too long; trying again." },
  "storage.write-failed": { "zh-CN": "未能保存，请重试。", en: "It could not be stored. Try again." },
  "internal.unexpected": {
    "zh-CN": "服务器出错，原因见其日志。",
    en: "The server failed; its log says why.",
  },
};
