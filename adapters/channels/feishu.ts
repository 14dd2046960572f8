import { createHmac } from "node:crypto";
import { z } from "zod";
import type { Priority } from "../../domain/alarms/alarm.ts";
import type { ChannelMessage } from "../../domain/notification/channel.ts";
import { fitText, jsonBytes, utf8Bytes } from "../../domain/notification/fit-text.ts";
import { callsPeople, compose } from "./compose.ts";
import { defineChannel, under, VendorKey, vendorUrl, vendorUrlField } from "./define-channel.ts";
import { failed, judgeExchange, type ReadAnswer, safeDetail } from "./judge-exchange.ts";
import { KEYWORD_FIELD, Keyword, ROBOT_ADDRESS_LABEL, readRobotAddress, robotAddress } from "./robot-address.ts";

/** Custom robots, open.feishu.cn "自定义机器人使用指南": 100 messages a minute, 5 a second; a body of 20 KB. */
const BASE_URL = "https://open.feishu.cn";
const PER_MINUTE = 100;
const PER_SECOND = 5;
const MOST_BODY_BYTES = 20_000;
/** 11232: the vendor is busy, which it is at full and half hours; 99991400: too often. 9499 is either that or a bad request. */
const TOO_OFTEN = [11_232, 99_991_400];
const BAD_REQUEST = 9_499;
const WAIT_MS = 60_000;
/** 19001 no such robot; 19021 signature or time; 19022 address of the sender; 19024 keyword. */
const NOT_LET_IN = [19_001, 19_021, 19_022, 19_024];

const COLOURS: Readonly<Record<Priority, string>> = { critical: "red", high: "orange", medium: "yellow", low: "blue" };

/** This vendor calls people by their open id: up to ten. */
const OPEN_IDS = "ou_\\w{1,40}(?:,ou_\\w{1,40}){0,9}";

export const feishu = defineChannel({
  kind: "feishu",
  label: { "zh-CN": "飞书群机器人", en: "Feishu group robot" },
  settingsSchema: z.strictObject({
    baseUrl: vendorUrl(BASE_URL),
    token: VendorKey.optional(),
    secret: VendorKey.optional(),
    keyword: Keyword.optional(),
  }),
  fields: [
    vendorUrlField(BASE_URL),
    {
      key: "token",
      label: { "zh-CN": "机器人令牌", en: "Token of the robot" },
      help: { "zh-CN": "Webhook 地址中 /hook/ 之后的部分", en: "What follows /hook/ in its webhook address" },
      isSecret: true,
    },
    {
      key: "secret",
      label: { "zh-CN": "签名校验密钥", en: "Signing secret" },
      help: { "zh-CN": "安全设置“签名校验”中的密钥", en: "Of the security setting 签名校验 (signature)" },
      isSecret: true,
    },
    KEYWORD_FIELD,
  ],
  addressSchema: robotAddress(2, OPEN_IDS),
  addressLabel: ROBOT_ADDRESS_LABEL,
  addressHelp: {
    "zh-CN":
      "紧急报警时 @ 的人：group（不 @）、all（所有人）或 open_id（逗号分隔）；其他群：空格后写该群机器人的令牌和密钥",
    en: "Who is called at critical alarms: group (nobody), all, or open ids with commas; for another group, a blank and its robot's token and secret",
  },
  limits: { perMinute: PER_MINUTE, perSecond: PER_SECOND, longest: { count: MOST_BODY_BYTES, unit: "bytes" } },
  honoursKey: false,
  open({ baseUrl, token: ownToken, secret: ownSecret, keyword = "" }, { send }) {
    return async (message, address, signal) => {
      const { isAll, called, keys } = readRobotAddress(address);
      // Another robot does not sign by our robot's secret.
      const [token, secret] = keys.length > 0 ? keys : [ownToken, ownSecret];
      if (token === undefined) return failed({ word: "no-robot", retryable: false });
      const people = callsPeople(message.priority) ? (isAll ? ["all"] : called) : [];
      const url = under(baseUrl, `open-apis/bot/v2/hook/${encodeURIComponent(token)}`).href;
      const body = bodyOf(message, people, keyword, secret === undefined ? {} : signatureOf(secret));
      const headers = { "content-type": "application/json; charset=utf-8" };
      return judgeExchange(
        await send({ method: "POST", url, headers, body }, signal),
        answerReader([token, secret ?? ""]),
      );
    };
  },
});

/** The time in seconds is part of the key, and nothing is what is signed. */
function signatureOf(secret: string): { timestamp: string; sign: string } {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return { timestamp, sign: createHmac("sha256", `${timestamp}\n${secret}`).update("").digest("base64") };
}

function bodyOf(message: ChannelMessage, people: readonly string[], keyword: string, signature: object): string {
  const { title, text, links } = compose(message);
  const write = (shown: string): string => {
    // Only this field is markup; everything else is shown as it is.
    const called = people.map((id) => `<at id=${id}></at>`).join(" ");
    const elements = [
      ...(shown === "" ? [] : [{ tag: "div", text: plain(shown) }]),
      ...(called === "" ? [] : [{ tag: "div", text: { tag: "lark_md", content: called } }]),
      ...(links.length === 0 ? [] : [{ tag: "action", actions: links.map(button) }]),
      ...(keyword === "" ? [] : [{ tag: "note", elements: [plain(keyword)] }]),
    ];
    const header = { title: plain(title), template: COLOURS[message.priority] };
    const card = { config: { wide_screen_mode: true }, header, elements };
    return JSON.stringify({ ...signature, msg_type: "interactive", card });
  };
  // One character stands in for the text, so that its element is counted.
  return write(fitText(text, MOST_BODY_BYTES - utf8Bytes(write(" ")), jsonBytes));
}

function plain(content: string): { tag: string; content: string } {
  return { tag: "plain_text", content };
}

function button({ label, url }: { label: string; url: string }, index: number): object {
  return { tag: "button", text: plain(label), url, type: index === 0 ? "primary" : "default" };
}

function answerReader(secrets: readonly string[]): ReadAnswer {
  return ({ fields }) => {
    // Older answers say StatusCode.
    const code = fields["code"] ?? fields["StatusCode"];
    if (typeof code !== "number") return null;
    if (code === 0) return { ok: true };
    const said = String(fields["msg"] ?? fields["StatusMessage"] ?? "");
    const detail = safeDetail(`${code} ${said}`, secrets);
    if (TOO_OFTEN.includes(code) || (code === BAD_REQUEST && /too many/i.test(said))) {
      return failed({
        word: "rate-limit",
        detail,
        retryable: true,
        ...(code === 99_991_400 ? {} : { retryAfterMs: WAIT_MS }),
      });
    }
    return failed({ word: NOT_LET_IN.includes(code) ? "sign-in" : "refused", detail, retryable: false });
  };
}
