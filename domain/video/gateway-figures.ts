import type { StreamState } from "./stream-state.ts";
import type { VideoCause } from "./video-cause.ts";

/** Counted since the gateway began, but for `sessions`, `cacheBytes`, `streams` and `ffmpegProcesses`. */
export type GatewayFigures = {
  readonly sessions: number;
  readonly cacheBytes: number;
  readonly streams: Readonly<Record<StreamState, number>>;
  readonly fetched: Readonly<Record<string, number>>;
  readonly joined: number;
  /** That there are now. */
  readonly ffmpegProcesses: number;
  readonly bytesSent: number;
  readonly refused: Readonly<Partial<Record<VideoCause, number>>>;
};
