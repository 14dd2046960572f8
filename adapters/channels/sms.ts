import { z } from "zod";
import type { ChannelMessage } from "../../domain/notification/channel.ts";
import type { ChannelField } from "../../domain/notification/channel-definition.ts";
import { ALIYUN_FIELDS, AliyunSettings, openAliyun } from "./aliyun-sms.ts";
import { defineChannel } from "./define-channel.ts";
import { GATEWAY_FIELDS, GatewaySettings, openGateway } from "./sms-gateway.ts";

/** No vendor lets one number have more: networks take it for spam. */
const PER_MINUTE = 60;
/** Of a long message: 67 characters in Chinese, seven of them [J]. */
const MOST_CHARS = 469;

const PROVIDER_FIELD: ChannelField = {
  key: "provider",
  label: { "zh-CN": "服务商", en: "Provider" },
  help: {
    "zh-CN": "gateway：可配置的 HTTP 网关；aliyun：阿里云短信",
    en: "gateway: any HTTP gateway; aliyun: Alibaba Cloud SMS",
  },
  isSecret: false,
};

export const sms = defineChannel({
  kind: "sms",
  label: { "zh-CN": "短信", en: "Text message" },
  settingsSchema: z.discriminatedUnion("provider", [GatewaySettings, AliyunSettings]),
  fields: [PROVIDER_FIELD, ...GATEWAY_FIELDS, ...ALIYUN_FIELDS],
  addressSchema: z.string().regex(/^\+?\d{5,20}$/, "must be a telephone number: digits, with or without + before"),
  addressLabel: { "zh-CN": "手机号", en: "Mobile number" },
  addressHelp: {
    "zh-CN": "国内号码直接填写，国际号码以 + 开头",
    en: "As the provider wants it; foreign numbers begin with +",
  },
  limits: { perMinute: PER_MINUTE, perSecond: null, longest: { count: MOST_CHARS, unit: "characters" } },
  honoursKey: false,
  open(settings, parts) {
    const deliver = settings.provider === "aliyun" ? openAliyun(settings, parts) : openGateway(settings, parts);
    return (message: ChannelMessage, address, signal) => deliver(message, address, signal);
  },
});
