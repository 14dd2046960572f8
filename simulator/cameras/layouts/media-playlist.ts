import type { Loop, LoopSegment } from "../content/load-loop.ts";
import { endOfFirstPicture } from "../content/mpeg-ts.ts";
import { PARTS_PER_SEGMENT, SEGMENT_S } from "../content/renditions.ts";
import { type LiveWindow, partEndMs, startMsOf } from "./live-window.ts";
import { type Place, uriOf } from "./place.ts";
import { ENCRYPTION, TRACKS, type Track, type TrackName } from "./tracks.ts";

const VERSION: Readonly<Record<Track["delivery"], number>> = { segments: 3, ranges: 4, parts: 9 };
/**
 * Rounds of a loop of 12 s in a day: the count begins again at midnight UTC, as a camera's does that restarts. Players keep a
 * list by this number; a count since 1970 (150 million) holds hls.js 1.7 up for seconds at each segment.
 */
const ROUNDS_COUNTED = 7200;
/** Of so many segments, the last ones, the playlist names the parts. */
const SEGMENTS_WITH_PARTS = 2;

type MediaPlaylist = {
  readonly place: Place;
  readonly name: TrackName;
  readonly loop: Loop;
  readonly window: LiveWindow;
};

/** The live media playlist of one track, as it stands at the window's moment. */
export function mediaPlaylist(list: MediaPlaylist): string {
  const { window } = list;
  const lines = [...headOf(list)];
  for (let segment = window.first; segment <= window.last; segment += 1) lines.push(...segmentLines(list, segment));
  if (trackOf(list).delivery === "parts") lines.push(...tailOf(list));
  return `${lines.join("\n")}\n`;
}

/** The I-frames of a track of MPEG-TS, each a byte range at the start of its segment. */
export function iFramePlaylist(list: MediaPlaylist): string {
  const { place, name, window } = list;
  const lines = ["#EXTM3U", "#EXT-X-VERSION:4", "#EXT-X-TARGETDURATION:2", "#EXT-X-I-FRAMES-ONLY", ...sequenceOf(list)];
  for (let segment = window.first; segment <= window.last; segment += 1) {
    const { bytes, durationS } = segmentOf(list.loop, segment);
    const length = endOfFirstPicture(bytes);
    lines.push(...discontinuityAt(list.loop, segment), `#EXTINF:${durationS.toFixed(6)},`);
    lines.push(`#EXT-X-BYTERANGE:${length}@0`, uriOf(place, `${name}/${segment}.ts`));
  }
  return `${lines.join("\n")}\n`;
}

function trackOf({ name }: MediaPlaylist): Track {
  return TRACKS[name];
}

function headOf(list: MediaPlaylist): string[] {
  const { place, name, loop } = list;
  const track = trackOf(list);
  const version = loop.init !== null ? Math.max(7, VERSION[track.delivery]) : VERSION[track.delivery];
  const lines = ["#EXTM3U", `#EXT-X-VERSION:${version}`, `#EXT-X-TARGETDURATION:${SEGMENT_S}`];
  if (track.delivery === "parts") {
    const partS = partSecondsOf(loop);
    lines.push(`#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${(3 * partS).toFixed(1)}`);
    lines.push(`#EXT-X-PART-INF:PART-TARGET=${partS}`);
  }
  lines.push(...sequenceOf(list), "#EXT-X-INDEPENDENT-SEGMENTS");
  if (track.isEncrypted) {
    const uri = uriOf(place, `${name}/crypt.key`);
    lines.push(`#EXT-X-KEY:METHOD=AES-128,URI="${uri}",IV=0x${ENCRYPTION.ivHex}`);
  }
  if (loop.init !== null) lines.push(`#EXT-X-MAP:URI="${uriOf(place, `${name}/init.mp4`)}"`);
  return lines;
}

function sequenceOf({ loop, window }: MediaPlaylist): string[] {
  const { first } = window;
  const round = Math.floor(first / loop.segments.length);
  // a tag in front of the first segment is still to be counted by the player
  const ahead = first % loop.segments.length === 0 ? 1 : 0;
  const dropped = (round + ROUNDS_COUNTED - ahead) % ROUNDS_COUNTED;
  return [`#EXT-X-MEDIA-SEQUENCE:${first}`, `#EXT-X-DISCONTINUITY-SEQUENCE:${dropped}`];
}

/** The segment of the loop that number `segment` of the live stream shows. */
export function segmentOf(loop: Loop, segment: number): LoopSegment {
  const found = loop.segments[segment % loop.segments.length];
  if (found === undefined) throw new Error("a loop without segments");
  return found;
}

function discontinuityAt(loop: Loop, segment: number): string[] {
  return segment % loop.segments.length === 0 ? ["#EXT-X-DISCONTINUITY"] : [];
}

function segmentLines(list: MediaPlaylist, segment: number): string[] {
  const { place, name, loop, window } = list;
  const { durationS, parts } = segmentOf(loop, segment);
  const track = trackOf(list);
  const lines = [...beginning(loop, segment)];
  if (segment > window.last - SEGMENTS_WITH_PARTS) lines.push(...partLines(list, segment, parts.length));
  lines.push(`#EXTINF:${durationS.toFixed(6)},`);
  if (track.delivery !== "ranges") lines.push(uriOf(place, `${name}/${segment}.${track.extension}`));
  else lines.push(rangeLine(loop, segment), uriOf(place, `${name}/${roundOf(loop, segment)}.ts`));
  return lines;
}

function beginning(loop: Loop, segment: number): string[] {
  const time = new Date(startMsOf(segment)).toISOString();
  return [...discontinuityAt(loop, segment), `#EXT-X-PROGRAM-DATE-TIME:${time}`];
}

/** How often the loop has run through: the file of byte ranges has this number. */
function roundOf(loop: Loop, segment: number): number {
  return Math.floor(segment / loop.segments.length);
}

function rangeLine(loop: Loop, segment: number): string {
  const index = segment % loop.segments.length;
  const offset = loop.segments.slice(0, index).reduce((sum, { bytes }) => sum + bytes.length, 0);
  return `#EXT-X-BYTERANGE:${segmentOf(loop, segment).bytes.length}@${offset}`;
}

function partSecondsOf(loop: Loop): number {
  return SEGMENT_S / (loop.segments[0]?.parts.length ?? 1);
}

/** The first `count` parts of a segment. Only the first begins with a key frame. */
function partLines({ place, name, loop }: MediaPlaylist, segment: number, count: number): string[] {
  return Array.from({ length: count }, (_, part) => {
    const uri = uriOf(place, `${name}/${segment}.${part}.m4s`);
    return `#EXT-X-PART:DURATION=${partSecondsOf(loop)},URI="${uri}"${part === 0 ? ",INDEPENDENT=YES" : ""}`;
  });
}

/** What is known of the segment that is being made, and of the other renditions. */
function tailOf(list: MediaPlaylist): string[] {
  const { place, name, loop, window } = list;
  const { current, nowMs } = window;
  const all = segmentOf(loop, current).parts.length;
  const done = Array.from({ length: all }).filter((_, part) => partEndMs(current, part, all) <= nowMs).length;
  const next = uriOf(place, `${name}/${current}.${done}.m4s`);
  const hint = `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${next}"`;
  return [...beginning(loop, current), ...partLines(list, current, done), hint, ...reports(list)];
}

function reports({ place, name, window }: MediaPlaylist): string[] {
  const { current, nowMs } = window;
  return place.layout.tracks
    .filter((other) => other !== name)
    .map((other) => {
      const perSegment = other === "ll-360p" ? PARTS_PER_SEGMENT["360p"] : PARTS_PER_SEGMENT["240p"];
      const done = Math.floor(((nowMs - startMsOf(current)) * perSegment) / (SEGMENT_S * 1000));
      const [msn, part] = done > 0 ? [current, done - 1] : [current - 1, perSegment - 1];
      return `#EXT-X-RENDITION-REPORT:URI="${uriOf(place, `${other}/index.m3u8`)}",LAST-MSN=${msn},LAST-PART=${part}`;
    });
}
