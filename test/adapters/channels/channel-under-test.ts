import { CHANNELS } from "../../../adapters/channels/index.ts";
import { blockListOf } from "../../../adapters/security/client-address.ts";
import { createAddressGuard, createResolveHost } from "../../../adapters/webhooks/address-guard.ts";
import { createSendRequest } from "../../../adapters/webhooks/exchange.ts";
import { signatureHeaders } from "../../../adapters/webhooks/signature.ts";
import type { Channel, ChannelKind, ChannelMessage } from "../../../domain/notification/channel.ts";
import type { ChannelParts } from "../../../domain/notification/channel-definition.ts";
import { RECEIVER_HOST } from "../webhooks/receiver.ts";

/** How long one try may take where somebody hangs. */
export const LIMIT_MS = 700;

const guard = createAddressGuard({ allow: blockListOf([RECEIVER_HOST]), forbidden: () => new Set() });
export const PARTS: ChannelParts = {
  send: createSendRequest(guard, LIMIT_MS),
  resolve: createResolveHost(guard),
  sign: signatureHeaders,
  timeLimitMs: LIMIT_MS,
};

/** None of them may be seen in a reason. */
export const SECRETS = {
  wecom: "wecom-key-693a91f6-7aoc-4bc4",
  dingtalk: "dingtalk-access-token-566cc69d",
  dingtalkSign: "SEC0123456789abcdef0123456789abcdef",
  feishu: "feishu-hook-token-82fa",
  feishuSign: "feishu/sign+secret==",
  telegram: "123456789:AAF-telegram_bot_token_0123456789abc",
  webhookPath: "receiver-key-77aa",
  webhook: `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`,
  gateway: "gateway-password-91",
  aliyunId: "LTAI5tAccessKeyIdForTests",
  aliyun: "aliyun-access-key-secret-30chars",
} as const;

const GATEWAY_SETTINGS = {
  provider: "gateway",
  headers: `Authorization: Bearer ${SECRETS.gateway}`,
  body: '{"mobile":"{{to}}","content":"{{text}}","id":"{{key}}"}',
  successPath: "result.code",
  successValue: "0",
};

/** Settings of every channel that speaks HTTP, pointed at a server of the test; the address to tell somebody at. */
export const HTTP_CHANNELS = {
  wecom: (url) => ({ kind: "wecom", settings: { baseUrl: url, key: SECRETS.wecom }, address: "group" }),
  dingtalk: (url) => ({
    kind: "dingtalk",
    settings: { baseUrl: url, accessToken: SECRETS.dingtalk, secret: SECRETS.dingtalkSign },
    address: "group",
  }),
  feishu: (url) => ({
    kind: "feishu",
    settings: { baseUrl: url, token: SECRETS.feishu, secret: SECRETS.feishuSign },
    address: "group",
  }),
  telegram: (url) => ({
    kind: "telegram",
    settings: { baseUrl: url, token: SECRETS.telegram },
    address: "-1001234567890",
  }),
  webhook: (url) => ({
    kind: "webhook",
    settings: { url: `${url}/${SECRETS.webhookPath}`, secret: SECRETS.webhook },
    address: "night shift",
  }),
  "sms gateway": (url) => ({
    kind: "sms",
    settings: { ...GATEWAY_SETTINGS, url: `${url}/send?account=${SECRETS.gateway}` },
    address: "13800001111",
  }),
  "sms aliyun": (url) => ({
    kind: "sms",
    settings: {
      provider: "aliyun",
      baseUrl: url,
      accessKeyId: SECRETS.aliyunId,
      accessKeySecret: SECRETS.aliyun,
      signName: "蚁盒",
      templateCode: "SMS_153055065",
    },
    address: "13800001111",
  }),
} satisfies Record<string, (url: string) => { kind: ChannelKind; settings: object; address: string }>;
export type HttpChannelName = keyof typeof HTTP_CHANNELS;
export const HTTP_CHANNEL_NAMES = Object.keys(HTTP_CHANNELS) as HttpChannelName[];

/** @param more settings, over those above */
export function openHttpChannel(name: HttpChannelName, url: string, more: object = {}): Channel {
  const { kind, settings } = HTTP_CHANNELS[name](url);
  return CHANNELS[kind].create({ ...settings, ...more }, PARTS);
}

export function messageOf(changes: Partial<ChannelMessage> = {}): ChannelMessage {
  return {
    key: "alarm-7:raised:3",
    title: "紧急 上海一号 供液温度过高",
    text: "供液温度 41.2 °C，限值 40.0 °C\n自 14:05 起",
    priority: "critical",
    url: "https://flow.example.com/alarms/7?tab=trend&x=1",
    acknowledgeUrl: "https://flow.example.com/a/Zm9v_bar-1",
    language: "zh-CN",
    ...changes,
  };
}

export const never = (): AbortSignal => new AbortController().signal;
