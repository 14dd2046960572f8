import http, { type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerParent } from "../web-load/pinned-child.ts";

/**
 * Cameras that show nothing, as a process of its own, and the witness of what they were asked for. Each stream `c1`, `c2` …
 * has a window of six segments of 2 s with 130 kB each, which is what 360p at 500 kbit/s is. Questions: `listen`; `show`
 * (whether the windows move on, and whether segments drip), which forgets the hits; `hits`.
 */
export type Show = { readonly isMoving: boolean; readonly isDripping: boolean };
export type Hits = {
  readonly playlists: number;
  readonly segments: number;
  /** Segments that were asked for more than once. */
  readonly duplicates: number;
};

const SEGMENT_S = 2;
const WINDOW = 6;
const SEGMENT_BYTES = 692 * 188;
/** A slow camera: its first bytes come late, and the rest in pieces. */
const FIRST_PIECE_MS = 200;
const PIECES = 10;
const PIECES_MS = 1_000;

const segment = Buffer.alloc(SEGMENT_BYTES, 0x11);
for (let at = 0; at < SEGMENT_BYTES; at += 188) segment[at] = 0x47;
const hits = new Map<string, number>();
let show: Show = { isMoving: false, isDripping: false };
let standing = 0;

function newest(): number {
  return show.isMoving ? Math.floor(Date.now() / 1000 / SEGMENT_S) : standing;
}

function playlist(): string {
  const first = newest() - WINDOW + 1;
  const lines = ["#EXTM3U", "#EXT-X-VERSION:3", `#EXT-X-TARGETDURATION:${SEGMENT_S}`, `#EXT-X-MEDIA-SEQUENCE:${first}`];
  for (let sequence = first; sequence <= newest(); sequence += 1) {
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(sequence * SEGMENT_S * 1000).toISOString()}`);
    lines.push("#EXTINF:2.000000,", `live${sequence}.ts`);
  }
  return `${lines.join("\n")}\n`;
}

function drip(response: ServerResponse): void {
  const pieceBytes = Math.ceil(SEGMENT_BYTES / PIECES);
  for (let piece = 0; piece < PIECES; piece += 1) {
    const bytes = segment.subarray(piece * pieceBytes, (piece + 1) * pieceBytes);
    const isLast = piece === PIECES - 1;
    const afterMs = FIRST_PIECE_MS + (piece / (PIECES - 1)) * PIECES_MS;
    setTimeout(() => (isLast ? response.end(bytes) : response.write(bytes)), afterMs);
  }
}

const server = http.createServer((request, response) => {
  const target = request.url ?? "";
  hits.set(target, (hits.get(target) ?? 0) + 1);
  const isPlaylist = target.endsWith(".m3u8");
  const body = isPlaylist ? Buffer.from(playlist()) : segment;
  response.writeHead(200, {
    "content-type": isPlaylist ? "application/vnd.apple.mpegurl" : "video/mp2t",
    "content-length": body.length,
  });
  if (show.isDripping && !isPlaylist) drip(response);
  else response.end(body);
});
server.keepAliveTimeout = 60_000;

function counted(): Hits {
  const all = [...hits];
  const segments = all.filter(([target]) => target.endsWith(".ts"));
  const sum = (list: readonly [string, number][]) => list.reduce((total, [, count]) => total + count, 0);
  return {
    playlists: sum(all) - sum(segments),
    segments: sum(segments),
    duplicates: segments.filter(([, count]) => count > 1).length,
  };
}

answerParent(async (question) => {
  if (question["type"] === "listen") {
    await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, resolve));
    return { port: (server.address() as AddressInfo).port };
  }
  if (question["type"] === "hits") return counted();
  show = question["show"] as Show;
  standing = Math.max(standing + 1, Math.floor(Date.now() / 1000 / SEGMENT_S));
  hits.clear();
  return {};
});
