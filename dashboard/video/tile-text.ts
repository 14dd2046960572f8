import { formatAge, formatClock } from "../composables/format.ts";
import type { Translate } from "../composables/use-text.ts";
import { isPlayable, judgeTile, pictureAgeS, type TileParts } from "./judge-tile.ts";
import type { StreamItem } from "./stream-list.ts";
import { type VideoTextKey, vt } from "./text.ts";

/**
 * Pictures come every 2 s. Up to here they all read the same: 81 ages that change each second cost more of the processor than
 * the pictures themselves.
 */
const NEW_S = 5;
const isNew = (ageS: number | null): boolean => ageS !== null && ageS < NEW_S;

/** The state of a tile in a few words: what it is and how old, since when, or why not. */
export function tileWords(parts: TileParts, t: Translate, locale: string, serverNowMs: number): string {
  const { item } = parts;
  const kind = judgeTile(parts);
  const ageS = pictureAgeS(parts);
  const age = formatAge(ageS, t);
  if (kind === "picture")
    return named(item, isNew(ageS) ? vt("state.picture-new", { n: NEW_S }) : vt("state.picture", { age }));
  if (kind === "stale") return ageS === null ? vt("state.stale-none") : vt("state.stale", { age });
  if (kind === "codec") return vt("state.codec", { codec: codecName(item.codec ?? "") });
  if (kind !== "offline") return vt(`state.${kind}`);
  if (item.since === null) return vt("state.offline");
  return vt("state.offline-since", { since: formatClock(Date.parse(item.since), locale, serverNowMs) });
}

/** A picture of a camera that this browser cannot play says of which kind the video is. */
function named(item: StreamItem, words: string): string {
  return isPlayable(item) ? words : vt("state.of-codec", { codec: codecName(item.codec ?? ""), words });
}

/** Why a tile shows no picture, or its stream is not as it should be; empty when nobody knows, or nothing is wrong. */
export function whyWords(parts: TileParts): string {
  const kind = judgeTile(parts);
  const { ffmpeg, jpegs } = parts.offer;
  if (kind === "busy") return vt("why.busy", { n: jpegs });
  if (kind !== "codec" && kind !== "insecure") return causeWords(parts.item);
  if (ffmpeg === "unknown") return "";
  return vt(ffmpeg === "missing" ? "why.no-ffmpeg" : "why.off");
}

/** What the camera's own cause says. */
export function causeWords({ cause, state }: StreamItem): string {
  if (cause === null || state === "online") return "";
  return vt(`cause.${cause}`);
}

/** `hvc1.1.6.L93.B0` is H.265 to people. */
function codecName(codec: string): string {
  const names: Readonly<Record<string, VideoTextKey>> = {
    hvc1: "codec.hvc1",
    hev1: "codec.hvc1",
    encrypted: "codec.encrypted",
  };
  const key = names[codec.split(".")[0] ?? ""];
  return key ? vt(key) : codec;
}
