import { execFileSync } from "node:child_process";
import fc from "fast-check";
import HLS from "hls-parser";
import { beforeAll, describe, expect, test } from "vitest";
import { MAX_FRAME_BYTES } from "../../../domain/video/frame-batch.ts";
import type { PlaylistVariant } from "../../../domain/video/playlist/rewritten-playlist.ts";
import { chooseJobs, isWished, type JobWish, retryAfterMs } from "../../../domain/video/transcode/choose-jobs.ts";
import { createPictureCutter } from "../../../domain/video/transcode/cut-pictures.ts";
import { type CutSegment, createSegmentCutter } from "../../../domain/video/transcode/cut-segments.ts";
import {
  confinedCommand,
  pictureArguments,
  renditionArguments,
} from "../../../domain/video/transcode/ffmpeg-arguments.ts";
import { type MadeWindow, madePlaylist, withSegment } from "../../../domain/video/transcode/made-window.ts";
import {
  parseRenditions,
  parseTranscodePath,
  RENDITIONS,
  sourceFor,
} from "../../../domain/video/transcode/rendition.ts";
import { NO_OFFER, readTranscodingOffer } from "../../../domain/video/transcode/transcoding-offer.ts";
import { makeVideo } from "../../services/made-video.ts";

const variant = (own: Partial<PlaylistVariant>): PlaylistVariant => ({
  url: "http://192.0.2.1/x.m3u8",
  servedAs: "x.m3u8",
  bandwidth: 500_000,
  width: null,
  height: null,
  codecs: null,
  isIframe: false,
  ...own,
});

describe("what is asked for", () => {
  test.for([
    ["x/240p/index.m3u8", { rendition: "240p", sequence: null }],
    ["x/720p/s1795736410.ts", { rendition: "720p", sequence: 1795736410 }],
    ["x/1080p/index.m3u8", null],
    ["x/240p/s-1.ts", null],
    ["x/240p/../../etc", null],
    ["x/-filter_complex/index.m3u8", null],
    ["a/x/240p/index.m3u8", null],
    ["x/240p/s1.ts.m3u8", null],
  ] as const)("%s", ([path, expected]) => expect(parseTranscodePath(path)).toEqual(expected));

  test("is written as names with commas or blanks between, and nothing else counts", () => {
    expect(parseRenditions("")).toEqual([]);
    expect(parseRenditions(" 720p，240p、240p ")).toEqual(["240p", "720p"]);
    expect(parseRenditions("240p -vf")).toBeNull();
  });

  test("is read from the rendition of the camera that fits best", () => {
    const [small, middle, large, huge] = [240, 480, 1080, 2160].map((height) =>
      variant({ height, bandwidth: height * 1000, servedAs: `${height}.m3u8` }),
    );
    const all = [huge, small, variant({ isIframe: true, height: 100 }), large, middle].flatMap((one) => one ?? []);
    expect(sourceFor("240p", all)).toBe(small);
    expect(sourceFor("360p", all)).toBe(middle);
    expect(sourceFor("720p", all)).toBe(large);
    expect(
      sourceFor(
        "720p",
        [huge].flatMap((one) => one ?? []),
      ),
    ).toBe(huge);
    expect(
      sourceFor(
        "360p",
        [small].flatMap((one) => one ?? []),
      ),
    ).toBe(small);
    const [poor, rich] = [variant({ bandwidth: 1 }), variant({ bandwidth: 2 })];
    expect(sourceFor("720p", [rich, poor])).toBe(rich);
    expect(sourceFor("240p", [])).toBeNull();
  });

  test("is offered as far as a page understands it", () => {
    const offer = { ffmpeg: "ready", renditions: ["720p"], jpegs: 4 };
    expect(readTranscodingOffer(offer)).toEqual(offer);
    expect(readTranscodingOffer({ ffmpeg: 1, renditions: ["9p"], jpegs: -1 })).toEqual(NO_OFFER);
    expect(readTranscodingOffer(null)).toEqual(NO_OFFER);
    expect(readTranscodingOffer({ ffmpeg: "missing" }).ffmpeg).toBe("missing");
  });
});

describe("the arguments of FFmpeg", () => {
  const every = RENDITIONS.flatMap((one) => [renditionArguments(one, "mpegts"), renditionArguments(one, "mov")]);

  test("open nothing but the pipes, whatever the input says", () => {
    for (const args of [...every, pictureArguments("mpegts"), pictureArguments("mov")]) {
      const input = args.indexOf("-i");
      expect(args.filter((arg) => arg === "-i")).toHaveLength(1);
      expect(args[input + 1]).toBe("pipe:0");
      // A format that is not given would be guessed: a segment may look like a playlist.
      expect(args.lastIndexOf("-f", input)).toBe(input - 2);
      expect(args[args.indexOf("-protocol_whitelist") + 1]).toBe("pipe");
      expect(args.indexOf("-protocol_whitelist")).toBeLessThan(input);
      expect(args.at(-1)).toBe("pipe:1");
      expect(args).toContain("-nostdin");
    }
  });

  test("are run with as little as the machine can take away", () => {
    const all = confinedCommand({ setpriv: "/bin/setpriv", prlimit: "/bin/prlimit" }, "/bin/ffmpeg", ["-version"]);
    expect(all.file).toBe("/bin/setpriv");
    expect(all.args.slice(0, 5)).toEqual(["--pdeathsig", "KILL", "--no-new-privs", "--", "/bin/prlimit"]);
    expect(all.args).toEqual(expect.arrayContaining(["--fsize=0", "--core=0", "--as=1073741824"]));
    expect(all.args.slice(-2)).toEqual(["/bin/ffmpeg", "-version"]);
    const bare = confinedCommand({ setpriv: null, prlimit: null }, "/bin/ffmpeg", ["-version"]);
    expect(bare).toEqual({ file: "/bin/ffmpeg", args: ["-version"] });
  });
});

describe("who may run", () => {
  const wish = (own: Partial<JobWish>): JobWish => ({
    streamId: "site-001",
    kind: "240p",
    sinceMs: 0,
    wantedMs: 0,
    isRunning: false,
    ...own,
  });

  test("the full player first, then who runs, then who has waited longest; pictures have places of their own", () => {
    const full = wish({ kind: "720p", sinceMs: 9 });
    const runs = wish({ isRunning: true, sinceMs: 8 });
    const [first, second] = [wish({ sinceMs: 1 }), wish({ sinceMs: 2 })];
    const pictures = [wish({ kind: "jpeg", sinceMs: 4 }), wish({ kind: "jpeg", sinceMs: 3 })];
    const all = [...pictures, second, first, runs, full];
    expect(chooseJobs(all, { transcodes: 3, jpegs: 1 })).toEqual([full, runs, first, pictures[1]]);
    expect(chooseJobs(all, { transcodes: 0, jpegs: 0 })).toEqual([]);
  });

  test("what runs goes on for a while after its last viewer, a place is held for a few seconds", () => {
    expect(isWished(wish({ isRunning: true }), 30_000, 30_000)).toBe(true);
    expect(isWished(wish({ isRunning: true }), 30_001, 30_000)).toBe(false);
    expect(isWished(wish({}), 6_000, 30_000)).toBe(true);
    expect(isWished(wish({}), 6_001, 30_000)).toBe(false);
  });

  test("after a failure it is tried again, later each time, and then no more", () => {
    expect([1, 2, 3, 4, 5, 6].map(retryAfterMs)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, null]);
  });
});

describe("what FFmpeg makes", () => {
  let stream: Uint8Array;
  let pictures: Uint8Array;
  const ffmpeg = (args: readonly string[], input: Uint8Array) =>
    new Uint8Array(execFileSync("ffmpeg", args, { input, maxBuffer: 1e8, env: {} }));

  beforeAll(() => {
    const source = makeVideo({ kind: "mpegts", seconds: 5, segmentS: 5, gop: 20 });
    const input = Buffer.concat([...source.segments.values()]);
    stream = ffmpeg(renditionArguments("240p", "mpegts"), input);
    pictures = ffmpeg(pictureArguments("mpegts"), input);
  });

  function cutIn(sizes: readonly number[]): CutSegment[] {
    const cutter = createSegmentCutter();
    const cut: CutSegment[] = [];
    let at = 0;
    for (let turn = 0; at < stream.length; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 188;
      cut.push(...cutter.push(stream.subarray(at, at + size)));
      at += size;
    }
    const last = cutter.end();
    return last ? [...cut, last] : cut;
  }

  test("is cut at its key frames: each segment plays by itself, and together they last as long as the source", () => {
    const segments = cutIn([65_536]);
    expect(segments.map(({ durationMs }) => Math.round(durationMs / 100))).toEqual([20, 20, 10]);
    for (const { bytes } of segments) {
      const probe = execFileSync(
        "ffprobe",
        ["-loglevel", "error", "-f", "mpegts", "-show_entries", "frame=pict_type", "-of", "csv=p=0", "pipe:0"],
        { input: bytes, env: { PATH: process.env["PATH"] } },
      );
      expect(probe.toString()[0]).toBe("I");
    }
    expect(Buffer.concat(segments.map(({ bytes }) => bytes))).toEqual(Buffer.from(stream));
  });

  test("however the bytes come, the segments are the same", () => {
    const whole = cutIn([stream.length]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        expect(cutIn(sizes)).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  test("is refused when it is no transport stream, or never ends", () => {
    expect(() => createSegmentCutter().push(new Uint8Array(188))).toThrow("no transport stream");
    const picture = new Uint8Array(188);
    picture.set([0x47, 0x01, 0x00, 0x10]);
    const cutter = createSegmentCutter();
    expect(() => {
      for (let at = 0; at < 50_000; at += 1) cutter.push(picture);
    }).toThrow("without an end");
    expect(createSegmentCutter().end()).toBeNull();
  });

  test("is cut into JPEGs of a tile's size, however the bytes come", () => {
    const whole = createPictureCutter()(pictures);
    expect(whole).toHaveLength(3);
    const grey = ffmpeg(
      ["-loglevel", "error", "-f", "image2pipe", "-i", "pipe:0", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"],
      whole[0] ?? new Uint8Array(),
    );
    expect(grey).toHaveLength(320 * 180);
    expect(new Set(grey).size).toBeGreaterThan(20);
    const cut = createPictureCutter();
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < pictures.length; at += 7) pieces.push(...cut(pictures.subarray(at, at + 7)));
    expect(pieces).toEqual(whole);
    expect(() => createPictureCutter()(Uint8Array.of(1, 2, 0xff, 0xd9))).toThrow("no JPEG");
    expect(() => createPictureCutter()(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow("without an end");
  });
});

test("a window moves on with each segment, counts what left it, and says where times begin anew", () => {
  let window: MadeWindow = { segments: [], discontinuities: 0 };
  for (let at = 0; at < 12; at += 1)
    window = withSegment(
      window,
      { bytes: Uint8Array.of(at), durationMs: 2_000, isDiscontinuity: at === 2 || at === 10 },
      1_795_736_400,
    );
  expect(window.segments.map(({ sequence }) => sequence - 1_795_736_400)).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
  const playlist = HLS.parse(madePlaylist(window)) as HLS.types.MediaPlaylist;
  expect(playlist.targetDuration).toBe(2);
  expect(playlist.mediaSequenceBase).toBe(1_795_736_406);
  expect(playlist.discontinuitySequenceBase).toBe(1);
  expect(playlist.segments.map(({ uri, duration, discontinuity = false }) => [uri, duration, discontinuity])).toEqual(
    [6, 7, 8, 9, 10, 11].map((at) => [`s${1_795_736_400 + at}.ts`, 2, at === 10]),
  );
});
