import { Counter, Gauge, type Registry } from "prom-client";
import type { GatewayFigures } from "../../domain/video/gateway-figures.ts";
import { readCounter, readGauge } from "./read-metrics.ts";

/** Where the figures of video come from; null before the gateway has said anything, or in a process without one. */
export type VideoSource = { figures(): GatewayFigures | null };

/** What the gateway of this process counts. Labels are states and causes: never a stream, an address or a ticket. */
export function countVideo(registers: Registry[], { figures }: VideoSource): void {
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
}
