import type { ChannelKind } from "./channel.ts";
import type { Recipient } from "./recipient.ts";

/** Channels on which a recipient is reached, in the order of the route. */
export function channelsOf(
  { addresses }: Pick<Recipient, "addresses">,
  wanted: readonly ChannelKind[],
  ready: ReadonlySet<ChannelKind>,
): ChannelKind[] {
  return wanted.filter((kind) => ready.has(kind) && addresses[kind] !== undefined);
}
