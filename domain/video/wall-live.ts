/**
 * How tiles get their pictures. `auto`: live players as far as few enough tiles are visible, else key frames; `live`: players
 * on the first tiles; `keyframe`: newest key frames only; `jpeg`: small JPEGs that FFmpeg makes of them.
 */
export const WALL_MODES = ["auto", "live", "keyframe", "jpeg"] as const;
export type WallMode = (typeof WALL_MODES)[number];

/**
 * Players at a time. Measured on 2 cores without a GPU: 16 play in real time without an error, 36 drop 18 % of their pictures,
 * 81 drop 39 % and stall.
 */
export const MOST_LIVE_TILES = 16;

export type LiveChoice = {
  readonly mode: WallMode;
  /** On the screen now, in order. */
  readonly visible: readonly string[];
  /** Whose players did not keep up. */
  readonly demoted: ReadonlySet<string>;
  /** False where the browser cannot decode single pictures: then what is not live has none. */
  readonly canDecodeFrames: boolean;
};

/** The streams that get a player. All other visible ones get key frames. */
export function chooseLive({ mode, visible, demoted, canDecodeFrames }: LiveChoice): ReadonlySet<string> {
  if (mode === "keyframe" || mode === "jpeg") return new Set();
  const isTooMany = mode === "auto" && visible.length > MOST_LIVE_TILES && canDecodeFrames;
  if (isTooMany) return new Set();
  const playable = canDecodeFrames && mode === "auto" ? visible.filter((id) => !demoted.has(id)) : visible;
  return new Set(playable.slice(0, MOST_LIVE_TILES));
}

/** What a player has shown so far, as `getVideoPlaybackQuality` counts it. */
export type PlaybackCount = { readonly atMs: number; readonly total: number; readonly dropped: number };

/** A player that drops more than this share for this long is too much for the browser (hls.js has the same two figures). */
const MOST_DROPPED = 0.2;
const JUDGED_OVER_MS = 5_000;

/**
 * Whether a player keeps up, judged over the last 5 s.
 *
 * @param before the counts so far, oldest first
 * @returns the counts to go on with, and true in `isOverloaded` when more than 20 % of the pictures were dropped
 */
export function judgePlayback(
  before: readonly PlaybackCount[],
  now: PlaybackCount,
): { readonly counts: readonly PlaybackCount[]; readonly isOverloaded: boolean } {
  // Another media source counts from zero again.
  const isSame = (before.at(-1)?.total ?? 0) <= now.total;
  const all = isSame ? [...before, now] : [now];
  const start = all.findLastIndex(({ atMs }) => now.atMs - atMs >= JUDGED_OVER_MS);
  const first = all[start];
  if (!first) return { counts: all, isOverloaded: false };
  const shown = now.total - first.total;
  return { counts: all.slice(start), isOverloaded: shown > 0 && (now.dropped - first.dropped) / shown > MOST_DROPPED };
}
