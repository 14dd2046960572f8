import { LONGEST_PLAYBACK_MS } from "../../domain/video/recording/playback-playlist.ts";
import type { Stretch } from "./recorded-spans.ts";

/** @returns null for what is no stretch of time, or one that is longer than a clip may be */
export function readStretch(from: string, to: string): Stretch | null {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  return toMs > fromMs && toMs - fromMs <= LONGEST_PLAYBACK_MS ? { fromMs, toMs } : null;
}

/** 42 kB, 3.1 MB, 1.20 GB: in steps of 1,000. */
export function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
