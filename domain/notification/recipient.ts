import { z } from "zod";
import { plainText } from "../plain-text.ts";
import { CHANNEL_KINDS, type ChannelKind, NOTICE_LANGUAGES } from "./channel.ts";

export const RecipientId = z.uuid();

const Addresses = z
  .partialRecord(z.enum(CHANNEL_KINDS), z.string().min(1).max(1_000))
  .describe("Where the recipient is reached, by channel; each as its channel wants it");
export type Addresses = z.infer<typeof Addresses>;

const FIELDS = {
  name: plainText(80).min(1).describe("A person, or a group that reads together"),
  language: z.enum(NOTICE_LANGUAGES),
  addresses: Addresses,
  isEnabled: z.boolean().describe("False: nothing is sent, for example while on leave"),
};

/** Who is told, and how. */
export const Recipient = z.strictObject({ id: RecipientId, ...FIELDS }).meta({ id: "NoticeRecipient" });
export type Recipient = z.infer<typeof Recipient>;

export const RecipientEntry = z
  .strictObject({ ...FIELDS, isEnabled: FIELDS.isEnabled.default(true) })
  .meta({ id: "NoticeRecipientEntry" });
export type RecipientEntry = z.infer<typeof RecipientEntry>;

export const MOST_RECIPIENTS = 500;

/**
 * An address for those who may know that there is one, but not which: `l…@example.org`, `…4821`. What has no ending that
 * says little, such as the address of a robot with its key, is hidden whole.
 */
export function maskAddress(kind: ChannelKind, address: string): string {
  if (kind === "email") {
    const [name = "", domain = ""] = address.split("@");
    return `${name.slice(0, 1)}…@${domain}`;
  }
  return kind === "sms" ? `…${address.slice(-4)}` : "…";
}
