import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { VideoCause } from "../../../domain/video/video-cause.ts";
import { packets, playlistOf } from "../../services/little-camera.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
/** What a client without a limit of its own suffered in the time that it was given. */
export type Suffered = { readonly bytes: number; readonly ms: number; readonly isOver: boolean };

export type HostileAnswer = {
  readonly name: string;
  /** What of the camera answers so; the other one answers well. */
  readonly on: "playlist" | "segment";
  readonly answer: Answer;
  readonly cause: VideoCause;
  /** It begins like video, so that viewers get what there is, and are broken off. */
  readonly isBrokenOff?: boolean;
  /** A fault that itself takes time: how long until it has to be over, milliseconds. Others are refused in `AT_ONCE_MS`. */
  readonly withinMs?: number;
  /** Whether it does what it is here for, to a client without limits. */
  readonly bites: (suffered: Suffered) => boolean;
};

const MIB = 1_048_576;
/** More than any limit lets pass: what a client without limits takes shows that there was more to come. */
export const MANY_BYTES = 24 * MIB;
/** So long a client without limits is watched while it waits; one that is given more than it can hold, until it has it. */
export const WATCHED_MS = 1_000;
/** Head and idle time-outs are 3 and 5 s, the whole of a playlist 4 s, of a segment 6 s; a second for a busy machine. */
const TOTAL_MS = { playlist: 5_000, segment: 7_500 };

const isLarge = ({ bytes }: Suffered) => bytes >= MANY_BYTES;
const isEndless = ({ isOver, ms }: Suffered) => !isOver && ms >= WATCHED_MS - 50;
/** It is refused for what it is: without a look at it everything arrives. */
const arrives = ({ isOver }: Suffered) => isOver;

/** Repeats a block for as long as somebody reads. */
function forEver(block: Buffer, headers: Record<string, string | number> = {}, start = Buffer.alloc(0)): Answer {
  return (_request, response) => {
    response.writeHead(200, headers);
    if (start.length > 0) response.write(start);
    const more = (): void => {
      while (!response.destroyed && response.write(block));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  };
}

/** A byte each tenth of a second, after a good beginning. */
function dripping(start: Buffer, byte: string): Answer {
  return (_request, response) => {
    response.writeHead(200);
    response.write(start);
    const timer = setInterval(() => response.write(byte), 100);
    response.on("close", () => clearInterval(timer));
  };
}

const whole =
  (body: Buffer | string, headers: Record<string, string | number> = {}): Answer =>
  (_request, response) => {
    response.writeHead(200, headers);
    response.end(body);
  };

const HEAD = Buffer.from(playlistOf(1, ["seg.ts"]));
const TS = packets(350);
/** 16 MiB of zeros in 16 kB; over and over it is 10 GiB in 10 MB. */
const ZEROS = gzipSync(Buffer.alloc(16 * MIB), { level: 9 });
const LINES = (line: string, count: number) => `${HEAD.toString()}${`${line}\n`.repeat(count)}`;

export const HOSTILE_ANSWERS: readonly HostileAnswer[] = [
  {
    name: "a segment of 300 MB, as announced",
    on: "segment",
    answer: forEver(TS, { "content-length": 300 * MIB }),
    cause: "upstream_too_large",
    bites: isLarge,
  },
  {
    name: "a segment without an end",
    on: "segment",
    answer: forEver(TS),
    cause: "upstream_too_large",
    isBrokenOff: true,
    bites: isLarge,
  },
  {
    name: "a page without an end in place of a segment",
    on: "segment",
    answer: forEver(Buffer.from("<html>".repeat(10_000))),
    cause: "bad_content",
    bites: isLarge,
  },
  {
    name: "a gzip bomb in place of a segment",
    on: "segment",
    answer: forEver(ZEROS, { "content-encoding": "gzip" }),
    cause: "encoding_refused",
    bites: isLarge,
  },
  {
    name: "a gzip bomb that does not say so",
    on: "segment",
    answer: forEver(ZEROS),
    cause: "bad_content",
    bites: isLarge,
  },
  {
    name: "a segment that drips",
    on: "segment",
    answer: dripping(TS, "G"),
    cause: "upstream_timeout",
    isBrokenOff: true,
    withinMs: TOTAL_MS.segment,
    bites: isEndless,
  },
  {
    name: "a segment that stops in the middle",
    on: "segment",
    answer: (_request, response) => {
      response.writeHead(200);
      response.write(TS);
    },
    cause: "upstream_timeout",
    isBrokenOff: true,
    withinMs: TOTAL_MS.segment,
    bites: isEndless,
  },
  {
    name: "a segment that never begins",
    on: "segment",
    answer: () => undefined,
    cause: "upstream_timeout",
    withinMs: TOTAL_MS.segment,
    bites: isEndless,
  },
  {
    name: "headers of a segment that drip",
    on: "segment",
    answer: (_request, { socket }) => {
      socket?.write("HTTP/1.1 200 OK\r\nX: ");
      const timer = setInterval(() => socket?.write("x"), 100);
      socket?.on("close", () => clearInterval(timer));
    },
    cause: "upstream_timeout",
    withinMs: TOTAL_MS.segment,
    bites: isEndless,
  },
  {
    name: "100 kB of headers",
    on: "segment",
    answer: (_request, { socket }) => {
      const lines = Array.from({ length: 1_000 }, (_, at) => `x-${at}: ${"x".repeat(90)}\r\n`).join("");
      socket?.end(
        `HTTP/1.1 200 OK\r\n${lines}content-length: 188\r\nconnection: close\r\n\r\n${TS.toString("latin1", 0, 188)}`,
      );
    },
    cause: "bad_content",
    bites: arrives,
  },
  {
    name: "a picture with a script in place of a segment",
    on: "segment",
    answer: whole("<svg onload=alert(1)>", { "content-type": "image/svg+xml" }),
    cause: "bad_content",
    bites: arrives,
  },
  {
    name: "a playlist of 10 million lines",
    on: "playlist",
    answer: forEver(Buffer.from("#\n".repeat(50_000)), {}, HEAD),
    cause: "upstream_too_large",
    bites: isLarge,
  },
  {
    name: "a playlist with a line of 100 MB",
    on: "playlist",
    answer: forEver(Buffer.from("a".repeat(65_536)), {}, HEAD),
    cause: "upstream_too_large",
    bites: isLarge,
  },
  {
    name: "a playlist of 300 MB, as announced",
    on: "playlist",
    answer: forEver(Buffer.from("#\n".repeat(50_000)), { "content-length": 300 * MIB }, HEAD),
    cause: "upstream_too_large",
    bites: isLarge,
  },
  {
    name: "a playlist with too many lines in few bytes",
    on: "playlist",
    answer: whole(LINES("#", 20_001)),
    cause: "playlist_too_large",
    bites: arrives,
  },
  {
    name: "a playlist with a line of 200 kB",
    on: "playlist",
    answer: whole(LINES(`#EXT-X-DATERANGE:ID=${',"'.repeat(100_000)}`, 1)),
    cause: "playlist_too_large",
    bites: arrives,
  },
  {
    name: "a master of 5,000 variants",
    on: "playlist",
    answer: whole(`#EXTM3U\n${"#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n".repeat(5_000)}`),
    cause: "playlist_too_large",
    bites: arrives,
  },
  {
    name: "tags with 1,000 attributes",
    on: "playlist",
    answer: whole(
      LINES(`#EXT-X-DATERANGE:ID="a"${Array.from({ length: 1_000 }, (_, at) => `,A${at}=1`).join("")}`, 35),
    ),
    cause: "playlist_invalid",
    bites: arrives,
  },
  {
    name: "a gzip bomb in place of a playlist",
    on: "playlist",
    answer: forEver(ZEROS, { "content-encoding": "gzip" }),
    cause: "encoding_refused",
    bites: isLarge,
  },
  {
    name: "a playlist that drips",
    on: "playlist",
    answer: dripping(HEAD, "\n"),
    cause: "upstream_timeout",
    withinMs: TOTAL_MS.playlist,
    bites: isEndless,
  },
  {
    name: "a playlist that never comes",
    on: "playlist",
    answer: () => undefined,
    cause: "upstream_timeout",
    withinMs: TOTAL_MS.playlist,
    bites: isEndless,
  },
  {
    name: "a playlist in UTF-16",
    on: "playlist",
    answer: whole(Buffer.from(`\ufeff${HEAD.toString()}`, "utf16le")),
    cause: "playlist_invalid",
    bites: arrives,
  },
  {
    name: "a page in place of a playlist",
    on: "playlist",
    answer: whole("<!doctype html><title>login</title>"),
    cause: "playlist_invalid",
    bites: arrives,
  },
  {
    name: "a playlist that is cut off",
    on: "playlist",
    answer: (_request, response) => {
      response.writeHead(200, { "content-length": 10_000 });
      response.write(HEAD);
      setTimeout(() => response.destroy(), 10);
    },
    cause: "truncated",
    bites: ({ bytes }) => bytes === HEAD.length,
  },
];

/** Those that lead elsewhere. @param canary says an address where nobody has any business */
export function straying(canary: () => string): HostileAnswer[] {
  const page = (name: string, body: () => string): HostileAnswer => ({
    name,
    on: "playlist",
    answer: (_request, response) => response.end(body()),
    cause: "target_not_allowed",
    bites: arrives,
  });
  const away = (status: number, path: string): Answer => {
    return (_request, response) => response.writeHead(status, { location: canary() + path }).end();
  };
  return [
    {
      name: "a redirect of a segment to elsewhere",
      on: "segment",
      answer: away(302, "/x.ts"),
      cause: "redirect_refused",
      bites: ({ bytes }) => bytes === "canary".length,
    },
    {
      name: "a redirect of a playlist to elsewhere",
      on: "playlist",
      answer: away(307, "/x.m3u8"),
      cause: "redirect_refused",
      bites: ({ bytes }) => bytes === "canary".length,
    },
    page("a segment that is elsewhere", () => playlistOf(1, [`${canary()}/x.ts`])),
    page("a key that is elsewhere", () =>
      playlistOf(1, ["seg.ts"], [`#EXT-X-KEY:METHOD=AES-128,URI="${canary()}/k.key"`]),
    ),
    page("a variant that is elsewhere", () => `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${canary()}/x.m3u8\n`),
  ];
}
