import type { CameraContent } from "../content/camera-content.ts";
import type { Loop } from "../content/load-loop.ts";
import { endOfFirstPicture } from "../content/mpeg-ts.ts";
import { RENDITIONS, type Rendition } from "../content/renditions.ts";
import { type Place, uriOf } from "./place.ts";
import { TRACKS, type TrackName } from "./tracks.ts";

/** The renditions of a camera; null when none of them is to be had now. */
export function multivariantPlaylist(place: Place, content: CameraContent, siteId: string): string | null {
  const { tracks, sound, iFrames } = place.layout;
  const soundLoop = sound ? TRACKS.sound.loop(content) : null;
  const lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"];
  if (soundLoop !== null) {
    const uri = uriOf(place, "sound/index.m3u8");
    lines.push(`#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,AUTOSELECT=YES,URI="${uri}"`);
  }
  let found = 0;
  for (const name of tracks) {
    const loop = TRACKS[name].loop(content, siteId);
    if (loop === null) continue;
    found += 1;
    lines.push(`#EXT-X-STREAM-INF:${variant(name, loop, soundLoop)}`, uriOf(place, `${name}/index.m3u8`));
    if (iFrames) lines.push(`#EXT-X-I-FRAME-STREAM-INF:${iFrameVariant(place, name, loop)}`);
  }
  return found === 0 ? null : `${lines.join("\n")}\n`;
}

function variant(name: TrackName, loop: Loop, sound: Loop | null): string {
  const { fps } = renditionOf(name);
  const codecs = sound === null ? loop.codecs : `${loop.codecs},${sound.codecs}`;
  const group = sound === null ? "" : ',AUDIO="sound"';
  const rates = `BANDWIDTH=${peakBitPerS(loop) + (sound === null ? 0 : peakBitPerS(sound))}`;
  return `${rates},${sizeOf(name)},FRAME-RATE=${fps.toFixed(3)},CODECS="${codecs}"${group}`;
}

function iFrameVariant(place: Place, name: TrackName, loop: Loop): string {
  const rates = loop.segments.map(({ bytes, durationS }) => (endOfFirstPicture(bytes) * 8) / durationS);
  const uri = uriOf(place, `${name}/iframes.m3u8`);
  return `BANDWIDTH=${Math.ceil(Math.max(...rates))},${sizeOf(name)},CODECS="${loop.codecs}",URI="${uri}"`;
}

function renditionOf(name: TrackName): Rendition {
  const found = Object.values(RENDITIONS).find((rendition) => name.endsWith(rendition.name));
  return found ?? RENDITIONS["240p"];
}

function sizeOf(name: TrackName): string {
  const { width, height } = renditionOf(name);
  return `RESOLUTION=${width}x${height}`;
}

function peakBitPerS({ segments }: Loop): number {
  return Math.ceil(Math.max(...segments.map(({ bytes, durationS }) => (bytes.length * 8) / durationS)));
}
