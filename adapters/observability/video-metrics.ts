import { Counter, Gauge, type Registry } from "prom-client";
import type { GatewayFigures } from "../../domain/video/gateway-figures.ts";
import { readCounter, readGauge } from "./read-metrics.ts";

/** Where the figures of video come from; null before the gateway has said anything, or in a process without one. */
export type VideoSource = {
  figures(): GatewayFigures | null;
  /** How recording goes, and what it has written since the gateway began; null while another process records. */
  recording(): {
    readonly state: (typeof RECORDING_STATES)[number];
    readonly streams: number;
    readonly writtenBytes: number;
    readonly writtenFiles: number;
    readonly lostFiles: number;
  } | null;
};

/** `stopped`: asked for, and not possible. */
const RECORDING_STATES = ["off", "recording", "stopped"] as const;

/** What the gateway of this process counts. Labels are states and causes: never a stream, an address or a ticket. */
export function countVideo(registers: Registry[], source: VideoSource): void {
  const { figures } = source;
  const gauge = readGauge(registers);
  const counter = readCounter(registers);
  const counted = <Label extends string>(
    name: string,
    help: string,
    label: Label,
    read: (now: GatewayFigures) => Readonly<Record<string, number>>,
  ) =>
    new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        const now = figures();
        for (const [value, count] of Object.entries(now ? read(now) : {})) {
          this.inc({ [label]: value } as Record<Label, string>, count);
        }
      },
    });

  gauge("antbox_video_sessions", "Sessions × cameras that are watched now", () => figures()?.sessions ?? Number.NaN);
  gauge("antbox_video_cache_bytes", "Segments in the gateway's memory", () => figures()?.cacheBytes ?? Number.NaN);
  gauge(
    "antbox_video_ffmpeg_processes",
    "Processes of FFmpeg of the video gateway",
    () => figures()?.ffmpegProcesses ?? Number.NaN,
  );
  new Gauge({
    name: "antbox_video_streams",
    help: "Cameras by state",
    labelNames: ["state"],
    registers,
    collect() {
      this.reset();
      for (const [state, count] of Object.entries(figures()?.streams ?? {})) this.set({ state }, count);
    },
  });
  counted(
    "antbox_video_upstream_requests_total",
    "Requests to cameras by result: ok or the cause of the failure",
    "result",
    ({ fetched }) => fetched,
  );
  counted("antbox_video_refused_total", "Refused requests of viewers by cause", "cause", ({ refused }) => refused);
  counter(
    "antbox_video_coalesced_total",
    "Requests that joined a fetch or found it done",
    () => figures()?.joined ?? 0,
  );
  counter("antbox_video_bytes_sent_total", "Bytes sent to viewers", () => figures()?.bytesSent ?? 0);
  countRecording(registers, source);
}

function countRecording(registers: Registry[], { recording }: VideoSource): void {
  new Gauge({
    name: "antbox_video_recording_state",
    help: "1 for the state in which recording is; stopped: asked for, and not possible",
    labelNames: ["state"],
    registers,
    collect() {
      const now = recording()?.state ?? "off";
      for (const state of RECORDING_STATES) this.set({ state }, Number(state === now));
    },
  });
  readGauge(registers)(
    "antbox_video_recording_streams",
    "Cameras that are to be recorded",
    () => recording()?.streams ?? 0,
  );
  readCounter(registers)("antbox_video_recorded_bytes_total", "Bytes of recordings written", () => {
    return recording()?.writtenBytes ?? 0;
  });
  new Counter({
    name: "antbox_video_recorded_pieces_total",
    help: "Pieces of recordings: written, or lost for want of room or of a faster disk",
    labelNames: ["result"],
    registers,
    collect() {
      this.reset();
      const report = recording();
      this.inc({ result: "written" }, report?.writtenFiles ?? 0);
      this.inc({ result: "lost" }, report?.lostFiles ?? 0);
    },
  });
}
