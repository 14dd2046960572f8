import { createHash } from "node:crypto";
import { z } from "zod";
import type { Priority } from "../../domain/alarms/alarm.ts";
import { utf8Bytes } from "../../domain/notification/fit-text.ts";
import { type Composed, callsPeople, compose, layOut } from "./compose.ts";
import { defineChannel, under, VendorKey, vendorUrl, vendorUrlField } from "./define-channel.ts";
import { failed, judgeExchange, type ReadAnswer, safeDetail } from "./judge-exchange.ts";
import { markdownLink, plainMarkdown, withoutCalls, withoutRules } from "./plain-markdown.ts";
import { ROBOT_ADDRESS_HELP, ROBOT_ADDRESS_LABEL, readRobotAddress, robotAddress } from "./robot-address.ts";

/** Group robots, developer.work.weixin.qq.com/document/path/91770: limits in bytes of UTF-8, 20 messages a minute. */
const BASE_URL = "https://qyapi.weixin.qq.com";
const MOST_MARKDOWN_BYTES = 4_096;
const MOST_TEXT_BYTES = 2_048;
const PER_MINUTE = 20;
/** -1 busy; 45009 and 45033: too often, too many at once. */
const TOO_OFTEN = [45_009, 45_033];
const BUSY = -1;
const WAIT_MS = 60_000;
/** 93000: no such robot. */
const NO_SUCH_KEY = [93_000, 40_001, 40_014];

/** Of a picture before it is encoded. */
const MOST_PICTURE_BYTES = 2 * 1024 * 1024;

/** The vendor renders three colours, by name. */
const COLOURS: Readonly<Record<Priority, string>> = {
  critical: "warning",
  high: "warning",
  medium: "info",
  low: "comment",
};

export const wecom = defineChannel({
  kind: "wecom",
  label: { "zh-CN": "企业微信群机器人", en: "WeCom group robot" },
  settingsSchema: z.strictObject({ baseUrl: vendorUrl(BASE_URL), key: VendorKey.optional() }),
  fields: [
    vendorUrlField(BASE_URL),
    {
      key: "key",
      label: { "zh-CN": "机器人密钥", en: "Key of the robot" },
      help: { "zh-CN": "Webhook 地址中 key= 之后的部分", en: "What follows key= in its webhook address" },
      isSecret: true,
    },
  ],
  addressSchema: robotAddress(1),
  addressLabel: ROBOT_ADDRESS_LABEL,
  addressHelp: ROBOT_ADDRESS_HELP,
  limits: { perMinute: PER_MINUTE, perSecond: null, longest: { count: MOST_MARKDOWN_BYTES, unit: "bytes" } },
  picture: "beside",
  honoursKey: false,
  open({ baseUrl, key: ownKey }, { send }) {
    return async (message, address, signal) => {
      const { isAll, called, keys } = readRobotAddress(address);
      const [key = ownKey] = keys;
      if (key === undefined) return failed({ word: "no-robot", retryable: false });
      const mentioned = isAll ? ["@all"] : called;
      const composed = compose(message);
      // People can only be called by number in plain texts.
      const content =
        mentioned.length > 0 && callsPeople(message.priority)
          ? textContent(composed, mentioned)
          : markdownContent(composed, message.priority);
      const url = under(baseUrl, "cgi-bin/webhook/send");
      url.searchParams.set("key", key);
      const headers = { "content-type": "application/json" };
      const sendOne = (body: object) =>
        send({ method: "POST", url: url.href, headers, body: JSON.stringify(body) }, signal);
      const delivery = judgeExchange(await sendOne(content), readAnswer([key]));
      const { trendPng } = message;
      // The message has arrived: a picture that does not is not worth telling it again.
      if (delivery.ok && trendPng && trendPng.length <= MOST_PICTURE_BYTES) await sendOne(pictureContent(trendPng));
      return delivery;
    };
  },
});

function textContent(composed: Composed, called: readonly string[]): object {
  const content = layOut(composed, {
    most: MOST_TEXT_BYTES,
    measure: utf8Bytes,
    escape: withoutCalls,
    title: (title) => title,
    link: ({ label, url }) => `${label}: ${url}`,
  });
  return { msgtype: "text", text: { content, mentioned_mobile_list: called } };
}

function markdownContent({ title, text, links }: Composed, priority: Priority): object {
  const content = layOut(
    { title, text: withoutRules(text), links },
    {
      most: MOST_MARKDOWN_BYTES,
      measure: utf8Bytes,
      escape: plainMarkdown,
      title: (escaped) => `**<font color="${COLOURS[priority]}">${escaped}</font>**`,
      link: markdownLink,
    },
  );
  return { msgtype: "markdown", markdown: { content } };
}

/** Sum and text both of the picture as it is. */
function pictureContent(png: Uint8Array): object {
  const md5 = createHash("md5").update(png).digest("hex");
  return { msgtype: "image", image: { base64: Buffer.from(png).toString("base64"), md5 } };
}

function readAnswer(secrets: readonly string[]): ReadAnswer {
  return ({ fields: { errcode, errmsg } }) => {
    if (typeof errcode !== "number") return null;
    if (errcode === 0) return { ok: true };
    const detail = safeDetail(`${errcode} ${errmsg ?? ""}`, secrets);
    if (TOO_OFTEN.includes(errcode))
      return failed({ word: "rate-limit", detail, retryable: true, retryAfterMs: WAIT_MS });
    const word = NO_SUCH_KEY.includes(errcode) ? "sign-in" : "refused";
    return failed({ word, detail, retryable: errcode === BUSY });
  };
}
