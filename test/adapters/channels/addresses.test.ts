import { describe, expect, test } from "vitest";
import { CHANNELS } from "../../../adapters/channels/index.ts";
import { CHANNEL_KINDS, type ChannelKind } from "../../../domain/notification/channel.ts";

const OPEN_ID = "ou_18eac85d35a26f989317ad4f02e8bbbb";
const MOBILE = "13800138000";
const ROBOT_KEY = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa";

/** What people write into the field "address" of a recipient, by the help texts beside it. */
const ADDRESSES: Readonly<Record<ChannelKind, { good: readonly string[]; bad: readonly string[] }>> = {
  email: {
    good: ["li.wei@example.com", "night-shift+alarms@ops.example.cn"],
    bad: ["li.wei", "li.wei@", "@example.com", "a@example.com,b@example.com", "Li Wei <li.wei@example.com>"],
  },
  sms: {
    good: [MOBILE, "+97150123456", "10655", "8613800138000"],
    bad: ["1380", "138 0013 8000", "138-0013-8000", "++8613800138000", "13800138000a", `${MOBILE},${MOBILE}`],
  },
  wecom: {
    good: ["group", "all", MOBILE, `${MOBILE},+97150123456`, `group ${ROBOT_KEY}`, `${MOBILE} ${ROBOT_KEY}`, many(20)],
    bad: [
      "nobody",
      "Group",
      "1380",
      `${MOBILE},`,
      `${MOBILE}, ${MOBILE}`,
      `all,${MOBILE}`,
      `group ${ROBOT_KEY} second`,
      OPEN_ID,
      many(21),
    ],
  },
  dingtalk: {
    good: ["group", "all", MOBILE, `${MOBILE},13900139000`, `all ${ROBOT_KEY}`, `${MOBILE} ${ROBOT_KEY} SEC01234567`],
    bad: [
      "everybody",
      "wxid_1",
      `${MOBILE};${MOBILE}`,
      "group  key",
      `group ${ROBOT_KEY} SEC01 third`,
      `group 密钥`,
      OPEN_ID,
    ],
  },
  feishu: {
    good: ["group", "all", OPEN_ID, `${OPEN_ID},ou_2`, `${OPEN_ID} ${ROBOT_KEY}`, `all ${ROBOT_KEY} sign/secret==`],
    bad: [
      "ou_",
      "ou_w w w w",
      "18eac85d35",
      "ou_18-eac",
      `${OPEN_ID},`,
      `${OPEN_ID}, ou_2`,
      `ou_1"></at><at id=all>`,
      MOBILE,
    ],
  },
  webhook: {
    good: ["night shift", "夜班", "li.wei@example.com", "x".repeat(200)],
    bad: ["x".repeat(201), "two\nlines", "bell\u0007"],
  },
  telegram: {
    good: ["123456789", "-1001234567890", "@antbox_alarms"],
    bad: ["antbox_alarms", "@1antbox", "@abc", "--100", "12.5", "1".repeat(21), "@antbox alarms", "@值班"],
  },
};

function many(people: number): string {
  return Array.from({ length: people }, (_, index) => String(13_800_138_000 + index)).join(",");
}

describe.each(CHANNEL_KINDS)("%s", (kind) => {
  const { addressSchema } = CHANNELS[kind];
  test.for(ADDRESSES[kind].good)("takes %j as it stands", (address) => {
    expect(addressSchema.parse(address)).toBe(address);
  });
  test.for(ADDRESSES[kind].bad)("refuses %j, and says what is allowed", (address) => {
    const { success, error } = addressSchema.safeParse(address);
    expect(success).toBe(false);
    expect(error?.issues[0]?.message).toMatch(/\w/);
  });
});
