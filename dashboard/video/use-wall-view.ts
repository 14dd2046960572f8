import { type Ref, readonly, ref, type ShallowRef, shallowRef, watch } from "vue";
import {
  readWallSettings,
  type SavedWall,
  saveWall,
  type WallSettings,
  type WallView,
} from "../../domain/video/wall-settings.ts";
import { readPreference, savePreference } from "../composables/preferences.ts";

export type WallViewState = {
  readonly view: Readonly<ShallowRef<WallView>>;
  readonly saved: Readonly<ShallowRef<readonly SavedWall[]>>;
  /** False: this browser forgets it with the page. */
  readonly isKept: Readonly<Ref<boolean>>;
  change(part: Partial<WallView>): void;
  save(name: string): void;
  open(name: string): void;
  remove(name: string): void;
};

/** How this browser looks at the wall, and the walls that were saved in it. */
export function useWallView(): WallViewState {
  const settings = shallowRef<WallSettings>(readWallSettings(readPreference("video.wall")));
  const view = shallowRef(settings.value.view);
  const saved = shallowRef(settings.value.saved);
  const isKept = ref(true);
  watch([view, saved], () => {
    settings.value = { view: view.value, saved: saved.value };
    isKept.value = savePreference("video.wall", JSON.stringify(settings.value));
  });
  return {
    view,
    saved,
    isKept: readonly(isKept),
    change(part) {
      view.value = { ...view.value, ...part };
    },
    save(name) {
      saved.value = saveWall(saved.value, name, view.value);
    },
    open(name) {
      view.value = saved.value.find((wall) => wall.name === name)?.view ?? view.value;
    },
    remove(name) {
      saved.value = saved.value.filter((wall) => wall.name !== name);
    },
  };
}
