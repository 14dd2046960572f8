import { joinBytes } from "../join-bytes.ts";
import { PACKET_BYTES, SYNC } from "../transport-stream.ts";

/** One segment of what FFmpeg makes: MPEG-TS that begins with its tables and a key frame. */
export type CutSegment = { readonly bytes: Uint8Array; readonly durationMs: number };

/** Cuts a transport stream into segments while it comes. */
export interface SegmentCutter {
  /** @returns segments that have ended with these bytes @throws {Error} when it is no stream as we order it */
  push(chunk: Uint8Array): readonly CutSegment[];
  /** Nothing more comes. @returns the last segment, null when nothing was left */
  end(): CutSegment | null;
}

/** As FFmpeg numbers the first stream of a file: video alone is made. */
const VIDEO_PID = 0x100;
const CLOCK_PER_MS = 90;
const CLOCK_TURN = 2 ** 33;
/** Far above two seconds at the highest bit rate: a stream without key frames ends here. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Made for the streams that `renditionArguments` orders: one video, no B pictures, tables in front of each key frame. */
export function createSegmentCutter(): SegmentCutter {
  let rest = new Uint8Array(0);
  /** Of the segment that is being gathered. */
  let packets: Uint8Array[] = [];
  /** Tables that belong to the segment that the next picture is of. */
  let tables: Uint8Array[] = [];
  let first: number | null = null;
  let last = 0;
  let pictures = 0;

  function take(packet: Uint8Array): CutSegment | null {
    const pid = (((packet[1] ?? 0) & 0x1f) << 8) | (packet[2] ?? 0);
    if (pid !== VIDEO_PID) {
      tables.push(packet);
      return null;
    }
    const isStart = ((packet[1] ?? 0) & 0x40) !== 0;
    const cut = isStart && isRandomAccess(packet) ? close(timeOf(packet)) : null;
    packets.push(...tables, packet);
    tables = [];
    if (packets.length * PACKET_BYTES > MOST_BYTES) throw new Error("a segment without an end");
    if (isStart) count(timeOf(packet));
    return cut;
  }

  function count(time: number | null): void {
    pictures += 1;
    if (time === null) return;
    first ??= time;
    last = time;
  }

  function close(next: number | null): CutSegment | null {
    const made = packets;
    const shown = pictures;
    const [from, to] = [first, last];
    packets = [];
    pictures = 0;
    first = null;
    // What stands before the first key frame cannot be shown.
    if (made.length === 0 || from === null || shown === 0) return null;
    const untilLast = between(from, to);
    const clock = next === null ? untilLast + (shown > 1 ? untilLast / (shown - 1) : 0) : between(from, next);
    return { bytes: joinBytes(made), durationMs: Math.max(1, Math.round(clock / CLOCK_PER_MS)) };
  }

  return {
    push(chunk) {
      const bytes = rest.length === 0 ? chunk : joinBytes([rest, chunk]);
      const cuts: CutSegment[] = [];
      let at = 0;
      for (; at + PACKET_BYTES <= bytes.length; at += PACKET_BYTES) {
        if (bytes[at] !== SYNC) throw new Error("no transport stream");
        const cut = take(bytes.slice(at, at + PACKET_BYTES));
        if (cut) cuts.push(cut);
      }
      rest = bytes.slice(at);
      return cuts;
    },
    end() {
      // How long a single picture lasts nobody can say; FFmpeg gives one when its input ends just after a key frame was due.
      const last = pictures > 1 ? close(null) : null;
      packets = [];
      return last;
    },
  };
}

/** The flag of the adaptation field that says: here one can begin. */
function isRandomAccess(packet: Uint8Array): boolean {
  return ((packet[3] ?? 0) & 0x20) !== 0 && (packet[4] ?? 0) > 0 && ((packet[5] ?? 0) & 0x40) !== 0;
}

/** Presentation time of the PES packet that begins here, in 90 kHz; null when it has none. */
function timeOf(packet: Uint8Array): number | null {
  const at = ((packet[3] ?? 0) & 0x20) === 0 ? 4 : 5 + (packet[4] ?? 0);
  const has = at + 14 <= packet.length && packet[at + 2] === 1 && ((packet[at + 7] ?? 0) & 0x80) !== 0;
  if (!has) return null;
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = packet.subarray(at + 9, at + 14);
  return ((a >> 1) & 7) * 2 ** 30 + (((b << 8) | c) >> 1) * 2 ** 15 + (((d << 8) | e) >> 1);
}

/** The clock begins anew after 26 hours. */
function between(from: number, to: number): number {
  return (to - from + CLOCK_TURN) % CLOCK_TURN;
}
