import { z } from "zod";
import { fitText, printable, utf8Bytes } from "../../domain/notification/fit-text.ts";
import { plainText } from "../../domain/plain-text.ts";
import { compose } from "./compose.ts";
import { defineChannel } from "./define-channel.ts";
import { judgeExchange } from "./judge-exchange.ts";

/** What receivers commonly take; ours to choose, as this format is ours. */
const MOST_TEXT_BYTES = 16_000;
const PER_MINUTE = 600;
const HEADER_SAFE = /^[\x21-\x7e]{1,500}$/;

/** As the Standard Webhooks specification writes secrets: 24 to 64 bytes. */
const Secret = z.string().regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, "must be whsec_ and 24 to 64 bytes in base64");

const Url = z
  .url({ protocol: /^https?$/, error: "must be an http or https address" })
  .max(2_000)
  .refine((text) => hasNoExtras(text), "must have no user name, password or fragment");

export const webhook = defineChannel({
  kind: "webhook",
  label: { "zh-CN": "Webhook 接口", en: "Webhook" },
  settingsSchema: z.strictObject({ url: Url, secret: Secret }),
  fields: [
    {
      key: "url",
      label: { "zh-CN": "接收地址", en: "Address of the receiver" },
      help: { "zh-CN": "https 地址；自有网络须先放行", en: "https, unless it stands in a network that is allowed" },
      // Receivers write their keys into it.
      isSecret: true,
    },
    {
      key: "secret",
      label: { "zh-CN": "签名密钥", en: "Signing secret" },
      help: { "zh-CN": "whsec_ 加 base64 编码的随机字节", en: "whsec_ and random bytes in base64" },
      isSecret: true,
    },
  ],
  addressSchema: plainText(200).min(1),
  addressLabel: { "zh-CN": "接收人", en: "Recipient" },
  addressHelp: { "zh-CN": "原样写入消息的 recipient 字段", en: "Goes into the message as recipient, as it stands" },
  limits: { perMinute: PER_MINUTE, perSecond: null, longest: { count: MOST_TEXT_BYTES, unit: "bytes" } },
  honoursKey: true,
  open({ url, secret }, { send, sign }) {
    return async (message, address, signal) => {
      const { key, priority, language, acknowledgeUrl } = message;
      const { title, text } = compose(message);
      const nowMs = Date.now();
      const body = JSON.stringify({
        type: "alarm.notification",
        timestamp: new Date(nowMs).toISOString(),
        data: {
          key,
          recipient: printable(address),
          priority,
          language,
          title,
          text: fitText(text, MOST_TEXT_BYTES, utf8Bytes),
          url: message.url,
          acknowledgeUrl,
        },
      });
      const id = headerSafe(key);
      const headers = {
        "content-type": "application/json",
        "user-agent": "AntBox-Flow",
        "idempotency-key": id,
        ...sign(secret, id, Math.floor(nowMs / 1000), body),
      };
      return judgeExchange(await send({ method: "POST", url, headers, body }, signal), null);
    };
  },
});

/** A key with names of people in it is written so that no two become one. */
function headerSafe(key: string): string {
  return HEADER_SAFE.test(key) ? key : encodeURIComponent(key.toWellFormed());
}

function hasNoExtras(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password, hash } = new URL(text);
  return `${username}${password}${hash}` === "";
}
