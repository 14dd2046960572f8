import type { ChannelKind } from "../../domain/notification/channel.ts";
import type { ChannelDefinition } from "../../domain/notification/channel-definition.ts";
import { dingtalk } from "./dingtalk.ts";
import { email } from "./email.ts";
import { feishu } from "./feishu.ts";
import { sms } from "./sms.ts";
import { telegram } from "./telegram.ts";
import { webhook } from "./webhook.ts";
import { wecom } from "./wecom.ts";

/** Every way to reach people. A new one is a file here, its name in `CHANNEL_KINDS`, and a line below. */
export const CHANNELS: Readonly<Record<ChannelKind, ChannelDefinition>> = {
  email,
  sms,
  wecom,
  dingtalk,
  feishu,
  webhook,
  telegram,
};
