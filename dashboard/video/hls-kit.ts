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
