import { z } from "zod";
import { parseRenditions } from "../../domain/video/transcode/rendition.ts";
import { DEFAULT_GATEWAY_SETTINGS, type GatewaySettings } from "./gateway-protocol.ts";

const MOST_KBPS = 10_000_000;
const kbps = z.int().min(0).max(MOST_KBPS);

/** What a node of a flow may ask of the gateway. */
export const GatewaySettingsSchema = z.strictObject({
  perViewerKbps: kbps,
  perStreamKbps: kbps,
  totalKbps: kbps,
  maxPerSession: z.int().min(1).max(1_000),
  maxPerStream: z.int().min(1).max(10_000),
  maxSessions: z.int().min(1).max(100_000),
  renditions: z
    .string()
    .max(60)
    .refine((text) => parseRenditions(text) !== null, "names 240p, 360p and 720p only"),
  maxTranscodes: z.int().min(0).max(64),
  maxJpegs: z.int().min(0).max(300),
  probeS: z.union([z.literal(0), z.int().min(10).max(3_600)]),
}) satisfies z.ZodType<GatewaySettings>;

/** What is stored, if it can be used; a field that an older version did not know gets its default. */
export function readGatewaySettings(stored: unknown): GatewaySettings | null {
  if (typeof stored !== "object" || stored === null) return null;
  return GatewaySettingsSchema.safeParse({ ...DEFAULT_GATEWAY_SETTINGS, ...stored }).data ?? null;
}
