import type { TranscodingOffer } from "../../domain/video/transcode/transcoding-offer.ts";
import type { PlayerState } from "./live-player.ts";
import type { StreamItem } from "./stream-list.ts";
import type { Picture } from "./use-key-frames.ts";

/**
 * What a tile shows. `live`: moving pictures · `picture`: a fresh key frame · `stale`: an old one, or a player that gets
 * nothing · `offline`: the camera, or something before it, has failed · `codec`, `undecodable`, `insecure`: there may be
 * video, but not here · `busy`, `failed`: FFmpeg would have to make a picture of it, and has no place for it, or could not ·
 * `starting`, `waiting`: not yet.
 */
export type TileKind =
  | "live"
  | "picture"
  | "stale"
  | "offline"
  | "codec"
  | "undecodable"
  | "insecure"
  | "busy"
  | "failed"
  | "starting"
  | "waiting";
export type TileParts = {
  readonly item: StreamItem;
  /** Of the tile's player; null = it has none. */
  readonly player: PlayerState | null;
  readonly picture: Picture | undefined;
  /** `performance.now()` */
  readonly nowMs: number;
  readonly canDecodeFrames: boolean;
  readonly offer: TranscodingOffer;
};

/** Four questions without an answer: segments of up to 6 s are normal. */
const STALE_AFTER_MS = 10_000;

/** H.264 is what browsers play everywhere, and what key frames are cut from. A codec that is not known may be it. */
export const isPlayable = ({ codec }: StreamItem): boolean => codec === null || codec.startsWith("avc");

/** The age of the picture on the screen, seconds; null where none is, or where it moves. */
export function pictureAgeS({ player, picture, nowMs }: TileParts): number | null {
  const atMs = picture?.drawnAtMs ?? null;
  return player === "playing" || atMs === null ? null : Math.max(0, (nowMs - atMs) / 1000);
}

export function judgeTile(parts: TileParts): TileKind {
  const { item, player } = parts;
  if (item.state === "offline") return "offline";
  if (player === "playing") return "live";
  if (player === "busy" || player === "failed") return player;
  if (player === "waiting") return "stale";
  if (player === "starting") return "starting";
  return judgePicture(parts);
}

function judgePicture(parts: TileParts): TileKind {
  const { item, picture, canDecodeFrames, offer } = parts;
  const hasJpegs = offer.jpegs > 0;
  if (!isPlayable(item) && !hasJpegs) return "codec";
  if (!canDecodeFrames && !hasJpegs) return "insecure";
  if (picture?.lack && isOld(parts)) return picture.lack;
  if (picture?.isBroken) return "undecodable";
  if (pictureAgeS(parts) === null) return item.state === "stale" ? "stale" : "waiting";
  return item.state === "stale" || isOld(parts) ? "stale" : "picture";
}

/** Also where there is none. */
function isOld(parts: TileParts): boolean {
  return (pictureAgeS(parts) ?? Number.POSITIVE_INFINITY) * 1000 > STALE_AFTER_MS;
}
