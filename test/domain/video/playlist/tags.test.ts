import { describe, expect, test } from "vitest";
import { rewritePlaylist } from "../../../../domain/video/playlist/rewrite-playlist.ts";
import type { PlaylistContext, ResourceKind } from "../../../../domain/video/playlist/rewritten-playlist.ts";
import { aChild, aContext, outcomeOf } from "./context.ts";

const MEDIA = ["#EXTM3U", "#EXT-X-TARGETDURATION:2"];
const MASTER = ["#EXTM3U"];
const id = aContext().opaqueIdOf;
const byId = (path: string) => `r/${id(`http://10.1.101.7${path}`)}`;

/** `in` goes in behind the head of a playlist, `out` is what these lines become, `names` what may be asked for then. */
type Row = {
  readonly in: string;
  readonly out: string;
  readonly names?: readonly (readonly [ResourceKind, string, string])[];
};

function check({ in: given, out, names = [] }: Row, head: readonly string[], context: PlaylistContext): void {
  const { text, resources } = rewritePlaylist([...head, given].join("\n"), context);
  expect(text).toBe([...head, out].join("\n"));
  expect(resources.map(({ kind, servedAs, url }) => [kind, servedAs, url])).toEqual(names);
}

const at = (path: string) => `http://10.1.101.7${path}`;
const KEY_ID = byId("/k?id=1");

describe("a media playlist of a rendition", () => {
  test.for<Row>([
    { in: "#EXTINF:2,\na.ts", out: "#EXTINF:2,\na.ts", names: [["segment", "720p/a.ts", at("/cam/720p/a.ts")]] },
    {
      in: "#EXTINF:2.5\n\n# x\nb/a.ts",
      out: "#EXTINF:2.5,\n\n#\nb/a.ts",
      names: [["segment", "720p/b/a.ts", at("/cam/720p/b/a.ts")]],
    },
    {
      in: "#EXTINF:2,Yard at 10.1.101.7\na.ts",
      out: "#EXTINF:2,\na.ts",
      names: [["segment", "720p/a.ts", at("/cam/720p/a.ts")]],
    },
    { in: "#EXTINF:2,\n../a.ts", out: "#EXTINF:2,\n../a.ts", names: [["segment", "a.ts", at("/cam/a.ts")]] },
    { in: "#EXTINF:2,\n./a.ts", out: "#EXTINF:2,\na.ts", names: [["segment", "720p/a.ts", at("/cam/720p/a.ts")]] },
    {
      in: "#EXTINF:2,\n../../a.ts",
      out: `#EXTINF:2,\n../${byId("/a.ts")}`,
      names: [["segment", byId("/a.ts"), at("/a.ts")]],
    },
    {
      in: `#EXTINF:2,\n${at("/cam/720p/a.ts")}`,
      out: "#EXTINF:2,\na.ts",
      names: [["segment", "720p/a.ts", at("/cam/720p/a.ts")]],
    },
    {
      in: "#EXTINF:2,\na.ts?k=1",
      out: `#EXTINF:2,\n../${byId("/cam/720p/a.ts?k=1")}`,
      names: [["segment", byId("/cam/720p/a.ts?k=1"), at("/cam/720p/a.ts?k=1")]],
    },
    {
      in: "#EXTINF:2,\na b.ts",
      out: `#EXTINF:2,\n../${byId("/cam/720p/a%20b.ts")}`,
      names: [["segment", byId("/cam/720p/a%20b.ts"), at("/cam/720p/a%20b.ts")]],
    },
    {
      in: "#EXTINF:2,\nr/a.ts",
      out: `#EXTINF:2,\n../${byId("/cam/720p/r/a.ts")}`,
      names: [["segment", byId("/cam/720p/r/a.ts"), at("/cam/720p/r/a.ts")]],
    },
    {
      in: "#EXTINF:2,\n../rec/a.ts",
      out: `#EXTINF:2,\n../${byId("/cam/rec/a.ts")}`,
      names: [["segment", byId("/cam/rec/a.ts"), at("/cam/rec/a.ts")]],
    },
    {
      in: "#EXTINF:2,\n../index.m3u8",
      out: `#EXTINF:2,\n../${byId("/cam/index.m3u8")}`,
      names: [["segment", byId("/cam/index.m3u8"), at("/cam/index.m3u8")]],
    },
    {
      in: "#EXTINF:2,\ncam-10.1.101.7.ts",
      out: `#EXTINF:2,\n../${byId("/cam/720p/cam-10.1.101.7.ts")}`,
      names: [["segment", byId("/cam/720p/cam-10.1.101.7.ts"), at("/cam/720p/cam-10.1.101.7.ts")]],
    },
    { in: "#EXTINF:2,\na.ts#t=1", out: "#EXTINF:2,\na.ts", names: [["segment", "720p/a.ts", at("/cam/720p/a.ts")]] },
    {
      in: '#EXT-X-KEY:METHOD=AES-128,URI="/k?id=1",IV=0x1F',
      out: `#EXT-X-KEY:METHOD=AES-128,URI="../${KEY_ID}",IV=0x1F`,
      names: [["key", KEY_ID, at("/k?id=1")]],
    },
    { in: '#EXT-X-KEY:METHOD=NONE,URI="http://evil/"', out: "#EXT-X-KEY:METHOD=NONE" },
    {
      in: '#EXT-X-MAP:URI="i.mp4" , BYTERANGE="9@0"',
      out: '#EXT-X-MAP:URI="i.mp4",BYTERANGE="9@0"',
      names: [["init", "720p/i.mp4", at("/cam/720p/i.mp4")]],
    },
    {
      in: "#EXT-X-MAP:URI=i.mp4",
      out: '#EXT-X-MAP:URI="i.mp4"',
      names: [["init", "720p/i.mp4", at("/cam/720p/i.mp4")]],
    },
    {
      in: '#EXT-X-PART:DURATION=0.5,URI="p.m4s",GAP=YES',
      out: '#EXT-X-PART:DURATION=0.5,URI="p.m4s",GAP=YES',
      names: [["part", "720p/p.m4s", at("/cam/720p/p.m4s")]],
    },
    {
      in: '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="p.m4s"',
      out: '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="p.m4s"',
      names: [["part", "720p/p.m4s", at("/cam/720p/p.m4s")]],
    },
    {
      in: '#EXT-X-PRELOAD-HINT:TYPE=MAP,URI="i.mp4"',
      out: '#EXT-X-PRELOAD-HINT:TYPE=MAP,URI="i.mp4"',
      names: [["init", "720p/i.mp4", at("/cam/720p/i.mp4")]],
    },
    { in: '#EXT-X-PRELOAD-HINT:TYPE=X,URI="i.mp4"', out: "#" },
    {
      in: '#EXT-X-RENDITION-REPORT:URI="../360p/index.m3u8",LAST-MSN=2',
      out: '#EXT-X-RENDITION-REPORT:URI="../360p/index.m3u8",LAST-MSN=2',
      names: [["playlist", "360p/index.m3u8", at("/cam/360p/index.m3u8")]],
    },
    {
      in: "#EXT-X-PREFETCH:a.ts",
      out: "#EXT-X-PREFETCH:a.ts",
      names: [["segment", "720p/a.ts", at("/cam/720p/a.ts")]],
    },
    {
      in: '#EXT-X-DATERANGE:ID="a",START-DATE="2026-11-26T08:00:00Z",X-ASSET-URI="http://evil/",X-ASSET-LIST="list.json",X-N=1',
      out: '#EXT-X-DATERANGE:ID="a",START-DATE="2026-11-26T08:00:00Z",X-N=1',
    },
    {
      in: "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=6",
      out: "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=6",
    },
    { in: "#EXT-X-PART-INF:PART-TARGET=0.5", out: "#EXT-X-PART-INF:PART-TARGET=0.5" },
    { in: "#EXT-X-SKIP:SKIPPED-SEGMENTS=3", out: "#EXT-X-SKIP:SKIPPED-SEGMENTS=3" },
    { in: "#EXT-X-BITRATE:900", out: "#EXT-X-BITRATE:900" },
    { in: "#EXT-X-BYTERANGE:10@0", out: "#EXT-X-BYTERANGE:10@0" },
    { in: "#EXT-X-GAP", out: "#EXT-X-GAP" },
    { in: "#EXT-X-DISCONTINUITY", out: "#EXT-X-DISCONTINUITY" },
    { in: "#EXT-X-DISCONTINUITY-SEQUENCE:0", out: "#EXT-X-DISCONTINUITY-SEQUENCE:0" },
    // A player's list has a place for each.
    { in: "#EXT-X-DISCONTINUITY-SEQUENCE:149643622", out: "#EXT-X-DISCONTINUITY-SEQUENCE:622" },
    { in: "#EXT-X-MEDIA-SEQUENCE:0", out: "#EXT-X-MEDIA-SEQUENCE:0" },
    { in: "#EXT-X-ENDLIST", out: "#EXT-X-ENDLIST" },
    { in: "#EXT-X-I-FRAMES-ONLY", out: "#EXT-X-I-FRAMES-ONLY" },
    { in: "#EXT-X-PLAYLIST-TYPE:VOD", out: "#EXT-X-PLAYLIST-TYPE:VOD" },
    { in: "#EXT-X-PLAYLIST-TYPE:http://evil/", out: "#" },
    { in: "#EXT-X-ALLOW-CACHE:NO", out: "#EXT-X-ALLOW-CACHE:NO" },
    { in: "#EXT-X-ALLOW-CACHE:evil", out: "#" },
    {
      in: "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T08:00:00.123+08:00",
      out: "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T08:00:00.123+08:00",
    },
    { in: "#EXT-X-PROGRAM-DATE-TIME:http://evil/", out: "#" },
    { in: "#EXT-X-PROGRAM-DATE-TIME:2026-99-26T08:00:00Z", out: "#" },
    { in: "#EXT-X-VERSION:9", out: "#EXT-X-VERSION:9" },
    { in: "#EXT-X-INDEPENDENT-SEGMENTS", out: "#EXT-X-INDEPENDENT-SEGMENTS" },
    { in: "#EXT-X-START:TIME-OFFSET=-4.5", out: "#EXT-X-START:TIME-OFFSET=-4.5" },
    { in: "#EXTM3U", out: "#" },
    { in: "#EXT-X-CUE-OUT:DURATION=30", out: "#EXT-X-CUE-OUT:DURATION=30" },
    { in: "#EXT-X-FOO:12:30:00", out: "#EXT-X-FOO:12:30:00" },
    { in: "#EXT-X-FOO", out: "#EXT-X-FOO" },
    { in: "#EXT-X-FOO:http://evil/", out: "#" },
    { in: "#EXT-X-FOO:javascript:alert", out: "#" },
    { in: "#EXT-X-FOO:10.1.101.7", out: "#" },
    { in: '#EXT-X-FOO:A=1,MORE-URI="a"', out: "#" },
    { in: '#EXT-X-FOO:url = "a"', out: "#" },
    { in: "#EXT-X-FOO:{$a}", out: "#" },
    { in: "#EXT-X-foo:1", out: "#" },
    { in: "# http://10.1.101.7/", out: "#" },
    { in: "#", out: "#" },
    { in: "", out: "" },
  ])("$in", (row) => {
    check(row, MEDIA, aChild({ knownSegments: 3 }));
  });

  test("served by an opaque id names its own by their real paths, and others by their ids", () => {
    const given = '#EXTINF:2,\na.ts\n#EXTINF:2,\n/b.ts\n#EXT-X-RENDITION-REPORT:URI="../360p/index.m3u8"';
    const out = `#EXTINF:2,\n../720p/a.ts\n#EXTINF:2,\n${id(at("/b.ts"))}\n#EXT-X-RENDITION-REPORT:URI="../360p/index.m3u8"`;
    check(
      {
        in: given,
        out,
        names: [
          ["segment", "720p/a.ts", at("/cam/720p/a.ts")],
          ["segment", byId("/b.ts"), at("/b.ts")],
          ["playlist", "360p/index.m3u8", at("/cam/360p/index.m3u8")],
        ],
      },
      MEDIA,
      aChild({ servedPath: "r/abc" }),
    );
  });

  test.for([
    ["#EXT-X-START:TIME-OFFSET=1", ""],
    ["#EXT-X-SERVER-CONTROL:HOLD-BACK=6", ""],
    ["#EXT-X-PART-INF:PART-TARGET=1", ""],
    ["#EXT-X-SKIP:SKIPPED-SEGMENTS=0", ""],
    ['#EXT-X-DATERANGE:ID="1"', ""],
    ["#EXT-X-KEY:METHOD=NONE", ""],
    ["#EXT-X-STREAM-INF:BANDWIDTH=1", "\na"],
  ] as const)("has no URI where the standard knows none: %s", ([tag, rest]) => {
    const head = rest === "" ? MEDIA : MASTER;
    const { text } = rewritePlaylist([...head, `${tag},URI="a.ts"${rest}`].join("\n"), aContext());
    expect(text).toBe([...head, tag + rest].join("\n"));
  });

  test("offers to leave segments out only where it is known which", () => {
    const given = "#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=24.0,CAN-SKIP-DATERANGES=YES,HOLD-BACK=6";
    check({ in: given, out: given }, MEDIA, aChild({ knownSegments: 0 }));
    check({ in: given, out: "#EXT-X-SERVER-CONTROL:HOLD-BACK=6" }, MEDIA, aChild());
  });

  test("offers blocking requests only where they are passed on", () => {
    const given = "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=6";
    check({ in: given, out: "#EXT-X-SERVER-CONTROL:HOLD-BACK=6" }, MEDIA, aChild({ forwardsBlocking: false }));
    check({ in: "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES", out: "#" }, MEDIA, aChild({ forwardsBlocking: false }));
  });
});

describe("a master playlist", () => {
  test.for<Row>([
    {
      in: "#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8",
      out: "#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8",
      names: [["playlist", "a.m3u8", at("/cam/a.m3u8")]],
    },
    {
      in: "#EXT-X-STREAM-INF:BANDWIDTH=1\n# x\n\nv/high",
      out: "#EXT-X-STREAM-INF:BANDWIDTH=1\n#\n\nv/high",
      names: [["playlist", "v/high", at("/cam/v/high")]],
    },
    {
      in: '#EXT-X-STREAM-INF:BANDWIDTH=1,URI="http://evil/"\na',
      out: "#EXT-X-STREAM-INF:BANDWIDTH=1\na",
      names: [["playlist", "a", at("/cam/a")]],
    },
    {
      in: '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="b",URI="a.m3u8"',
      out: '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="b",URI="a.m3u8"',
      names: [["playlist", "a.m3u8", at("/cam/a.m3u8")]],
    },
    { in: '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="10.1.101.7"', out: '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a"' },
    { in: '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="#EXT-X-MAP"', out: '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a"' },
    {
      in: '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="a.m3u8"',
      out: '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="a.m3u8"',
      names: [["playlist", "a.m3u8", at("/cam/a.m3u8")]],
    },
    {
      in: '#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,URI="a.m3u8"',
      out: '#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,URI="a.m3u8"',
      names: [["playlist", "a.m3u8", at("/cam/a.m3u8")]],
    },
    {
      in: '#EXT-X-SESSION-KEY:METHOD=AES-128,URI="k"',
      out: '#EXT-X-SESSION-KEY:METHOD=AES-128,URI="k"',
      names: [["key", "k", at("/cam/k")]],
    },
    { in: '#EXT-X-SESSION-DATA:DATA-ID="a",URI="a.json"', out: "#" },
    { in: '#EXT-X-CONTENT-STEERING:SERVER-URI="a.json"', out: "#" },
    { in: "#EXT-X-INDEPENDENT-SEGMENTS", out: "#EXT-X-INDEPENDENT-SEGMENTS" },
  ])("$in", ({ in: given, out, names = [] }) => {
    const tail: Row = {
      in: `${given}\n#EXT-X-STREAM-INF:BANDWIDTH=9\nz`,
      out: `${out}\n#EXT-X-STREAM-INF:BANDWIDTH=9\nz`,
      names: [...names, ["playlist", "z", at("/cam/z")]],
    };
    check(tail, MASTER, aContext());
  });

  test("says what was taken out, by tag", () => {
    const text = `#EXTM3U\n# a\n# b\n#EXT-X-FOO:http://evil/\n#EXT-X-MEDIA:TYPE=AUDIO,NAME="http://evil/",X-URI="a"\n#EXT-X-SESSION-DATA:DATA-ID="a"`;
    expect(rewritePlaylist(text, aContext()).dropped).toEqual({
      comment: 2,
      unknown: 1,
      "EXT-X-MEDIA": 2,
      "EXT-X-SESSION-DATA": 1,
    });
  });
});

describe("is refused:", () => {
  test.for([
    { name: "an address that nothing announces", text: "a.ts" },
    { name: "a segment announced twice", text: "#EXTINF:2,\n#EXTINF:2,\na.ts" },
    {
      name: "a variant announced twice",
      text: "#EXT-X-STREAM-INF:BANDWIDTH=1\n#EXT-X-STREAM-INF:BANDWIDTH=2\na",
      head: MASTER,
    },
    { name: "variants beside segments", text: "#EXTINF:2,\na.ts\n#EXT-X-STREAM-INF:BANDWIDTH=1\na" },
    { name: "segments beside variants", text: "#EXT-X-STREAM-INF:BANDWIDTH=1\na\n#EXTINF:2,\na.ts", head: MASTER },
    { name: "neither", text: "#EXT-X-VERSION:3", head: MASTER },
    { name: "two target durations", text: "#EXT-X-TARGETDURATION:3" },
    { name: "a first number after a segment", text: "#EXTINF:2,\na.ts\n#EXT-X-MEDIA-SEQUENCE:3" },
    { name: "a key without a method", text: '#EXT-X-KEY:URI="k"' },
    { name: "a key without a URI", text: "#EXT-X-KEY:METHOD=AES-128" },
    { name: "an init without a URI", text: '#EXT-X-MAP:BYTERANGE="1@0"' },
    { name: "a start without its time", text: "#EXT-X-START:" },
    { name: "parts without a target", text: "#EXT-X-PART-INF:X=1" },
    { name: "a part without a duration", text: '#EXT-X-PART:URI="p"' },
  ])("$name", ({ text, head = MEDIA }) => {
    expect(outcomeOf([...head, text].join("\n"), aContext())).toBe("playlist_invalid");
  });
});
