import { describe, expect, test } from "vitest";
import { rewritePlaylist } from "../../../../domain/video/playlist/rewrite-playlist.ts";
import { aChild, aContext } from "./context.ts";
import { REALISTIC } from "./realistic.ts";

function rewritten(name: string) {
  const found = REALISTIC.find((given) => given.name === name);
  if (!found) throw new Error(`no playlist ${name}`);
  return rewritePlaylist(found.text, found.context);
}

const seconds = (iso: string, durationS = 0) => Date.parse(iso) + durationS * 1000;

describe("a master with renditions", () => {
  const master = rewritten("a master with renditions");

  test("tells its variants, for whoever chooses one", () => {
    expect(master.isMaster).toBe(true);
    expect(master.targetDurationS).toBeNull();
    expect(master.variants.map(({ servedAs, ...variant }) => ({ ...variant, servedAs: servedAs.slice(0, 4) }))).toEqual(
      [
        {
          url: "http://10.1.101.7/cam/720p/index.m3u8",
          servedAs: "720p",
          bandwidth: 2_200_000,
          width: 1280,
          height: 720,
          codecs: "avc1.4d401f,mp4a.40.2",
          isIframe: false,
        },
        {
          url: "http://10.1.101.7/cam/360p/index.m3u8",
          servedAs: "360p",
          bandwidth: 550_000,
          width: 640,
          height: 360,
          codecs: "avc1.4d401e,mp4a.40.2",
          isIframe: false,
        },
        {
          url: "http://10.1.101.7/elsewhere/240p",
          servedAs: expect.stringMatching(/^r\/..$/),
          bandwidth: 165_000,
          width: 426,
          height: 240,
          codecs: "vp09.00.10.08.01.01.01.01.00",
          isIframe: false,
        },
        {
          url: "http://10.1.101.7/cam/240p/iframes.m3u8",
          servedAs: "240p",
          bandwidth: 80_000,
          width: 426,
          height: 240,
          codecs: "avc1.4d4015",
          isIframe: true,
        },
      ],
    );
  });

  test("is read where it says little of them", () => {
    const { variants } = rewritePlaylist("#EXTM3U\n#EXT-X-STREAM-INF:CODECS=avc1,RESOLUTION=big\na", aContext());
    expect(variants).toEqual([
      {
        url: "http://10.1.101.7/cam/a",
        servedAs: "a",
        bandwidth: null,
        width: null,
        height: null,
        codecs: "avc1",
        isIframe: false,
      },
    ]);
  });
});

test("a live window tells when each segment was taken, across what is cut", () => {
  const live = rewritten("a live window");
  expect([live.mediaSequence, live.targetDurationS, live.isEnded, live.isMaster]).toEqual([894_561, 2, false, false]);
  expect(
    live.segments.map(({ mediaSequence, startMs, durationS, isDiscontinuity, isGap }) => [
      mediaSequence,
      startMs,
      durationS,
      isDiscontinuity,
      isGap,
    ]),
  ).toEqual([
    [894_561, seconds("2026-11-26T08:00:00Z"), 2, false, false],
    [894_562, seconds("2026-11-26T08:00:02Z"), 2, false, false],
    [894_563, seconds("2026-11-26T08:10:00Z"), 1.96, true, false],
    [894_564, seconds("2026-11-26T08:10:00Z", 1.96), 2, false, true],
  ]);
});

test("times end at a discontinuity without one, and begin where the first is given", () => {
  const segment = "#EXTINF:2,\na.ts\n";
  const date = "#EXT-X-PROGRAM-DATE-TIME:2026-11-26T08:00:00Z\n";
  const text = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n${segment}${date}${segment}#EXT-X-DISCONTINUITY\n${segment}${segment}${date}#EXT-X-DISCONTINUITY\n${segment}`;
  const start = seconds("2026-11-26T08:00:00Z");
  expect(rewritePlaylist(text, aContext()).segments.map(({ startMs }) => startMs)).toEqual([
    null,
    start,
    null,
    null,
    start,
  ]);
});

test("low latency tells parts, what is hinted, and that the camera holds requests", () => {
  const lowLatency = rewritten("low latency");
  expect([lowLatency.canBlockReload, lowLatency.partTargetS]).toEqual([true, 0.5]);
  const parts = lowLatency.resources.filter(({ kind }) => kind === "part");
  expect(parts.map(({ servedAs, byteRange, durationS, isHint }) => [servedAs, byteRange, durationS, isHint])).toEqual([
    ["720p/filePart267.a.m4s", null, 2, false],
    ["720p/filePart267.b.m4s", null, 2.000_04, false],
    ["720p/parts/filePart268.mp4", { offset: 0, lengthBytes: 20_000 }, 0.5, false],
    ["720p/parts/filePart268.mp4", { offset: 20_000, lengthBytes: 23_000 }, 0.5, false],
    ["720p/parts/filePart268.mp4", { offset: 43_000, lengthBytes: null }, null, true],
  ]);
  expect(lowLatency.segments.map(({ map, mediaSequence }) => [map?.servedAs, mediaSequence])).toEqual([
    ["720p/init.mp4", 266],
    ["720p/init.mp4", 267],
  ]);
});

test("a report of a rendition has the address that its variant has", () => {
  const { variants } = rewritten("a master with renditions");
  const reports = rewritten("low latency").resources.filter(({ kind }) => kind === "playlist");
  expect(reports.map(({ servedAs }) => servedAs)).toEqual(["360p/index.m3u8"]);
  expect(variants.map(({ servedAs }) => servedAs)).toContain("360p/index.m3u8");
});

test("segments that are left out are counted", () => {
  const text =
    "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:100\n#EXT-X-SKIP:SKIPPED-SEGMENTS=7\n#EXTINF:2,\na.ts\n";
  const { segments, skippedSegments } = rewritePlaylist(text, aContext({ knownSegments: 7 }));
  expect([segments[0]?.mediaSequence, skippedSegments]).toEqual([107, 7]);
});

test("fragments have the init before them", () => {
  const { segments, isEnded } = rewritten("fragmented MP4");
  expect(isEnded).toBe(true);
  expect(segments.map(({ map, servedAs }) => [servedAs, map?.servedAs, map?.byteRange])).toEqual([
    ["720p/seg-0.m4s", "init/main.mp4", { offset: 0, lengthBytes: 812 }],
    ["720p/seg-1.m4s", "init/main.mp4", { offset: 0, lengthBytes: 812 }],
    ["720p/seg-2.m4s", "720p/init-2.mp4", null],
  ]);
});

test("segments have the keys that hold for them, and none after NONE", () => {
  expect(
    rewritten("AES-128").segments.map(({ keys }) => keys.map(({ method, iv, resource }) => [method, iv, resource.url])),
  ).toEqual([
    [["AES-128", "0x9c7db8778570d05c3177c349fd9236aa", "http://10.1.101.7/cam/720p/https-key/key.php?r=52"]],
    [["AES-128", "0x9c7db8778570d05c3177c349fd9236aa", "http://10.1.101.7/cam/720p/https-key/key.php?r=52"]],
    [["AES-128", null, "http://10.1.101.7/keys/53"]],
    [],
  ]);
});

test("keys of several systems hold side by side", () => {
  const key = (system: string, uri: string) => `#EXT-X-KEY:METHOD=SAMPLE-AES,URI="${uri}",KEYFORMAT="${system}"\n`;
  const text = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n${key("a", "1")}${key("b", "2")}#EXTINF:2,\nx.ts\n${key("a", "3")}#EXTINF:2,\ny.ts\n`;
  const keys = rewritePlaylist(text, aChild()).segments.map((segment) =>
    segment.keys.map(({ resource }) => resource.servedAs),
  );
  expect(keys).toEqual([
    ["720p/1", "720p/2"],
    ["720p/3", "720p/2"],
  ]);
});

test("byte ranges have their offsets, also where they go on", () => {
  const { segments, isIframesOnly } = rewritten("byte ranges of one file");
  expect(isIframesOnly).toBe(true);
  expect(segments.map(({ byteRange }) => byteRange)).toEqual([
    { offset: 376, lengthBytes: 9400 },
    { offset: 47_000, lengthBytes: 7144 },
    { offset: 54_144, lengthBytes: 7144 },
  ]);
});
