import { z } from "zod";
import type { ChannelMessage, Delivery } from "../../domain/notification/channel.ts";
import type { ChannelDefinition, ChannelField, ChannelParts } from "../../domain/notification/channel-definition.ts";
import { failed } from "./judge-exchange.ts";

type Deliver = (message: ChannelMessage, address: string, signal: AbortSignal) => Promise<Delivery>;

type Draft<Settings extends object> = Omit<ChannelDefinition, "settingsSchema" | "create"> & {
  readonly settingsSchema: z.ZodType<Settings>;
  readonly open: (settings: Settings, parts: ChannelParts) => Deliver;
};

/** Makes a channel of its draft: settings are checked when it is made, and whatever goes wrong in a try is a report. */
export function defineChannel<Settings extends object>({ open, ...draft }: Draft<Settings>): ChannelDefinition {
  const { kind, settingsSchema } = draft;
  return {
    ...draft,
    create(settings, parts) {
      const deliver = open(settingsSchema.parse(settings), parts);
      return {
        kind,
        async deliver(message, address, signal) {
          try {
            return await deliver(message, address, signal);
          } catch (error) {
            // Not its message: what that quotes is unknown.
            const detail = error instanceof Error ? error.name : "";
            return failed({ word: "failed", detail, retryable: true, mayHaveArrived: true });
          }
        },
      };
    },
  };
}

/** Where a vendor's interface stands: its own address, unless a proxy or a private edition has another. */
export function vendorUrl(standard: string): z.ZodType<string> {
  return z
    .url({ protocol: /^https?$/, error: "must be an http or https address" })
    .max(500)
    .refine((text) => isOriginWithPath(text), "must have no user name, password, query or fragment")
    .default(standard);
}

export function vendorUrlField(standard: string): ChannelField {
  return {
    key: "baseUrl",
    label: { "zh-CN": "接口地址", en: "Address of the interface" },
    help: { "zh-CN": `默认 ${standard}`, en: `Default ${standard}` },
    isSecret: false,
  };
}

/** A path below a vendor's address, whether or not that ends with a slash. */
export function under(baseUrl: string, path: string): URL {
  return new URL(path, baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);
}

/** What vendors give out as keys: printable, without blanks, so that it can stand in a URL or a header. */
export const VendorKey = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without blanks");

function isOriginWithPath(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password, search, hash } = new URL(text);
  return `${username}${password}${search}${hash}` === "";
}
