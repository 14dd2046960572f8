import { type ComputedRef, computed, type Ref, readonly, ref, type ShallowRef, shallowRef, watch } from "vue";
import { readWallSettings, type SavedWall, type WallView } from "../../domain/video/wall-settings.ts";
import { isAway, request } from "../composables/api-request.ts";
import { readPreference, savePreference } from "../composables/preferences.ts";
import { useResource } from "../composables/use-resource.ts";

export type WallViewState = {
  readonly view: Readonly<ShallowRef<WallView>>;
  /** Of this person, on whatever computer. */
  readonly saved: ComputedRef<readonly SavedWall[]>;
  /** False: this browser forgets the view with the page. */
  readonly isKept: Readonly<Ref<boolean>>;
  /** The last wall that was to be saved or removed is as it was. */
  readonly hasFailed: Readonly<Ref<boolean>>;
  change(part: Partial<WallView>): void;
  save(name: string): Promise<void>;
  open(name: string): void;
  remove(name: string): Promise<void>;
};

/** How this browser looks at the wall, and the walls that its person has saved. Call in `setup`. */
export function useWallView(): WallViewState {
  const kept = readWallSettings(readPreference("video.wall"));
  const view = shallowRef(kept.view);
  /** Walls of a version that kept them in the browser, until the server has them. */
  let left = kept.saved;
  const isKept = ref(true);
  const hasFailed = ref(false);
  const list = useResource((signal) => request("GET", "/api/v1/video/walls", { signal }));

  function keep(): void {
    const settings = { view: view.value, ...(left.length > 0 ? { saved: left } : {}) };
    isKept.value = savePreference("video.wall", JSON.stringify(settings));
  }
  watch(view, keep);

  const put = ({ name, view: body }: SavedWall) =>
    request("PUT", "/api/v1/video/walls/{name}", { path: { name }, body: { ...body, arranged: [...body.arranged] } });
  /** One that the server has already under this name is the newer one. */
  async function moveLeft(known: ReadonlySet<string>): Promise<void> {
    for (const wall of left) {
      const answer = known.has(wall.name) ? null : await put(wall);
      if (answer && !answer.ok && isAway(answer.trouble)) return;
    }
    left = [];
    keep();
    await list.load();
  }
  watch(list.value, (found) => {
    if (found && left.length > 0) void moveLeft(new Set(found.items.map(({ name }) => name)));
  });

  return {
    view,
    saved: computed(() => list.value.value?.items ?? []),
    isKept: readonly(isKept),
    hasFailed: readonly(hasFailed),
    change(part) {
      view.value = { ...view.value, ...part };
    },
    async save(name) {
      hasFailed.value = !(await put({ name: name.trim(), view: view.value })).ok;
      await list.load();
    },
    open(name) {
      view.value = list.value.value?.items.find((wall) => wall.name === name)?.view ?? view.value;
    },
    async remove(name) {
      hasFailed.value = !(await request("DELETE", "/api/v1/video/walls/{name}", { path: { name } })).ok;
      await list.load();
    },
  };
}
