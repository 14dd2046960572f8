import { z } from "zod";
import { escapeHtml } from "../../domain/escape-html.ts";
import type { Delivery } from "../../domain/notification/channel.ts";
import { utf16Units } from "../../domain/notification/fit-text.ts";
import { compose, layOut } from "./compose.ts";
import { defineChannel, under, vendorUrl, vendorUrlField } from "./define-channel.ts";
import { failed, judgeExchange, type ReadAnswer, safeDetail } from "./judge-exchange.ts";

/**
 * Bot API, core.telegram.org/bots/api#sendmessage: 4,096 UTF-16 units after entities are parsed; 20 messages a minute into
 * one group, one a second into one chat. Counted before parsing here, which is never less.
 */
const BASE_URL = "https://api.telegram.org";
const MOST_UNITS = 4_096;
const PER_MINUTE = 20;
const PER_SECOND = 1;
/** 401 and 404: no such bot. */
const NO_SUCH_BOT = [401, 404];

const Token = z
  .string()
  .max(200)
  .regex(/^\d{3,20}:[\w-]{20,180}$/, "must be a bot's token: digits, a colon, letters");

export const telegram = defineChannel({
  kind: "telegram",
  label: { "zh-CN": "Telegram 机器人", en: "Telegram bot" },
  settingsSchema: z.strictObject({ baseUrl: vendorUrl(BASE_URL), token: Token }),
  fields: [
    vendorUrlField(BASE_URL),
    {
      key: "token",
      label: { "zh-CN": "机器人令牌", en: "Token of the bot" },
      help: { "zh-CN": "由 @BotFather 提供", en: "As @BotFather gives it" },
      isSecret: true,
    },
  ],
  addressSchema: z
    .string()
    .max(64)
    .regex(/^(?:-?\d{1,20}|@[A-Za-z]\w{3,60})$/, "must be the number of a chat, or @ and a channel's name"),
  addressLabel: { "zh-CN": "会话", en: "Chat" },
  addressHelp: {
    "zh-CN": "会话编号（群为负数）或 @频道名",
    en: "Number of the chat (negative for groups), or @channel",
  },
  limits: { perMinute: PER_MINUTE, perSecond: PER_SECOND, longest: { count: MOST_UNITS, unit: "characters" } },
  honoursKey: false,
  open({ baseUrl, token }, { send }) {
    // As text: a path that holds a colon would be a URL of its own.
    const url = `${under(baseUrl, ".").href}bot${token}/sendMessage`;
    return async (message, address, signal) => {
      const text = layOut(compose(message), {
        most: MOST_UNITS,
        measure: utf16Units,
        escape: escapeHtml,
        title: (escaped) => `<b>${escaped}</b>`,
        // Written out: to addresses of private networks this vendor makes no links.
        link: (link) => `${escapeHtml(link.label)}: ${escapeHtml(link.url)}`,
      });
      const body = JSON.stringify({
        chat_id: address,
        text,
        parse_mode: "HTML",
        link_preview_options: { is_disabled: true },
        disable_notification: message.priority === "low",
      });
      const headers = { "content-type": "application/json" };
      return judgeExchange(await send({ method: "POST", url, headers, body }, signal), readAnswer([token]));
    };
  },
});

function readAnswer(secrets: readonly string[]): ReadAnswer {
  return ({ fields: { ok, result, error_code: code, description, parameters } }) => {
    const id = Object(result)["message_id"];
    if (ok === true) return typeof id === "number" ? { ok: true, providerId: String(id) } : { ok: true };
    if (ok !== false || typeof code !== "number") return null;
    const detail = safeDetail(`${code} ${description ?? ""}`, secrets);
    if (code === 429) return tooOften(detail, Object(parameters)["retry_after"]);
    return failed({ word: NO_SUCH_BOT.includes(code) ? "sign-in" : "refused", detail, retryable: code >= 500 });
  };
}

function tooOften(detail: string, waitS: unknown): Delivery {
  const asked = typeof waitS === "number" ? { retryAfterMs: waitS * 1_000 } : {};
  return failed({ word: "rate-limit", detail, retryable: true, ...asked });
}
