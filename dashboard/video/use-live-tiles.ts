import { computed, type Ref, type ShallowRef, shallowRef, watch } from "vue";
import type { TranscodingOffer } from "../../domain/video/transcode/transcoding-offer.ts";
import { chooseLive } from "../../domain/video/wall-live.ts";
import type { WallView } from "../../domain/video/wall-settings.ts";
import { isPlayable } from "./judge-tile.ts";
import { liveAddresses } from "./live-addresses.ts";
import type { PlayerState } from "./live-player.ts";
import { canDecodeFrames } from "./paint-frames.ts";
import type { StreamItem } from "./stream-list.ts";

export type LiveTiles = {
  /** Streams whose tiles have a player. */
  readonly live: Readonly<Ref<ReadonlySet<string>>>;
  /** The other ones that are seen: they get key frames. */
  readonly still: Readonly<Ref<readonly string[]>>;
  readonly players: Readonly<ShallowRef<ReadonlyMap<string, PlayerState>>>;
  setPlayer(streamId: string, state: PlayerState): void;
  demote(streamId: string): void;
};

/**
 * Shares the players out among the tiles that are seen. Call in `setup`.
 *
 * @param items of the page, in order
 * @param isResting while something lies over the wall nothing below it plays
 */
export function useLiveTiles(
  view: Readonly<Ref<WallView>>,
  items: Readonly<Ref<readonly StreamItem[]>>,
  visible: Readonly<Ref<ReadonlySet<string>>>,
  isResting: Readonly<Ref<boolean>>,
  offer: Readonly<Ref<TranscodingOffer>>,
): LiveTiles {
  const canDecode = canDecodeFrames();
  const players = shallowRef<ReadonlyMap<string, PlayerState>>(new Map());
  const demoted = shallowRef<ReadonlySet<string>>(new Set());
  const seen = computed(() =>
    isResting.value ? [] : items.value.filter(({ streamId }) => visible.value.has(streamId)),
  );
  // A dead camera needs no player while the question for key frames shows when it is back.
  const playable = computed(() =>
    seen.value
      .filter((item) => liveAddresses(item, offer.value, true).length > 0 && (item.state !== "offline" || !canDecode))
      // FFmpeg has no place for it: small pictures are made in another way.
      .filter((item) => isPlayable(item) || !demoted.value.has(item.streamId))
      .map(({ streamId }) => streamId),
  );
  /** As text, so that what depends on it is told of changes only. */
  const chosen = computed(() =>
    [
      ...chooseLive({
        mode: view.value.mode,
        visible: playable.value,
        demoted: demoted.value,
        canDecodeFrames: canDecode,
      }),
    ].join(),
  );
  const live = computed(() => new Set(chosen.value === "" ? [] : chosen.value.split(",")));
  const still = computed(() =>
    seen.value.map(({ streamId }) => streamId).filter((streamId) => !live.value.has(streamId)),
  );

  // Another layout or mode is another chance for those that did not keep up.
  watch([() => view.value.layout, () => view.value.mode], () => {
    demoted.value = new Set();
  });
  watch(live, (ids) => {
    if ([...players.value.keys()].some((id) => !ids.has(id))) {
      players.value = new Map([...players.value].filter(([id]) => ids.has(id)));
    }
  });
  return {
    live,
    still,
    players,
    setPlayer(streamId, state) {
      if (state === "busy" || state === "failed") demoted.value = new Set(demoted.value).add(streamId);
      if (players.value.get(streamId) !== state) players.value = new Map(players.value).set(streamId, state);
    },
    demote(streamId) {
      demoted.value = new Set(demoted.value).add(streamId);
    },
  };
}
