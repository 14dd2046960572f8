import type { FaultDefinition } from "./fault-kinds.ts";

const number = (min: number, max: number, value: number) => ({ type: "number", min, max, default: value }) as const;
const choice = <Word extends string>(options: readonly Word[], value: Word) =>
  ({ type: "choice", options, default: value }) as const;
const flag = (value: boolean) => ({ type: "flag", default: value }) as const;
const text = (maxLength: number, value: string) => ({ type: "text", maxLength, default: value }) as const;

/** Which requests it hits: `playlist` is every playlist, `entry` the one that the sites file names or its like. */
const on = choice(["all", "entry", "playlist", "segment", "init", "key", "unknown"], "all");
/** Share of the body. */
const at = number(0, 1, 0.5);

/** What a camera can do wrong. They add up, in the order of their start; for a camera that refuses connections: `refused`. */
export const CAMERA_FAULT_KINDS = {
  camera_slow: {
    layer: "camera",
    summary: "answers after this range of ms",
    args: { minMs: number(0, 600_000, 500), maxMs: number(0, 600_000, 1500), on },
  },
  camera_drip: {
    layer: "camera",
    summary: "so many bytes a second of the body, or of the header too",
    args: { bytesPerS: number(0.1, 100_000_000, 1000), header: flag(false), on },
  },
  camera_stall: {
    layer: "camera",
    summary: "stops at this share of the body: for good, or goes on after forMs",
    args: { at, forMs: number(0, 600_000, 0), on },
  },
  camera_silent: { layer: "camera", summary: "accepts and never answers", args: { on } },
  camera_reset: {
    layer: "camera",
    summary: "resets the connection at the request or at a share of the body",
    args: { when: choice(["request", "body"], "request"), at, on },
  },
  camera_status: {
    layer: "camera",
    summary: "another status, as a complete answer",
    args: { status: number(201, 599, 404), on },
  },
  camera_html: { layer: "camera", summary: "200 with a login page", args: { on } },
  camera_garbage: {
    layer: "camera",
    summary: "200, the right type, and random bytes",
    args: { bytes: number(0, 16_777_216, 65_536), on },
  },
  camera_redirect: {
    layer: "camera",
    summary: "to `to`; a chain of hops within the camera and then the good answer; or a loop",
    args: {
      how: choice(["to", "chain", "loop"], "to"),
      to: text(2000, "http://127.0.0.1:9/"),
      hops: number(1, 100, 3),
      status: choice(["301", "302", "303", "307", "308"], "302"),
      on,
    },
  },
  camera_truncated: {
    layer: "camera",
    summary: "ends at this share of the body: with a matching length, or by a close before its length",
    args: { at, mode: choice(["cut", "length"], "cut"), on },
  },
  camera_wrong_length: {
    layer: "camera",
    summary: "announces so many bytes more (then silence) or fewer than it sends",
    args: { byBytes: number(-10_000_000, 10_000_000, 1000), on },
  },
  camera_endless: {
    layer: "camera",
    summary: "after the good body more of its kind, without end, chunked or until the close",
    args: { framing: choice(["chunked", "close"], "chunked"), on },
  },
  camera_gzip: {
    layer: "camera",
    summary: "content-encoding gzip though nobody asked: the good body, or a bomb of so many MiB",
    args: { mb: number(0, 512, 0), on },
  },
  camera_huge_playlist: {
    layer: "camera",
    summary: "a playlist of so many MiB: segments, empty lines, one line, commas and quotes, or attributes",
    args: {
      mb: number(0.01, 4096, 10),
      shape: choice(["segments", "lines", "one_line", "commas", "attributes"], "segments"),
      on: choice(["playlist", "entry"], "playlist"),
    },
  },
  camera_nested: {
    layer: "camera",
    summary: "the entry is a multivariant playlist that names another, and that another, without end",
    args: {},
  },
  camera_frozen: { layer: "camera", summary: "playlists stand still: nothing is new", args: {} },
  camera_flap: {
    layer: "camera",
    summary: "a share of the answers, at random, is an error 503",
    args: { share: number(0, 1, 0.5), on },
  },
  camera_headers: {
    layer: "camera",
    summary: "further header lines, such as Set-Cookie, and another content type unless it is empty",
    args: { lines: { type: "names", options: null, default: [] }, contentType: text(200, ""), on },
  },
  camera_ignores_range: {
    layer: "camera",
    summary: "answers a request for a byte range with 200 and everything, or with 206 and another range",
    args: { how: choice(["whole", "other"], "whole") },
  },
  camera_file: {
    layer: "camera",
    summary: "any answer at any path: text, or bytes as base64; several add up",
    args: {
      path: text(2000, "/stream.m3u8"),
      text: text(4_000_000, ""),
      base64: text(4_000_000, ""),
      contentType: text(200, "application/vnd.apple.mpegurl"),
      status: number(200, 599, 200),
    },
  },
} as const satisfies Record<string, FaultDefinition>;
export type CameraFaultKind = keyof typeof CAMERA_FAULT_KINDS;
