import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { cutKeyFrame, KEY_FRAME_MISSES, type KeyFrameCut } from "../../../domain/video/cut-key-frame.ts";
import { isParameterSet, nalType, nalUnits, toAnnexB } from "../../../domain/video/h264.ts";
import { decodePictures, type MadeVideo, makeVideo } from "../../services/made-video.ts";

const TONE = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2", "-c:a", "aac"];
let ts: MadeVideo;
let fmp4: MadeVideo;
beforeAll(() => {
  ts = makeVideo({ gop: 5, input: TONE.slice(0, 4), output: TONE.slice(4) });
  fmp4 = makeVideo({ kind: "fmp4", gop: 5 });
});

const first = ({ segments }: MadeVideo): Uint8Array => [...segments.values()][0] as Uint8Array;
const second = ({ segments }: MadeVideo): Uint8Array => [...segments.values()][1] as Uint8Array;
function found(cut: KeyFrameCut) {
  if (!cut.found) throw new Error(`${cut.miss} ${cut.codec}`);
  return cut;
}
const missOf = (cut: KeyFrameCut): string => (cut.found ? "found" : cut.miss);

/** A flat picture has one grey; the test picture has nearly all of them. */
function expectPicture(cut: KeyFrameCut): Uint8Array {
  const { bytes, width, height } = found(cut);
  const pictures = decodePictures(bytes, width, height);
  expect(pictures).toHaveLength(1);
  const [picture] = pictures as [Uint8Array];
  expect(new Set(picture).size).toBeGreaterThan(60);
  return picture;
}

/** All packets, in order. */
const packetsOf = (segment: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.floor(segment.length / 188) }, (_, n) => segment.slice(n * 188, (n + 1) * 188));
const pidOf = (packet: Uint8Array): number => (((packet[1] ?? 0) & 0x1f) << 8) | (packet[2] ?? 0);
const joined = (packets: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(packets));
const VIDEO_PID = 256;

describe("MPEG-TS", () => {
  test("the newest key frame decodes to one picture that is not black", () => {
    const cut = found(cutKeyFrame(first(ts)));
    expect(cut).toMatchObject({ width: 320, height: 180, codec: expect.stringMatching(/^avc1\.[0-9a-f]{6}$/) });
    const picture = expectPicture(cut);
    const whole = decodePictures(toAnnexB([...nalUnits(videoOf(first(ts)))].map(({ nal }) => nal)), 320, 180);
    // Ten pictures, a key frame each five: the last key frame is the sixth.
    expect(whole).toHaveLength(10);
    expect(picture).toEqual(whole[5]);
  });

  test("it is the same one when a delimiter and the parameter sets come with each picture, or in slices", () => {
    const sliced = makeVideo({ gop: 5, x264: "scenecut=0:slices=4:aud=1:repeat-headers=1" });
    const cut = found(cutKeyFrame(first(sliced)));
    expect([...nalUnits(cut.bytes)].filter(({ nal }) => nalType(nal) === 5)).toHaveLength(4);
    expectPicture(cut);
  });

  test.for(["640x360", "426x240", "1280x720", "322x182"])("size %s is read from the parameter set", (size) => {
    const { width, height } = found(cutKeyFrame(first(makeVideo({ size, seconds: 0.2 }))));
    expect(`${width}x${height}`).toBe(size);
  });

  test("high profile with scaling lists and 4:4:4 is read, too", () => {
    const made = makeVideo({ seconds: 0.2, x264: "cqm=jvt", output: ["-pix_fmt", "yuv444p", "-preset", "fast"] });
    expect(found(cutKeyFrame(first(made)))).toMatchObject({ width: 320, height: 180, codec: "avc1.f4000c" });
  });

  test("a segment of one picture has its only one taken", () => {
    const single = makeVideo({ seconds: 0.1 });
    expectPicture(cutKeyFrame(first(single)));
  });

  test("tables that lie over two packets are joined", () => {
    const packets = packetsOf(first(ts)).flatMap((packet) =>
      pidOf(packet) <= 0x1000 && pidOf(packet) !== VIDEO_PID && pidOf(packet) !== VIDEO_PID + 1 && isTable(packet)
        ? split(packet)
        : [packet],
    );
    expect(packets.length).toBeGreaterThan(packetsOf(first(ts)).length);
    expectPicture(cutKeyFrame(joined(packets)));
  });

  test("parameter sets that were sent once are kept, and put in front later", () => {
    const bare = withoutSets(second(ts));
    expect(missOf(cutKeyFrame(bare))).toBe("no_parameter_sets");
    const { parameterSets } = cutKeyFrame(first(ts));
    expect(parameterSets.map(nalType)).toEqual([7, 8]);
    const cut = cutKeyFrame(bare, { parameterSets });
    expectPicture(cut);
    expect(cut.parameterSets).toEqual(parameterSets);
  });

  test("what comes before the key frame is not cut", () => {
    const packets = packetsOf(first(ts));
    const begins = packets.flatMap((packet, at) =>
      pidOf(packet) === VIDEO_PID && (packet[1] ?? 0) & 0x40 ? [at] : [],
    );
    // Tables, then the second to fourth picture: none of them stands alone.
    const withoutKey = [...packets.filter(isTable), ...packets.slice(begins[1], begins[4])];
    expect(missOf(cutKeyFrame(joined(withoutKey)))).toBe("no_key_frame");
  });

  test("a key frame with a packet missing inside gives way to one that is whole", () => {
    const packets = packetsOf(first(ts));
    const begins = packets.flatMap((packet, at) =>
      pidOf(packet) === VIDEO_PID && (packet[1] ?? 0) & 0x40 ? [at] : [],
    );
    const holed = packets.filter(
      (packet, at) =>
        !(at > (begins[5] ?? 0) + 2 && at < (begins[6] ?? 0) && pidOf(packet) === VIDEO_PID && at % 3 === 0),
    );
    expect(holed.length).toBeLessThan(packets.length);
    const whole = decodePictures(toAnnexB([...nalUnits(videoOf(first(ts)))].map(({ nal }) => nal)), 320, 180);
    expect(expectPicture(cutKeyFrame(joined(holed)))).toEqual(whole[0]);
  });

  test("H.265 is named instead of cut", () => {
    const cut = cutKeyFrame(first(makeVideo({ encoder: "libx265", seconds: 0.2 })));
    expect(cut).toMatchObject({ found: false, miss: "other_codec", codec: "hvc1" });
  });

  test("sound alone is no video", () => {
    const packets = packetsOf(first(ts));
    const table = packets.find((packet) => pidOf(packet) === 0x1000) as Uint8Array;
    const type = table.indexOf(0x1b, 17);
    table[type] = 0x0f;
    expect(missOf(cutKeyFrame(joined(packets)))).toBe("no_video");
  });
});

describe("fragmented MP4", () => {
  test("the newest key frame decodes to one picture, with the parameter sets of the initialisation segment", () => {
    const cut = found(cutKeyFrame(first(fmp4), { init: fmp4.init }));
    expect(cut).toMatchObject({ width: 320, height: 180 });
    expectPicture(cut);
    expectPicture(cutKeyFrame(second(fmp4), { init: fmp4.init }));
  });

  test("both containers give the same picture", () => {
    const plain = makeVideo({ gop: 5 });
    expect(expectPicture(cutKeyFrame(first(fmp4), { init: fmp4.init }))).toEqual(
      expectPicture(cutKeyFrame(first(plain))),
    );
  });

  test("several fragments, and an initialisation inside the file, are walked through", () => {
    const file = new Uint8Array(Buffer.concat([fmp4.init as Uint8Array, first(fmp4), second(fmp4)]));
    expect(expectPicture(cutKeyFrame(file))).toEqual(expectPicture(cutKeyFrame(second(fmp4), { init: fmp4.init })));
  });

  test("without the initialisation segment there are no parameter sets", () => {
    expect(missOf(cutKeyFrame(first(fmp4)))).toBe("no_parameter_sets");
  });

  test("H.265 is named instead of cut", () => {
    const made = makeVideo({ kind: "fmp4", encoder: "libx265", seconds: 0.2, output: ["-tag:v", "hvc1"] });
    expect(cutKeyFrame(first(made), { init: made.init })).toMatchObject({ miss: "other_codec", codec: "hvc1" });
  });
});

describe("hostile bytes", () => {
  const NAMES = new Set<string>(["found", ...KEY_FRAME_MISSES]);
  const isNamed = (bytes: Uint8Array, init?: Uint8Array): boolean => NAMES.has(missOf(cutKeyFrame(bytes, { init })));

  test("a segment that was cut off anywhere gives a picture or a named result", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        const cut = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, Math.floor(bytes.length * share));
        return (
          isNamed(cut(first(ts))) &&
          isNamed(cut(first(fmp4)), fmp4.init) &&
          isNamed(first(fmp4), cut(fmp4.init as Uint8Array))
        );
      }),
      { numRuns: 60 },
    );
  });

  test("random bytes behind a right beginning, and flipped bytes, never throw", () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 40 });
    const flipped = (bytes: Uint8Array, places: [number, number][], within: number): Uint8Array => {
      const copy = bytes.slice();
      for (const [at, value] of places) copy[at % Math.min(within, copy.length)] = value;
      return copy;
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 800 }), flips, (bytes, places) => {
        const sync = bytes.slice();
        for (let at = 0; at < sync.length; at += 188) sync[at] = 0x47;
        const box = joined([Uint8Array.of(0, 0, 0, 8), Buffer.from("styp"), bytes]);
        return (
          isNamed(bytes) &&
          isNamed(sync) &&
          isNamed(box, bytes) &&
          isNamed(flipped(first(ts), places, 2000)) &&
          isNamed(flipped(first(fmp4), places, 600), fmp4.init) &&
          isNamed(first(fmp4), flipped(fmp4.init as Uint8Array, places, 2000))
        );
      }),
      { numRuns: 200 },
    );
  });

  test("a picture larger than any camera's is refused: a browser would set aside memory for it", () => {
    const huge = first(makeVideo({ size: "4112x2320", seconds: 0.1 }));
    expect(missOf(cutKeyFrame(huge))).toBe("no_parameter_sets");
  });

  test.for([
    { name: "nothing but parameter sets, each another one", unit: [0, 0, 1, 0x67, 1, 2, 3] },
    { name: "nothing but start codes", unit: [0, 0, 1] },
    { name: "nothing but the smallest key slices", unit: [0, 0, 1, 0x65, 0x80] },
    { name: "zeros", unit: [0] },
  ])("16 MB of $name cost little more than looking at them", ({ unit }) => {
    const stream = new Uint8Array(16 * 2 ** 20);
    for (let at = 0; at < stream.length; at += 1) stream[at] = unit[at % unit.length] as number;
    if (unit.length > 4) for (let at = 6; at < stream.length; at += 7) stream[at] = at % 251;
    const before = process.cpuUsage();
    expect(missOf(cutKeyFrame(asTransportStream(stream)))).toMatch(/no_key_frame|no_parameter_sets/);
    // Linear: a second is twenty times what it takes, and far below what anything quadratic would.
    expect((process.cpuUsage(before).user + process.cpuUsage(before).system) / 1e6).toBeLessThan(3);
  });

  test("one large sample that many runs name is read once", () => {
    const init = fmp4.init as Uint8Array;
    const run = (): Buffer => box("trun", u32(0x201), u32(1), u32(0), u32(1_000_000));
    const track = box("traf", box("tfhd", u32(0x020000), u32(1)), ...Array.from({ length: 5000 }, run));
    const segment = joined([box("moof", track), box("mdat", Buffer.alloc(2_000_000, 1))]);
    const before = process.cpuUsage();
    expect(missOf(cutKeyFrame(segment, { init }))).toBe("no_key_frame");
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(1);
  });
});

const u32 = (value: number): Buffer =>
  Buffer.from([value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]);
function box(type: string, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type), body]);
}

const isTable = (packet: Uint8Array): boolean => pidOf(packet) === 0 || pidOf(packet) === 0x1000;

/** The table of a packet over two: ten bytes in the first, the others, stuffing included, in the second. */
function split(packet: Uint8Array): Uint8Array[] {
  const bytes = packet.subarray(5);
  const [, high = 0, low = 0, control = 0] = packet;
  const stuffing = 188 - 4 - 1 - 10;
  const head = joined([
    Uint8Array.of(0x47, high, low, (control & 0x0f) | 0x30, stuffing - 1, 0),
    new Uint8Array(stuffing - 2).fill(0xff),
    Uint8Array.of(0),
    bytes.subarray(0, 10),
  ]);
  const rest = new Uint8Array(184).fill(0xff);
  rest.set(bytes.subarray(10));
  return [head, joined([Uint8Array.of(0x47, high & ~0x40, low, (control & 0x0f) | 0x10), rest])];
}

/** The video's bytes, by a reader of its own: PES headers of FFmpeg's are 9 + n bytes. */
function videoOf(segment: Uint8Array): Uint8Array {
  const parts = packetsOf(segment)
    .filter((packet) => pidOf(packet) === VIDEO_PID)
    .map((packet) => {
      const begin = (packet[3] ?? 0) & 0x20 ? 5 + (packet[4] ?? 0) : 4;
      return (packet[1] ?? 0) & 0x40 ? packet.subarray(begin + 9 + (packet[begin + 8] ?? 0)) : packet.subarray(begin);
    });
  return joined(parts);
}

/** The same pictures as a camera sends them that told its parameter sets at the beginning only. */
function withoutSets(segment: Uint8Array): Uint8Array {
  const nals = [...nalUnits(videoOf(segment))].map(({ nal }) => nal).filter((nal) => !isParameterSet(nal));
  return asTransportStream(toAnnexB(nals));
}

/** One programme with one H.264 video, in one PES packet. */
function asTransportStream(stream: Uint8Array): Uint8Array {
  const tables = packetsOf(first(ts)).filter(isTable).slice(0, 2);
  const pes = new Uint8Array(9 + stream.length);
  pes.set([0, 0, 1, 0xe0, 0, 0, 0x80, 0, 0]);
  pes.set(stream, 9);
  const packets: Uint8Array[] = [];
  for (let at = 0; at < pes.length; at += 184) {
    const packet = new Uint8Array(188);
    packet.set([0x47, (at === 0 ? 0x40 : 0) | (VIDEO_PID >> 8), VIDEO_PID & 255, 0x10 | (packets.length & 15)]);
    packet.set(pes.subarray(at, at + 184), 4);
    packets.push(packet);
  }
  return joined([...tables, ...packets]);
}
