import type { Locale } from "./channel.ts";

/**
 * What a reason begins with; what follows after a blank is a number, or the receiver's own words. So it can be shown in
 * the language of who reads it, and searched for in any.
 */
export const REASON_TEXTS = {
  timeout: { "zh-CN": "超时未答复", en: "no answer in time" },
  connection: { "zh-CN": "无法连接或连接中断", en: "no connection, or it broke" },
  dns: { "zh-CN": "主机名无法解析", en: "the host name cannot be resolved" },
  tls: { "zh-CN": "加密连接失败（证书不可信？）", en: "no encrypted connection (certificate?)" },
  "forbidden-address": { "zh-CN": "该地址不允许发送", en: "that address must not be sent to" },
  stopped: { "zh-CN": "平台停止时中断", en: "broken off as the platform stopped" },
  "invalid-request": { "zh-CN": "设置无法组成有效请求", en: "the settings make no valid request" },
  redirect: { "zh-CN": "对方要求转向其他地址", en: "the receiver points elsewhere" },
  status: { "zh-CN": "对方返回状态", en: "the receiver answered with status" },
  "unreadable-answer": { "zh-CN": "对方答复无法识别", en: "the answer cannot be read" },
  refused: { "zh-CN": "对方拒绝", en: "refused by the receiver" },
  "rate-limit": { "zh-CN": "超出对方频率限制", en: "too many for the receiver's rate limit" },
  "no-robot": { "zh-CN": "未设置机器人密钥", en: "no robot's key is set" },
  "sign-in": { "zh-CN": "对方不接受凭据", en: "the receiver does not accept the credentials" },
  "channel-off": { "zh-CN": "渠道未设置或已停用", en: "the channel is not set up, or switched off" },
  "no-address": { "zh-CN": "接收人在该渠道没有地址", en: "the recipient has no address on this channel" },
  abandoned: { "zh-CN": "发送中进程终止", en: "the process ended while it was sent" },
  "told-by": { "zh-CN": "已由其他渠道送达：", en: "told by another channel:" },
  failed: { "zh-CN": "内部错误", en: "internal error" },
} as const satisfies Record<string, Readonly<Record<Locale, string>>>;
export type ReasonWord = keyof typeof REASON_TEXTS;

/** @returns a reason as lists show it: `status 503` becomes 对方返回状态 503 */
export function sayReason(reason: string, language: Locale): string {
  const [word = "", ...rest] = reason.split(" ");
  if (!Object.hasOwn(REASON_TEXTS, word)) return reason;
  return [REASON_TEXTS[word as ReasonWord][language], ...rest].join(" ");
}
