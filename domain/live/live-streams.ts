import type { StreamMessage } from "../video/stream-message.ts";
import type { StreamFrame } from "./live-frame.ts";

/**
 * What a client knows of cameras after a frame, in the order in which it first heard of them. A whole frame forgets what is
 * not in it.
 *
 * @param known null: nothing was heard yet; what has changed since is no list then
 */
export function applyStreams(
  known: readonly StreamMessage[] | null,
  { isWhole, streams }: Pick<StreamFrame, "isWhole" | "streams">,
): readonly StreamMessage[] | null {
  if (isWhole) return streams;
  if (known === null) return null;
  const changed = new Map(streams.map((stream) => [stream.streamId, stream]));
  const kept = known.map((stream) => changed.get(stream.streamId) ?? stream);
  const old = new Set(known.map(({ streamId }) => streamId));
  return [...kept, ...streams.filter(({ streamId }) => !old.has(streamId))];
}
