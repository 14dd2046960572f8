import { execFileSync } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { cutKeyFrame } from "../../../domain/video/cut-key-frame.ts";
import { JPEG_CODEC, NO_PICTURE, writeFrameBatch } from "../../../domain/video/frame-batch.ts";
import type { StreamMessage } from "../../../domain/video/stream-message.ts";
import { makeVideo } from "../../services/made-video.ts";

/** Cameras whose pictures FFmpeg has made, behind what browsers see of the video gateway. */
export type FakeVideo = {
  /** Answers what belongs to video. @returns false for everything else */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  /** From now on the camera gives nothing. */
  kill(streamId: string): void;
  revive(streamId: string): void;
  /** How the cameras are, and what changes of that. */
  items(): readonly StreamMessage[];
  onChange(listener: (streamId: string) => void): void;
  /** Milliseconds since the Unix epoch: then nothing was recorded; before and after it everything. */
  readonly gap: { readonly fromMs: number; readonly toMs: number };
  /** Streams of each question for key frames, in order. */
  readonly asked: string[][];
  /** What FFmpeg makes: JPEGs of so many cameras, and `720p` of all when a real gateway is behind it. At first nothing. */
  makeWithFfmpeg(jpegs: number, transcoder?: Transcoder): void;
  /** Streams whose playlists were fetched. */
  readonly played: string[];
  /** Streams whose recordings were asked for. */
  readonly recorded: string[];
  sessions(): number;
};

const SEGMENT_S = 2;
const WINDOW = 4;
const COOKIE = "antbox_video=harness";
/** The quarter of an hour before now. */
const locks = (siteId: string) => [
  {
    id: 7,
    siteId,
    from: new Date(Date.now() - 1_500_000).toISOString(),
    to: new Date(Date.now() - 900_000).toISOString(),
    until: new Date(Date.now() + 90 * 86_400_000).toISOString(),
    reason: "Leak at the pump, claim 2026-118",
    lockedBy: "li.wei",
    createdAt: new Date(Date.now() - 600_000).toISOString(),
  },
];
const json = (response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void => {
  response.writeHead(200, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

/** Asks a real gateway for what FFmpeg makes of its only camera. */
export type Transcoder = (path: string) => Promise<{ status: number; body: Buffer; head: Headers }>;

async function pass(transcoder: Transcoder, { pathname }: URL, response: ServerResponse): Promise<void> {
  const { status, body, head } = await transcoder(pathname.replace(/^\/v\/[^/]+/, "/v/site-001"));
  response.writeHead(status, { "content-type": head.get("content-type") ?? "" });
  response.end(body);
}

type Troubled = {
  /** A browser cannot show these. */
  readonly h265?: readonly string[];
  /** The head of a picture, and then nothing that belongs to it. */
  readonly broken?: readonly string[];
};

/** @param streamIds one per site */
export function createFakeVideo(streamIds: readonly string[], { h265 = [], broken = [] }: Troubled = {}): FakeVideo {
  const sizes = ["426x240", "320x180", "640x360"];
  const segments = [...makeVideo({ seconds: 40, segmentS: SEGMENT_S, gop: 20 }).segments.values()];
  const frames = sizes.map((size) => {
    const [segment] = makeVideo({ size, seconds: 0.1 }).segments.values();
    const cut = cutKeyFrame(segment ?? new Uint8Array());
    if (!cut.found) throw new Error(`no picture in what was made: ${cut.miss}`);
    return cut;
  });
  const jpegs = frames.map(({ bytes }) => jpegOf(bytes));
  const dead = new Map<string, string>();
  const startedMs = Date.now() - WINDOW * SEGMENT_S * 1000;
  const asked: string[][] = [];
  let mostJpegs = 0;
  let transcoder: Transcoder | undefined;
  const played: string[] = [];
  const listeners: ((streamId: string) => void)[] = [];
  const recorded: string[] = [];
  let sessions = 0;

  const frameOf = (id: string) => frames[streamIds.indexOf(id) % frames.length] ?? frames[0];
  function item(streamId: string): StreamMessage {
    const since = dead.get(streamId) ?? null;
    const { codec, width, height } = frameOf(streamId) ?? {};
    return {
      streamId,
      siteId: streamId,
      state: since === null ? "online" : "offline",
      since: since ?? new Date(startedMs).toISOString(),
      ageS: since === null ? 1.2 : null,
      cause: since === null ? null : "upstream_timeout",
      codec: h265.includes(streamId) ? "hvc1.1.6.L93.B0" : (codec ?? null),
      width: width ?? null,
      height: height ?? null,
      bitrateKbps: 500,
    };
  }
  const hasPicture = (id: string): boolean => streamIds.includes(id) && !dead.has(id) && !h265.includes(id);

  function sendBatch(url: URL, response: ServerResponse): void {
    const wanted = (url.searchParams.get("streams") ?? "").split(",");
    asked.push(wanted);
    const batch = wanted.flatMap((id, index) => {
      const frame = frameOf(id);
      if (!frame || !hasPicture(id)) return [];
      const bytes = broken.includes(id)
        ? frame.bytes.map((byte, at) => (at < 8 ? byte : (at * 37) & 255))
        : frame.bytes;
      return [{ index, codec: frame.codec, bytes }];
    });
    response.writeHead(200, { "content-type": "application/octet-stream" });
    response.end(writeFrameBatch(batch));
  }

  function sendJpegs(url: URL, response: ServerResponse): void {
    const wanted = (url.searchParams.get("streams") ?? "").split(",").filter((id) => streamIds.includes(id));
    const batch = wanted.flatMap((id, index) => {
      if (dead.has(id)) return [];
      const picture = index < mostJpegs ? jpegs[streamIds.indexOf(id) % jpegs.length] : undefined;
      return [picture ? { index, codec: JPEG_CODEC, bytes: picture } : { index, codec: "busy", bytes: NO_PICTURE }];
    });
    response.writeHead(200, { "content-type": "application/octet-stream" });
    response.end(writeFrameBatch(batch));
  }

  function sendPlaylist(streamId: string, response: ServerResponse): void {
    played.push(streamId);
    if (!hasPicture(streamId)) {
      response.writeHead(503, { "content-type": "application/problem+json" });
      response.end(JSON.stringify({ code: "upstream_timeout" }));
      return;
    }
    const newest = Math.floor((Date.now() - startedMs) / 1000 / SEGMENT_S);
    const first = Math.max(0, newest - WINDOW);
    const lines = [
      "#EXTM3U",
      "#EXT-X-VERSION:3",
      `#EXT-X-TARGETDURATION:${SEGMENT_S}`,
      `#EXT-X-MEDIA-SEQUENCE:${first}`,
    ];
    for (let n = first; n < newest; n += 1) {
      if (n > 0 && n % segments.length === 0) lines.push("#EXT-X-DISCONTINUITY");
      lines.push(`#EXTINF:${SEGMENT_S}.0,`, `s${n}.ts`);
    }
    response.writeHead(200, { "content-type": "application/vnd.apple.mpegurl", "cache-control": "no-store" });
    response.end(`${lines.join("\n")}\n`);
  }

  function sendSegment(name: string, isThere: boolean, response: ServerResponse): void {
    const number = Number(/^s(\d+)\.ts$/.exec(name)?.[1] ?? Number.NaN);
    const segment = segments[number % segments.length];
    response.writeHead(segment && isThere ? 200 : 404, { "content-type": "video/mp2t" });
    response.end(segment && isThere ? segment : undefined);
  }

  const madeMs = Math.floor(Date.now() / 2000) * 2000;
  const gap = { fromMs: madeMs - 26 * 60_000, toMs: madeMs - 22 * 60_000 };
  const isRecorded = (streamId: string, atMs: number): boolean =>
    !h265.includes(streamId) && (atMs < gap.fromMs || atMs >= gap.toMs);

  function spansOf(streamId: string, fromMs: number, toMs: number) {
    const spans: { from: number; to: number }[] = [];
    const lastMs = Math.min(toMs, Date.now() - 4_000, dead.has(streamId) ? Date.parse(dead.get(streamId) ?? "") : toMs);
    for (let at = Math.floor(fromMs / 2000) * 2000; at < lastMs; at += 2000) {
      if (!isRecorded(streamId, at)) continue;
      const last = spans.at(-1);
      if (last?.to === at) last.to = at + 2000;
      else spans.push({ from: at, to: at + 2000 });
    }
    return spans;
  }
  function sendSpans(streamId: string, url: URL, response: ServerResponse): void {
    const [from, to] = ["from", "to"].map((name) => Date.parse(url.searchParams.get(name) ?? ""));
    const items = spansOf(streamId, from ?? 0, to ?? 0).map((span) => ({
      from: new Date(span.from).toISOString(),
      to: new Date(span.to).toISOString(),
      kind: "segment",
      segments: (span.to - span.from) / 2000,
      bytes: (span.to - span.from) * 62,
    }));
    json(response, { items, nextCursor: null, total: items.length });
  }
  function sendRecording(streamId: string, range: string, response: ServerResponse): void {
    const [from = 0, to = 0] = range.split("-").map(Number);
    const spans = spansOf(streamId, from, to);
    const lines = ["#EXTM3U", "#EXT-X-VERSION:7", `#EXT-X-TARGETDURATION:${SEGMENT_S}`, "#EXT-X-PLAYLIST-TYPE:VOD"];
    let before = -1;
    for (const span of spans) {
      lines.push("#EXT-X-DISCONTINUITY", `#EXT-X-PROGRAM-DATE-TIME:${new Date(span.from).toISOString()}`);
      for (let at = span.from; at < span.to; at += 2000) {
        const number = (at / 2000) % segments.length;
        if (number === 0 && before > 0) lines.push("#EXT-X-DISCONTINUITY");
        lines.push(`#EXTINF:${SEGMENT_S}.0,`, `s${number}.ts`);
        before = number;
      }
    }
    recorded.push(streamId);
    response.writeHead(spans.length === 0 ? 404 : 200, { "content-type": "application/vnd.apple.mpegurl" });
    response.end([...lines, "#EXT-X-ENDLIST", ""].join("\n"));
  }

  function answerWall(part: string, url: URL, response: ServerResponse): void {
    if (part === "keyframes") sendBatch(url, response);
    else if (part === "jpegs") sendJpegs(url, response);
    else json(response, { ffmpeg: "ready", renditions: transcoder ? ["720p"] : [], jpegs: mostJpegs });
  }

  function answerGateway(request: IncomingMessage, url: URL, response: ServerResponse): void {
    const [, , streamId = "", part = "", name = "", range = "", piece = ""] = url.pathname.split("/");
    if (!request.headers.cookie?.includes(COOKIE)) {
      response.writeHead(401, { "content-type": "application/problem+json" });
      response.end(JSON.stringify({ code: "ticket_missing" }));
    } else if (streamId === "_wall") answerWall(part, url, response);
    else if (name === "rec" && piece === "index.m3u8") sendRecording(streamId, range, response);
    else if (name === "rec") sendSegment(piece, true, response);
    else if (name === "x" && transcoder) void pass(transcoder, url, response);
    else if (name === "index.m3u8") sendPlaylist(streamId, response);
    else sendSegment(name, hasPicture(streamId), response);
  }

  return {
    gap,
    asked,
    played,
    recorded,
    sessions: () => sessions,
    items: () => streamIds.map(item),
    onChange: (listener) => void listeners.push(listener),
    kill(id) {
      dead.set(id, new Date().toISOString());
      for (const listener of listeners) listener(id);
    },
    revive(id) {
      dead.delete(id);
      for (const listener of listeners) listener(id);
    },
    makeWithFfmpeg(jpegs, behind) {
      mostJpegs = jpegs;
      transcoder = behind;
    },
    answer(request, response) {
      const url = new URL(request.url ?? "/", "http://127.0.0.1");
      const [, id = "", part = ""] = /^\/api\/v1\/video\/streams\/([^/]+)\/(\w+)$/.exec(url.pathname) ?? [];
      if (part === "recordings") sendSpans(id, url, response);
      else if (part === "locks") json(response, { items: locks(id), nextCursor: null, total: 1 });
      else if (url.pathname === "/api/v1/video/streams") json(response, { items: streamIds.map(item) });
      else if (url.pathname === "/api/v1/video/session") {
        sessions += 1;
        const expiresAt = new Date(Date.now() + 300_000).toISOString();
        json(response, { expiresAt }, { "set-cookie": `${COOKIE}; HttpOnly; SameSite=Strict; Path=/v/` });
      } else if (url.pathname.startsWith("/v/")) answerGateway(request, url, response);
      else return false;
      return true;
    },
  };
}

function jpegOf(annexB: Uint8Array): Uint8Array {
  const args = ["-loglevel", "error", "-f", "h264", "-i", "pipe:0", "-frames:v", "1", "-f", "image2pipe", "pipe:1"];
  return new Uint8Array(execFileSync("ffmpeg", args, { input: annexB }));
}
