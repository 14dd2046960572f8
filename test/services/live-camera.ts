import { createCipheriv } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { makeVideo } from "./made-video.ts";

/** A camera that makes a segment of one second each second, with a window of four of them. */
export type LiveCamera = {
  /** Of its playlist. */
  readonly url: string;
  /** Cut: its playlist stands still, and its segments are not to be had. */
  setCut(isCut: boolean): void;
  /** How often each segment was asked for, by its number. */
  readonly hits: ReadonlyMap<number, number>;
  /** Of the segment with this number. */
  bytesOf(sequence: number): Uint8Array;
  close(): Promise<void>;
};

const SEGMENT_MS = 1_000;
const WINDOW = 4;
const KEY = Buffer.alloc(16, 7);

/**
 * @param header lines that each playlist has, such as a key
 * @param isEncrypted by AES-128, as RFC 8216 §5.2 says for a key without an IV
 */
export async function startLiveCamera({
  kind = "mpegts" as "mpegts" | "fmp4",
  header = [] as readonly string[],
  encoder = "libx264" as "libx264" | "libx265",
  isEncrypted = false,
} = {}): Promise<LiveCamera> {
  const { segments, init } = makeVideo({ kind, encoder, seconds: 8 });
  const files = [...segments.values()];
  const startedMs = Date.now() - WINDOW * SEGMENT_MS;
  const hits = new Map<number, number>();
  let cutAtMs: number | null = null;
  const keyLines = isEncrypted ? ['#EXT-X-KEY:METHOD=AES-128,URI="key.bin"'] : [];
  const suffix = kind === "fmp4" ? "m4s" : "ts";
  const bytesOf = (sequence: number) => files[sequence % files.length] as Uint8Array;

  const sentOf = (sequence: number) => (isEncrypted ? encrypted(bytesOf(sequence), sequence) : bytesOf(sequence));

  function playlist(): string {
    const next = Math.floor(((cutAtMs ?? Date.now()) - startedMs) / SEGMENT_MS);
    const first = Math.max(0, next - WINDOW);
    const lines = [
      "#EXTM3U",
      "#EXT-X-VERSION:7",
      "#EXT-X-TARGETDURATION:1",
      `#EXT-X-MEDIA-SEQUENCE:${first}`,
      ...header,
      ...keyLines,
    ];
    if (kind === "fmp4") lines.push('#EXT-X-MAP:URI="init.mp4"');
    for (let sequence = first; sequence < next; sequence += 1) {
      if (sequence % files.length === 0 && sequence > 0) lines.push("#EXT-X-DISCONTINUITY");
      lines.push("#EXTINF:1.000,", `s${sequence}.${suffix}`);
    }
    return `${lines.join("\n")}\n`;
  }

  const server = http.createServer((request, response) => {
    const name = request.url?.split("/").at(-1) ?? "";
    const sequence = Number(/^s(\d+)\./.exec(name)?.[1] ?? Number.NaN);
    if (name === "index.m3u8") response.end(playlist());
    else if (name === "init.mp4") response.end(init);
    else if (name === "key.bin") response.end(KEY);
    else if (Number.isNaN(sequence) || cutAtMs !== null) response.writeHead(404).end();
    else {
      hits.set(sequence, (hits.get(sequence) ?? 0) + 1);
      response.end(sentOf(sequence));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/live/index.m3u8`,
    setCut(isCut) {
      cutAtMs = isCut ? Date.now() : null;
    },
    hits,
    bytesOf,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function encrypted(bytes: Uint8Array, sequence: number): Buffer {
  const iv = Buffer.alloc(16);
  iv.writeUInt32BE(sequence, 12);
  const cipher = createCipheriv("aes-128-cbc", KEY, iv);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}
