import type { PlaylistContext } from "../../../../domain/video/playlist/rewritten-playlist.ts";
import { aChild, aContext } from "./context.ts";

/** As cameras and packagers write them. */
export type Realistic = { readonly name: string; readonly text: string; readonly context: PlaylistContext };

const MASTER = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-START:TIME-OFFSET=-6.0,PRECISE=YES
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="Yard",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio/index.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="Mute",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=NO
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="Marks",LANGUAGE="en",URI="http://10.1.101.7/cam/subs/index.m3u8?lang=en"
#EXT-X-SESSION-KEY:METHOD=AES-128,URI="/keys/1.key",IV=0x0123456789ABCDEF0123456789ABCDEF
#EXT-X-STREAM-INF:BANDWIDTH=2200000,AVERAGE-BANDWIDTH=2000000,RESOLUTION=1280x720,CODECS="avc1.4d401f,mp4a.40.2",FRAME-RATE=25.000,AUDIO="aac",SUBTITLES="subs"
720p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=550000,RESOLUTION=640x360,CODECS="avc1.4d401e,mp4a.40.2",AUDIO="aac",SUBTITLES="subs"
# kept for old clients

http://10.1.101.7/cam/360p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=165000,RESOLUTION=426x240,CODECS="vp09.00.10.08.01.01.01.01.00",AUDIO="aac",SUBTITLES="subs"
/elsewhere/240p
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=80000,RESOLUTION=426x240,CODECS="avc1.4d4015",URI="240p/iframes.m3u8"
`;

const LIVE = `#EXTM3U
#EXT-X-VERSION:3
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:894561
#EXT-X-DISCONTINUITY-SEQUENCE:12
#EXT-X-PROGRAM-DATE-TIME:2026-11-26T08:00:00.000+0000
#EXTINF:2.000000,
live894561.ts
#EXTINF:2.000000,
live894562.ts
#EXT-X-DISCONTINUITY
#EXT-X-PROGRAM-DATE-TIME:2026-11-26T08:10:00.000+0000
#EXTINF:1.960000,
live894563.ts
#EXT-X-GAP
#EXTINF:2.000000,
http://10.1.101.7/other/live894564.ts
`;

const LOW_LATENCY = `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:4
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5,CAN-SKIP-UNTIL=24.0
#EXT-X-PART-INF:PART-TARGET=0.5
#EXT-X-MEDIA-SEQUENCE:266
#EXT-X-MAP:URI="init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-26T08:00:00.000Z
#EXTINF:4.00008,
fileSequence266.m4s
#EXT-X-PART:DURATION=2,URI="filePart267.a.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=2.00004,URI="filePart267.b.m4s"
#EXTINF:4.00004,
fileSequence267.m4s
#EXT-X-PART:DURATION=0.5,URI="parts/filePart268.mp4",BYTERANGE="20000@0",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.5,URI="parts/filePart268.mp4",BYTERANGE="23000@20000"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="parts/filePart268.mp4",BYTERANGE-START=43000
#EXT-X-RENDITION-REPORT:URI="../360p/index.m3u8",LAST-MSN=268,LAST-PART=1
`;

const FRAGMENTED = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:3
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-MAP:URI="../init/main.mp4",BYTERANGE="812@0"
#EXTINF:2.5,
seg-0.m4s
#EXT-X-BITRATE:950
#EXTINF:2.5,
seg-1.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="init-2.mp4"
#EXTINF:3,
http://10.1.101.7:80/cam/720p/seg-2.m4s
#EXT-X-ENDLIST
`;

const ENCRYPTED = `#EXTM3U
#EXT-X-VERSION:5
#EXT-X-TARGETDURATION:10
#EXT-X-MEDIA-SEQUENCE:7794
#EXT-X-KEY:METHOD=AES-128,URI="https-key/key.php?r=52",IV=0x9c7db8778570d05c3177c349fd9236aa
#EXTINF:2.833,
fileSequence52-A.ts
#EXTINF:10.0,
fileSequence52-B.ts
#EXT-X-KEY:METHOD=AES-128,URI="/keys/53"
#EXTINF:3.333,
fileSequence53-A.ts
#EXT-X-KEY:METHOD=NONE
#EXTINF:3.333,
fileSequence54-A.ts
`;

const BYTE_RANGES = `#EXTM3U
#EXT-X-VERSION:4
#EXT-X-TARGETDURATION:3
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-I-FRAMES-ONLY
#EXTINF:2.0,
#EXT-X-BYTERANGE:9400@376
main.ts
#EXTINF:2.0,
#EXT-X-BYTERANGE:7144@47000
main.ts
#EXTINF:2.0,
#EXT-X-BYTERANGE:7144
main.ts
#EXT-X-ENDLIST
`;

const entry = aContext();
const child = aChild();
const byId = aChild({ servedPath: "r/0123456789abcdefghijkl" });

export const REALISTIC: readonly Realistic[] = [
  { name: "a master with renditions", text: MASTER, context: entry },
  { name: "a live window", text: LIVE, context: entry },
  { name: "a live window of a rendition", text: LIVE, context: child },
  { name: "low latency", text: LOW_LATENCY, context: aChild({ knownSegments: 0 }) },
  { name: "fragmented MP4", text: FRAGMENTED, context: child },
  { name: "fragmented MP4, served by an opaque id", text: FRAGMENTED, context: byId },
  { name: "AES-128", text: ENCRYPTED, context: child },
  { name: "byte ranges of one file", text: BYTE_RANGES, context: entry },
];

/** Variables, and the same with their values in place: one of the oracles knows nothing of them. */
export const WITH_VARIABLES = `#EXTM3U
#EXT-X-VERSION:8
#EXT-X-TARGETDURATION:2
#EXT-X-DEFINE:NAME="folder",VALUE="segments/a"
#EXT-X-DEFINE:NAME="range",VALUE="100@0"
#EXT-X-DEFINE:QUERYPARAM="token"
#EXT-X-MAP:URI="{$folder}/init.mp4",BYTERANGE="{$range}"
#EXTINF:2.0,
{$folder}/1.m4s
#EXTINF:2.0,
../{$folder}/2.m4s?t={$token}
`;
export const VARIABLES_IN_PLACE = `#EXTM3U
#EXT-X-VERSION:8
#EXT-X-TARGETDURATION:2
#
#
#
#EXT-X-MAP:URI="segments/a/init.mp4",BYTERANGE="100@0"
#EXTINF:2.0,
segments/a/1.m4s
#EXTINF:2.0,
../segments/a/2.m4s?t=s3cret
`;
