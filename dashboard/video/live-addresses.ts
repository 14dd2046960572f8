import { RENDITION_FACTS, type Rendition } from "../../domain/video/transcode/rendition.ts";
import type { TranscodingOffer } from "../../domain/video/transcode/transcoding-offer.ts";
import { isPlayable } from "./judge-tile.ts";
import { playlistOf, type StreamItem } from "./stream-list.ts";

/** A camera whose smallest rendition has more lines than this has none for a tile. */
const SMALL_LINES = 480;

/**
 * Where a player finds a camera's moving pictures, the best place first: what FFmpeg makes where the camera has nothing that
 * fits, and the camera's own where a browser plays that.
 *
 * @returns none when there is nothing that this browser plays
 */
export function liveAddresses(item: StreamItem, { renditions }: TranscodingOffer, isTile: boolean): readonly string[] {
  const small = renditions.filter((one) => RENDITION_FACTS[one].lines <= SMALL_LINES);
  const made = isTile ? small[0] : renditions.at(-1);
  const isNeeded = !isPlayable(item) || (isTile && (item.height ?? 0) > SMALL_LINES);
  return [
    ...(made !== undefined && isNeeded ? [madePlaylistOf(item.streamId, made)] : []),
    ...(isPlayable(item) ? [playlistOf(item.streamId)] : []),
  ];
}

function madePlaylistOf(streamId: string, rendition: Rendition): string {
  return `/v/${encodeURIComponent(streamId)}/-/x/${rendition}/index.m3u8`;
}
