import { z } from "zod";
import { CHANNELS } from "../../../adapters/channels/index.ts";
import type { ChannelKind, Delivery } from "../../../domain/notification/channel.ts";
import type { ChannelDefinition } from "../../../domain/notification/channel-definition.ts";

/**
 * A channel that posts to a real HTTP server and keeps to the contract: a 5xx is an answer, a connection that breaks after
 * the request was sent may have arrived.
 */
export function httpChannel(kind: ChannelKind, url: () => string, honoursKey: boolean): ChannelDefinition {
  return {
    ...CHANNELS[kind],
    settingsSchema: z.strictObject({ secret: z.string().optional(), server: z.string().optional() }),
    fields: [
      { key: "secret", label: { "zh-CN": "密钥", en: "Secret" }, isSecret: true },
      { key: "server", label: { "zh-CN": "服务器", en: "Server" }, isSecret: false },
    ],
    addressSchema: z.string().min(1),
    limits: { perMinute: 10_000, perSecond: null, longest: { count: 1_000, unit: "characters" } },
    picture: "inside",
    honoursKey,
    create: () => ({
      kind,
      async deliver(message, address, signal): Promise<Delivery> {
        try {
          const headers = { "content-type": "application/json", "idempotency-key": message.key, connection: "close" };
          const body = JSON.stringify({ ...message, address });
          const { status } = await fetch(url(), { method: "POST", headers, body, signal });
          if (status < 300) return { ok: true, providerId: `p-${message.key}` };
          const retryable = status >= 500 || status === 429;
          return { ok: false, retryable, reason: `status ${status}`, mayHaveArrived: false };
        } catch (error) {
          const code = ((error as Error).cause as { code?: string } | undefined)?.code ?? "";
          return { ok: false, retryable: true, reason: `connection ${code}`, mayHaveArrived: code !== "ECONNREFUSED" };
        }
      },
    }),
  };
}
