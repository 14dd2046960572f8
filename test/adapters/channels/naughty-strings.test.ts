import { afterAll, beforeAll, expect, test } from "vitest";
import { naughtyStrings } from "../../services/naughty-strings.ts";
import { type Receiver, startReceiver } from "../webhooks/receiver.ts";
import {
  HTTP_CHANNELS,
  type HttpChannelName,
  messageOf,
  never,
  openHttpChannel,
  SECRETS,
} from "./channel-under-test.ts";
import { telegramText } from "./telegram-text.ts";
import {
  aliyunServer,
  dingtalkServer,
  feishuServer,
  gatewayServer,
  telegramServer,
  webhookServer,
  wecomServer,
} from "./vendors.ts";

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());

const STRINGS = [
  ...naughtyStrings(),
  "a\r\nb",
  "\0",
  "\ud83d",
  "👩‍👩‍👧‍👦",
  "</font><@all>",
  "[x](https://evil.example.com)",
];
/** What is to be seen: a sign in place of control characters and of half pairs, wide twins of marks being the marks. */
const wanted = (text: string) =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/(?![\n\t])\p{Cc}/gu, "\uFFFD");
const narrow = (text: string) =>
  text.replace(/[\uff01-\uff5e]/g, (sign) => String.fromCodePoint(sign.charCodeAt(0) - 0xfee0));

const sent = () => JSON.parse(receiver.received.at(-1)?.body ?? "null");
const query = () => new URL(receiver.received.at(-1)?.path ?? "", receiver.url).searchParams;
type Case = {
  server: () => ReturnType<typeof wecomServer>;
  shown: () => string;
  most: number;
  isNarrow?: boolean;
  isOneLine?: boolean;
};

/** A new server for every string: the limits of rates are the business of other tests. */
const CASES: Record<HttpChannelName, Case> = {
  wecom: {
    server: () => wecomServer(SECRETS.wecom),
    shown: () => sent().markdown.content,
    most: 1_000,
    isNarrow: true,
  },
  dingtalk: {
    server: () => dingtalkServer(SECRETS.dingtalk, SECRETS.dingtalkSign),
    shown: () => sent().markdown.text.replaceAll("\n\n", "\n"),
    most: 5_000,
    isNarrow: true,
  },
  feishu: {
    server: () => feishuServer(SECRETS.feishu, SECRETS.feishuSign),
    shown: () => (sent().card.elements[0].text ?? { content: "" }).content,
    most: 5_000,
  },
  telegram: { server: () => telegramServer(SECRETS.telegram), shown: () => telegramText(sent().text) ?? "", most: 600 },
  webhook: { server: () => webhookServer(SECRETS.webhook), shown: () => sent().data.text, most: 5_000 },
  "sms gateway": {
    server: () => gatewayServer(SECRETS.gateway),
    shown: () => sent().content,
    most: 200,
    isOneLine: true,
  },
  "sms aliyun": {
    server: () => aliyunServer(SECRETS.aliyunId, SECRETS.aliyun),
    shown: () => JSON.parse(query().get("TemplateParam") ?? "").text,
    most: 20,
    isOneLine: true,
  },
};

test.for(Object.keys(CASES) as HttpChannelName[])(
  "%s: every naughty string comes out as the text that it is",
  { timeout: 120_000 },
  async (name) => {
    const { server, shown, most, isNarrow, isOneLine } = CASES[name];
    const channel = openHttpChannel(name, receiver.url);
    const { address } = HTTP_CHANNELS[name](receiver.url);
    let whole = 0;
    for (const text of STRINGS) {
      receiver.received.length = 0;
      receiver.behave(server());
      const delivery = await channel.deliver(messageOf({ title: "t", text, url: null }), address, never());
      // The vendor's server took it: signature, format and limits held.
      expect([text, delivery]).toEqual([text, expect.objectContaining({ ok: true })]);
      if (text.length > most) continue;
      const line = (value: string) => (isOneLine ? value.replace(/\s+/g, " ").trim() : value);
      const seen = isNarrow ? narrow(shown()) : shown();
      expect(seen).toContain(isNarrow ? narrow(wanted(text)) : line(wanted(text)));
      whole += 1;
    }
    expect(whole).toBeGreaterThan(name === "sms aliyun" ? 150 : 400);
  },
);
