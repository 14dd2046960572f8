import { onScopeDispose, type Ref, readonly, ref } from "vue";

/** Full screen for a wall: the page without the browser, and our bar without its menus. */
export function useWall(): { isWall: Readonly<Ref<boolean>>; canWall: boolean; toggleWall: () => Promise<void> } {
  const isWall = ref(document.fullscreenElement !== null && document.fullscreenElement !== undefined);
  const read = (): void => {
    isWall.value = Boolean(document.fullscreenElement);
    document.documentElement.toggleAttribute("data-abx-wall", isWall.value);
  };
  document.addEventListener("fullscreenchange", read);
  onScopeDispose(() => document.removeEventListener("fullscreenchange", read));
  return {
    isWall: readonly(isWall),
    canWall: document.fullscreenEnabled === true,
    async toggleWall() {
      await (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
    },
  };
}
