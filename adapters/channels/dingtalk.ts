import { createHmac } from "node:crypto";
import { z } from "zod";
import { jsonBytes } from "../../domain/notification/fit-text.ts";
import { callsPeople, compose, layOut } from "./compose.ts";
import { defineChannel, under, VendorKey, vendorUrl, vendorUrlField } from "./define-channel.ts";
import { failed, judgeExchange, type ReadAnswer, safeDetail } from "./judge-exchange.ts";
import { markdownLink, plainMarkdown, withoutRules } from "./plain-markdown.ts";
import {
  KEYWORD_FIELD,
  Keyword,
  ROBOT_ADDRESS_HELP,
  ROBOT_ADDRESS_LABEL,
  readRobotAddress,
  robotAddress,
} from "./robot-address.ts";

/**
 * Custom group robots, open.dingtalk.com/document/orgapp/custom-robot-access: 20 messages a minute, more than that is
 * punished with ten minutes of silence; a body of 20,000 bytes.
 */
const BASE_URL = "https://oapi.dingtalk.com";
const PER_MINUTE = 20;
const PUNISHMENT_MS = 600_000;
/** Of 20,000; the rest is for what stands around the text. */
const MOST_TEXT_BYTES = 18_000;
/** 130101 and 410100: too fast. */
const TOO_OFTEN = [130_101, 410_100];
const BUSY = -1;
/** 310000: signature, time, keyword or address of the sender; 300001 and 300005: no such token. */
const NOT_LET_IN = [310_000, 300_001, 300_005];

export const dingtalk = defineChannel({
  kind: "dingtalk",
  label: { "zh-CN": "钉钉群机器人", en: "DingTalk group robot" },
  settingsSchema: z.strictObject({
    baseUrl: vendorUrl(BASE_URL),
    accessToken: VendorKey.optional(),
    secret: VendorKey.optional(),
    keyword: Keyword.optional(),
  }),
  fields: [
    vendorUrlField(BASE_URL),
    {
      key: "accessToken",
      label: { "zh-CN": "访问令牌", en: "Access token" },
      help: {
        "zh-CN": "Webhook 地址中 access_token= 之后的部分",
        en: "What follows access_token= in its webhook address",
      },
      isSecret: true,
    },
    {
      key: "secret",
      label: { "zh-CN": "加签密钥", en: "Signing secret" },
      help: {
        "zh-CN": "安全设置“加签”中以 SEC 开头的字符串",
        en: "Of the security setting 加签 (sign); begins with SEC",
      },
      isSecret: true,
    },
    KEYWORD_FIELD,
  ],
  addressSchema: robotAddress(2),
  addressLabel: ROBOT_ADDRESS_LABEL,
  addressHelp: ROBOT_ADDRESS_HELP,
  limits: { perMinute: PER_MINUTE, perSecond: null, longest: { count: MOST_TEXT_BYTES, unit: "bytes" } },
  honoursKey: false,
  open({ baseUrl, accessToken: ownToken, secret: ownSecret, keyword = "" }, { send }) {
    return async (message, address, signal) => {
      const { isAll, called, keys } = readRobotAddress(address);
      // Another robot does not sign by our robot's secret.
      const [accessToken, secret] = keys.length > 0 ? keys : [ownToken, ownSecret];
      if (accessToken === undefined) return failed({ word: "no-robot", retryable: false });
      const isLoud = callsPeople(message.priority);
      const mobiles = isLoud ? called : [];
      const { title, text, links } = compose(message);
      // Who is to be called has to be named in the text as well.
      const end = [...mobiles.map((mobile) => `@${mobile}`), keyword].filter((part) => part !== "").join(" ");
      const markdown = layOut(
        { title, text: withoutRules(text), links },
        {
          most: MOST_TEXT_BYTES,
          measure: jsonBytes,
          // One line end is a blank to this renderer.
          escape: (piece) => plainMarkdown(piece).replaceAll("\n", "\n\n"),
          title: (escaped) => `### ${escaped}\n`,
          link: (link) => `${markdownLink(link)}\n`,
          end,
        },
      );
      const at = { atMobiles: mobiles, isAtAll: isAll && isLoud };
      const body = JSON.stringify({ msgtype: "markdown", markdown: { title, text: markdown }, at });
      const url = addressOf(baseUrl, accessToken, secret);
      const headers = { "content-type": "application/json; charset=utf-8" };
      return judgeExchange(
        await send({ method: "POST", url, headers, body }, signal),
        answerReader([accessToken, secret ?? ""]),
      );
    };
  },
});

/** The signature is over the time in milliseconds, which may be an hour off. */
function addressOf(baseUrl: string, accessToken: string, secret: string | undefined): string {
  const url = under(baseUrl, "robot/send");
  url.searchParams.set("access_token", accessToken);
  if (secret !== undefined) {
    const timestamp = String(Date.now());
    url.searchParams.set("timestamp", timestamp);
    url.searchParams.set("sign", createHmac("sha256", secret).update(`${timestamp}\n${secret}`).digest("base64"));
  }
  return url.href;
}

function answerReader(secrets: readonly string[]): ReadAnswer {
  return ({ fields: { errcode, errmsg } }) => {
    if (typeof errcode !== "number") return null;
    if (errcode === 0) return { ok: true };
    const detail = safeDetail(`${errcode} ${errmsg ?? ""}`, secrets);
    if (TOO_OFTEN.includes(errcode)) {
      return failed({ word: "rate-limit", detail, retryable: true, retryAfterMs: PUNISHMENT_MS });
    }
    const word = NOT_LET_IN.includes(errcode) ? "sign-in" : "refused";
    return failed({ word, detail, retryable: errcode === BUSY });
  };
}
