import type { z } from "zod";
import type { Channel, ChannelKind, Locale } from "./channel.ts";
import type { ResolveHost, SendRequest } from "./outgoing.ts";

export type Labels = Readonly<Record<Locale, string>>;

/** One field of a channel's settings, for its form. */
export type ChannelField = {
  readonly key: string;
  readonly label: Labels;
  readonly help?: Labels;
  /** Sealed at rest, and never shown again. */
  readonly isSecret: boolean;
  /** Written in several lines. */
  readonly isLong?: true;
  /** Only asked for while another field has this value. */
  readonly when?: { readonly key: string; readonly is: string };
};

/** What the vendor lets through. */
export type ChannelLimits = {
  readonly perMinute: number;
  /** null: the vendor names none. */
  readonly perSecond: number | null;
  /** Longer messages are cut, never refused. */
  readonly longest: { readonly count: number; readonly unit: "bytes" | "characters" };
};

/** What a channel is made from, handed in where adapters meet. */
export type ChannelParts = {
  readonly send: SendRequest;
  readonly resolve: ResolveHost;
  /** Headers that sign a body as the Standard Webhooks specification writes it. `timestampS`: seconds since the Unix epoch. */
  readonly sign: (secret: string, id: string, timestampS: number, body: string) => Readonly<Record<string, string>>;
  /** For tests: how long one try may take over everything, where the channel itself keeps the time. */
  readonly timeLimitMs?: number;
};

/** A kind of channel: what has to be known to set one up, and how it is made. */
export interface ChannelDefinition {
  readonly kind: ChannelKind;
  readonly label: Labels;
  readonly settingsSchema: z.ZodType<object>;
  /** Every field of the settings, in the order of the form. */
  readonly fields: readonly ChannelField[];
  /** Who is told; the settings say where. */
  readonly addressSchema: z.ZodType<string>;
  readonly addressLabel: Labels;
  readonly addressHelp: Labels;
  readonly limits: ChannelLimits;
  /**
   * How it shows the picture of a trend: `inside` the message, or `beside` it, as a second message that counts for the
   * vendor's limits. Absent: not at all.
   */
  readonly picture?: "inside" | "beside";
  /** The receiver can tell a repetition by the message's key. */
  readonly honoursKey: boolean;
  /** @throws {ZodError} for settings that the schema refuses */
  create(settings: unknown, parts: ChannelParts): Channel;
}
