import { z } from "zod";
import type { ChannelField, Labels } from "../../domain/notification/channel-definition.ts";
import { plainText } from "../../domain/plain-text.ts";

const KEY = "[\\x21-\\x7e]{1,200}";
const MOBILES = "\\+?\\d{6,15}(?:,\\+?\\d{6,15}){0,19}";

/** Where a message goes and who is called by name there. Without a key it is the group of the settings. */
export type RobotAddress = {
  readonly isAll: boolean;
  /** Telephone numbers, or the vendor's names of people. */
  readonly called: readonly string[];
  readonly keys: readonly string[];
};

/**
 * `group` (nobody is called), `all`, or up to 20 people; then, after blanks, the robot of another group: its key, and where
 * the vendor signs by robots its secret.
 *
 * @param people pattern of several with commas
 */
export function robotAddress(mostKeys: 1 | 2, people = MOBILES): z.ZodType<string> {
  const pattern = new RegExp(`^(?:group|all|${people})(?: ${KEY}){0,${mostKeys}}$`);
  return z
    .string()
    .max(900)
    .regex(pattern, "must be group, all, or people with commas; then a robot's key, if it is another");
}

export const ROBOT_ADDRESS_LABEL: Labels = { "zh-CN": "提醒谁、哪个群", en: "Whom to call, in which group" };
export const ROBOT_ADDRESS_HELP: Labels = {
  "zh-CN": "紧急报警时 @ 的人：group（不 @）、all（所有人）或手机号（逗号分隔）；其他群：空格后写该群机器人的密钥",
  en: "Who is called at critical alarms: group (nobody), all, or mobile numbers with commas; for another group, a blank and its robot's key",
};

export function readRobotAddress(address: string): RobotAddress {
  const [who = "group", ...keys] = address.split(" ");
  return { isAll: who === "all", called: who === "all" || who === "group" ? [] : who.split(","), keys };
}

/** A robot may take only what holds a word that was agreed on. */
export const Keyword = plainText(40);
export const KEYWORD_FIELD: ChannelField = {
  key: "keyword",
  label: { "zh-CN": "自定义关键词", en: "Keyword" },
  help: {
    "zh-CN": "安全设置“自定义关键词”之一，写在每条消息末尾",
    en: "One of the robot's keywords; ends every message",
  },
  isSecret: false,
};
