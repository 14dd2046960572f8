import type { ErrorData, default as HlsPlayer } from "hls.js";
import { judgePlayback, type PlaybackCount } from "../../domain/video/wall-live.ts";

export type PlayerState =
  | "starting"
  | "playing"
  /** It has played, and nothing comes now. */
  | "waiting"
  /** It has to be made by FFmpeg, which has no place for it, or could not. */
  | "busy"
  | "failed"
  | "unsupported";
export type PlayerParts = {
  readonly video: HTMLVideoElement;
  /** The best one first; the next one where there is nothing at that. */
  readonly addresses: readonly string[];
  readonly isTile: boolean;
  readonly onState: (state: PlayerState) => void;
  /** More than a fifth of the pictures was dropped for five seconds. */
  readonly onOverload: () => void;
};

type Kit = typeof import("./hls-kit.ts");

/** Players that begin in the same moment hold each other up. */
const APART_MS = 60;
const CHECK_MS = 1_000;
/** No new picture for this long is shown as waiting, and later as a reason to begin anew. */
const WAITING_AFTER_MS = 3_000;
const STUCK_AFTER_MS = 12_000;
/** Plays this long without a fault: what was before is forgotten. */
const SOUND_AFTER_MS = 10_000;
const LONGEST_WAIT_MS = 15_000;
/** Faults of the line are first answered with another request, later with another player. */
const TRIES_IN_PLACE = 2;

let nextStartMs = 0;

/** What the gateway said when it refused to transcode; null for every other fault. */
function refusalOf(fault: ErrorData | null): "busy" | "failed" | null {
  const { responseText } = (fault?.networkDetails ?? {}) as { readonly responseText?: unknown };
  const said = typeof responseText === "string" ? responseText : "";
  if (said.includes("transcoder_busy")) return "busy";
  return said.includes("transcoder_failed") ? "failed" : null;
}

/**
 * Plays a live stream into a video element until it is destroyed, whatever happens to camera or server: the library gives up
 * after a fatal error, or goes round in circles.
 *
 * @returns ends it and gives back all that it held
 */
export function startLivePlayer({ video, addresses, isTile, onState, onOverload }: PlayerParts): () => void {
  let hls: HlsPlayer | null = null;
  let isGone = false;
  let failures = 0;
  /** Of the addresses: the one that is tried. */
  let at = 0;
  let counts: readonly PlaybackCount[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const progress = { second: 0, atMs: performance.now(), sinceMs: performance.now() };

  async function begin(): Promise<void> {
    const kit = await import("./hls-kit.ts").catch(() => null);
    if (isGone) return;
    if (!kit) later(begin);
    else if (kit.Hls.isSupported()) play(kit);
    else if (video.canPlayType("application/vnd.apple.mpegurl") !== "") video.src = addresses.at(-1) ?? "";
    else onState("unsupported");
  }

  function play(kit: Kit): void {
    hls?.destroy();
    const player = new kit.Hls(isTile ? kit.TILE_SETTINGS : kit.FULL_SETTINGS);
    hls = player;
    player.on(kit.Hls.Events.ERROR, (_, fault) => {
      if (fault.fatal && hls === player) recover(kit, fault);
    });
    player.on(kit.Hls.Events.MANIFEST_PARSED, () => void video.play().catch(() => undefined));
    player.loadSource(addresses[at] ?? "");
    player.attachMedia(video);
    progress.atMs = performance.now();
  }

  function recover(kit: Kit, fault: ErrorData | null): void {
    const refusal = refusalOf(fault);
    if (refusal !== null && at + 1 < addresses.length) {
      at += 1;
      play(kit);
      return;
    }
    failures += 1;
    if (refusal !== null) {
      at = 0;
      onState(refusal);
    }
    const isMedia = fault?.type === kit.Hls.ErrorTypes.MEDIA_ERROR;
    const isLine = fault?.type === kit.Hls.ErrorTypes.NETWORK_ERROR;
    if (isMedia && failures === 1) hls?.recoverMediaError();
    else if (isLine && failures <= TRIES_IN_PLACE && hls?.levels.length) later(() => hls?.startLoad());
    else later(() => play(kit));
  }

  function later(step: () => unknown): void {
    clearTimeout(timer);
    const waitMs = Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(failures, 6));
    timer = setTimeout(() => {
      if (!isGone) void step();
    }, waitMs);
  }

  const check = setInterval(() => {
    if (document.visibilityState === "hidden") return;
    const nowMs = performance.now();
    watchProgress(nowMs);
    watchLoad(nowMs);
    if (nowMs - progress.atMs < STUCK_AFTER_MS || !hls) return;
    progress.atMs = nowMs;
    void import("./hls-kit.ts").then((kit) => !isGone && recover(kit, null));
  }, CHECK_MS);

  function watchProgress(nowMs: number): void {
    const idleMs = nowMs - progress.atMs;
    const hasMoved = video.currentTime > progress.second;
    if (hasMoved && idleMs > WAITING_AFTER_MS) progress.sinceMs = nowMs;
    if (hasMoved) progress.atMs = nowMs;
    if (hasMoved) onState("playing");
    else if (progress.second > 0 && idleMs > WAITING_AFTER_MS) onState("waiting");
    if (hasMoved && nowMs - progress.sinceMs > SOUND_AFTER_MS) failures = 0;
    progress.second = video.currentTime;
  }

  function watchLoad(nowMs: number): void {
    const { totalVideoFrames: total, droppedVideoFrames: dropped } = video.getVideoPlaybackQuality();
    const judged = judgePlayback(counts, { atMs: nowMs, total, dropped });
    counts = judged.isOverloaded ? [] : judged.counts;
    if (judged.isOverloaded) onOverload();
  }

  /** A hidden page loads nothing; seen again, it goes on with what is live. */
  function follow(): void {
    progress.atMs = performance.now();
    counts = [];
    if (document.visibilityState === "hidden") hls?.stopLoad();
    else hls?.startLoad(-1);
  }
  document.addEventListener("visibilitychange", follow);

  onState("starting");
  nextStartMs = Math.max(nextStartMs + APART_MS, performance.now());
  timer = setTimeout(begin, nextStartMs - performance.now());

  return () => {
    isGone = true;
    clearTimeout(timer);
    clearInterval(check);
    document.removeEventListener("visibilitychange", follow);
    hls?.destroy();
    hls = null;
    // Without this the element keeps its decoder.
    video.removeAttribute("src");
    video.load();
  };
}
