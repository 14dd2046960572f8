import type { ErrorData, default as HlsPlayer } from "hls.js";
import { mediaTimeAt, momentAt, type PlayedPiece, type Stretch, windowAround } from "./recorded-spans.ts";

export type RecordedState =
  | "starting"
  | "playing"
  | "paused"
  /** Nothing was recorded then. */
  | "missing"
  /** It is tried again. */
  | "failed"
  | "unsupported";
export type RecordedParts = {
  readonly video: HTMLVideoElement;
  readonly addressOf: (range: Stretch) => string;
  readonly serverNowMs: () => number;
  readonly onState: (state: RecordedState) => void;
  /** When the picture that is seen was filmed, milliseconds since the Unix epoch. */
  readonly onMoment: (atMs: number) => void;
  /** What could be played is over; `atMs` is where something newer may begin. */
  readonly onEnd: (atMs: number) => void;
};
export type RecordedPlayer = {
  /** Shows a moment, and goes on from there or stands still. */
  show(atMs: number, plays: boolean): void;
  close(): void;
};

const RETRY_MS = 2_000;
const NOT_FOUND = 404;

/** Plays what was recorded into a video element, by the time of day. A moment outside what it has loaded loads another playlist. */
export function startRecordedPlayer(parts: RecordedParts): RecordedPlayer {
  const { video, addressOf, serverNowMs, onState, onMoment, onEnd } = parts;
  let hls: HlsPlayer | null = null;
  let loaded: { readonly range: Stretch; readonly pieces: readonly PlayedPiece[] } | null = null;
  let wanted = { atMs: 0, plays: false };
  /** Of the present playlist: some of its segments were asked for. */
  let hasStarted = false;
  let isGone = false;
  /** Of what was asked for last: what was asked for before it has nothing to say any more. */
  let newest = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(atMs: number, plays: boolean): void {
    wanted = { atMs, plays };
    if (!loaded || atMs < loaded.range.fromMs || atMs >= loaded.range.toMs) {
      void load();
      return;
    }
    const second = mediaTimeAt(loaded.pieces, atMs);
    if (second === null) {
      video.pause();
      onState("missing");
      return;
    }
    goTo(second);
  }

  function goTo(second: number): void {
    if (hasStarted) video.currentTime = second;
    else hls?.startLoad(second);
    hasStarted = true;
    follow();
  }

  function follow(): void {
    if (wanted.plays) void video.play().catch(() => undefined);
    else video.pause();
  }

  async function load(): Promise<void> {
    clearTimeout(timer);
    newest += 1;
    const mine = newest;
    hls?.destroy();
    hls = null;
    loaded = null;
    hasStarted = false;
    const range = windowAround(wanted.atMs, serverNowMs());
    if (range === null) return onState("missing");
    onState("starting");
    const kit = await import("../video/hls-kit.ts").catch(() => null);
    if (isGone || mine !== newest) return;
    if (!kit) return later();
    if (!kit.Hls.isSupported()) return onState("unsupported");
    const player = new kit.Hls(kit.RECORDED_SETTINGS);
    hls = player;
    player.on(kit.Hls.Events.LEVEL_LOADED, (_, { details }) => {
      if (hls !== player || loaded) return;
      // Kept by reference: the library corrects the times of pieces while it loads them.
      loaded = { range, pieces: details.fragments as readonly PlayedPiece[] };
      const second = mediaTimeAt(loaded.pieces, wanted.atMs);
      if (second === null) return onState("missing");
      goTo(second);
    });
    player.on(kit.Hls.Events.ERROR, (_, fault) => {
      if (fault.fatal && hls === player) fail(fault);
    });
    player.loadSource(addressOf(range));
    player.attachMedia(video);
  }

  function fail({ response }: ErrorData): void {
    const isMissing = response?.code === NOT_FOUND && !loaded;
    onState(isMissing ? "missing" : "failed");
    if (!isMissing) later();
  }
  function later(): void {
    clearTimeout(timer);
    timer = setTimeout(() => !isGone && void load(), RETRY_MS);
  }

  function tell(): void {
    const atMs = loaded && momentAt(loaded.pieces, video.currentTime);
    if (atMs === null || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    onMoment(atMs);
    onState(video.paused && !video.ended ? "paused" : "playing");
  }
  const listeners: readonly (readonly [string, () => void])[] = [
    ["timeupdate", tell],
    ["seeked", tell],
    ["loadeddata", tell],
    ["waiting", () => onState("starting")],
    ["ended", () => loaded && onEnd(loaded.range.toMs)],
  ];
  for (const [name, listener] of listeners) video.addEventListener(name, listener);

  return {
    show,
    close() {
      isGone = true;
      clearTimeout(timer);
      for (const [name, listener] of listeners) video.removeEventListener(name, listener);
      hls?.destroy();
      hls = null;
      video.removeAttribute("src");
      video.load();
    },
  };
}
