import Hls from "hls.js";
import workerPath from "hls.js/dist/hls.worker.js?url";

/** The player library; only ever imported at run time, by a page that plays something. */
export { Hls };

/** What a tile and a full player have in common. Defaults are made for one film, not for walls of live cameras. */
const SHARED = {
  enableWorker: true,
  // A file of ours: the worker that the library would make of a text is not allowed by the page's policy.
  workerPath,
  backBufferLength: 0,
  capLevelToPlayerSize: true,
  testBandwidth: false,
  startFragPrefetch: false,
  lowLatencyMode: false,
  liveSyncDurationCount: 2,
  liveMaxLatencyDurationCount: 6,
  enableWebVTT: false,
  enableIMSC1: false,
  enableCEA708Captions: false,
  enableID3MetadataCues: false,
  enableInterstitialPlayback: false,
} as const;

/** Sixteen tiles share one small computer: little is kept, and the smallest rendition comes first. */
export const TILE_SETTINGS = {
  ...SHARED,
  startLevel: 0,
  maxBufferLength: 4,
  maxMaxBufferLength: 8,
  maxBufferSize: 2e6,
};
export const FULL_SETTINGS = { ...SHARED, maxBufferLength: 8, maxMaxBufferLength: 16, maxBufferSize: 16e6 };
/**
 * What was recorded is loaded from the moment that somebody asks for, and what is behind is kept for a while: people go back
 * and forth by some seconds. Live players' ways of catching up with the newest picture have no place here.
 */
export const RECORDED_SETTINGS = {
  ...SHARED,
  autoStartLoad: false,
  backBufferLength: 60,
  maxBufferLength: 12,
  maxMaxBufferLength: 24,
  maxBufferSize: 24e6,
  liveMaxLatencyDurationCount: Number.POSITIVE_INFINITY,
};
