import type { Priority } from "../alarms/alarm.ts";

/** Ways to reach a person, in the order in which lists show them. */
export const CHANNEL_KINDS = ["email", "sms", "wecom", "dingtalk", "feishu", "webhook", "telegram"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** Languages in which people are told. */
export const NOTICE_LANGUAGES = ["zh-CN", "en"] as const;
export type Locale = (typeof NOTICE_LANGUAGES)[number];

/** How one try to tell somebody went. A reason holds no URL and no secret: lists show it. */
export type Delivery =
  | { readonly ok: true; readonly providerId?: string }
  | {
      readonly ok: false;
      /** False: another try would end the same way. */
      readonly retryable: boolean;
      readonly reason: string;
      /** The message was sent, and the answer was not heard. */
      readonly mayHaveArrived: boolean;
      /** The receiver asks to be left alone for so long. */
      readonly retryAfterMs?: number;
    };

/** What a channel is given to send, in the language of its reader. */
export type ChannelMessage = {
  /** The same for every try: a receiver that honours it tells repetitions by it. */
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly priority: Priority;
  readonly url: string | null;
  readonly acknowledgeUrl: string | null;
  readonly language: Locale;
  /** Picture of the trend that led to the alarm, for a channel that can show one. */
  readonly trendPng?: Uint8Array;
};

/** One way to reach people. It tries once and reports: the outbox tries again, for all channels alike. */
export interface Channel {
  readonly kind: ChannelKind;
  /** Never throws. @param address as the channel's `addressSchema` allows it */
  deliver(message: ChannelMessage, address: string, signal: AbortSignal): Promise<Delivery>;
}
