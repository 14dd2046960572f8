/** ISO/IEC 13818-1: packets of 188 bytes that begin with 0x47. */
export const PACKET_BYTES = 188;
export const SYNC = 0x47;

/** Stream types of the programme map; H.264 is the one that is cut, the others are named. */
const STREAM_TYPES: Readonly<Record<number, string>> = {
  1: "mpeg1",
  2: "mpeg2",
  16: "mp4v",
  27: "avc1",
  36: "hvc1",
  51: "vvc1",
};

type Packet = {
  readonly pid: number;
  readonly isStart: boolean;
  readonly counter: number;
  readonly payload: Uint8Array;
};

/** What a segment carries: the bytes of its first video, or the name of a codec that is not H.264. */
export type ElementaryStream = {
  /** `avc1`, `hvc1`, …; null when the programme has no video that is known. */
  readonly codec: string | null;
  readonly bytes: Uint8Array;
  /** Offsets in `bytes` at which packets are missing before. */
  readonly gaps: readonly number[];
};

export const isTransportStream = (segment: Uint8Array): boolean =>
  segment[0] === SYNC && (segment.length <= PACKET_BYTES || segment[PACKET_BYTES] === SYNC);

/** Ends at the first packet that is none, and at a packet that was cut off. */
function* packets(segment: Uint8Array): Generator<Packet> {
  for (let at = 0; at + PACKET_BYTES <= segment.length && segment[at] === SYNC; at += PACKET_BYTES) {
    const packet = segment.subarray(at, at + PACKET_BYTES);
    const [, high = 0, low = 0, control = 0, adaptationBytes = 0] = packet;
    const begin = (control & 0x20) === 0 ? 4 : 5 + adaptationBytes;
    yield {
      pid: ((high & 0x1f) << 8) | low,
      isStart: (high & 0x40) !== 0,
      counter: control & 0x0f,
      payload: (control & 0x10) === 0 ? packet.subarray(PACKET_BYTES) : packet.subarray(Math.min(begin, PACKET_BYTES)),
    };
  }
}

/** The first whole section on a PID; a table may lie over several packets. */
function firstSection(segment: Uint8Array, pid: number): Uint8Array | null {
  let section: number[] | null = null;
  for (const packet of packets(segment)) {
    if (packet.pid !== pid) continue;
    if (packet.isStart) section = [...packet.payload.subarray(1 + (packet.payload[0] ?? 0))];
    else section?.push(...packet.payload);
    if (!section || section.length < 3) continue;
    const bytes = 3 + ((((section[1] ?? 0) & 0x0f) << 8) | (section[2] ?? 0));
    if (section.length >= bytes) return Uint8Array.from(section.slice(0, bytes));
  }
  return null;
}

/** The PID of the first programme's map; programme 0 is the network's. */
function programmeMapPid(association: Uint8Array): number | null {
  for (let at = 8; at + 4 <= association.length - 4; at += 4) {
    const [high = 0, low = 0, pidHigh = 0, pidLow = 0] = association.subarray(at, at + 4);
    if ((high | low) !== 0) return ((pidHigh & 0x1f) << 8) | pidLow;
  }
  return null;
}

/** The first video of a programme; H.264 before any other. */
function videoOf(map: Uint8Array): { pid: number; codec: string } | null {
  let other: { pid: number; codec: string } | null = null;
  let at = 12 + ((((map[10] ?? 0) & 0x0f) << 8) | (map[11] ?? 0));
  while (at + 5 <= map.length - 4) {
    const [type = 0, pidHigh = 0, pidLow = 0, infoHigh = 0, infoLow = 0] = map.subarray(at, at + 5);
    const codec = STREAM_TYPES[type];
    const found = codec === undefined ? null : { pid: ((pidHigh & 0x1f) << 8) | pidLow, codec };
    if (found?.codec === "avc1") return found;
    other ??= found;
    at += 5 + (((infoHigh & 0x0f) << 8) | infoLow);
  }
  return other;
}

/** Takes the video out of an MPEG-TS segment. Never throws; linear in the segment. */
export function readTransportStream(segment: Uint8Array): ElementaryStream {
  const none = { codec: null, bytes: new Uint8Array(0), gaps: [] };
  const association = firstSection(segment, 0);
  const mapPid = association && programmeMapPid(association);
  const map = mapPid === null ? null : firstSection(segment, mapPid);
  const video = map && videoOf(map);
  if (!video) return none;
  if (video.codec !== "avc1") return { ...none, codec: video.codec };
  return { codec: video.codec, ...collect(segment, video.pid) };
}

function collect(segment: Uint8Array, pid: number): { bytes: Uint8Array; gaps: number[] } {
  const bytes = new Uint8Array(segment.length);
  const gaps: number[] = [];
  let size = 0;
  let counter = -1;
  let headerLeft = 0;
  let hasStarted = false;
  for (const packet of packets(segment)) {
    if (packet.pid !== pid || packet.payload.length === 0 || packet.counter === counter) continue;
    if (hasStarted && packet.counter !== ((counter + 1) & 0x0f)) gaps.push(size);
    counter = packet.counter;
    if (packet.isStart) {
      hasStarted = true;
      headerLeft = 9 + (packet.payload[8] ?? 0);
    }
    if (!hasStarted) continue;
    const content = packet.payload.subarray(headerLeft);
    headerLeft = Math.max(0, headerLeft - packet.payload.length);
    bytes.set(content, size);
    size += content.length;
  }
  return { bytes: bytes.subarray(0, size), gaps };
}
