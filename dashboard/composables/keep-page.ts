import { getCurrentInstance, inject, onScopeDispose, watch } from "vue";
import type { Live } from "./use-live.ts";

type DashboardSocket = { readonly connected: boolean; connect(): void };
type NavigateEvent = Event & { readonly destination: { readonly url: string }; readonly userInitiated?: boolean };

/**
 * Dashboard's own client gives up after some five minutes without a server and loads the page anew: with the server
 * still away that leaves a wall screen on the browser's error page for good. The page stays instead, says that it is
 * blind, and Dashboard's socket is opened again when the server is back.
 */
export function keepPageWhileAway(live: Live): void {
  const socket = getCurrentInstance() ? inject<DashboardSocket | null>("$socket", null) : null;
  const navigation = (globalThis as { navigation?: EventTarget }).navigation;
  const refuse = (event: Event): void => {
    const { destination, userInitiated } = event as NavigateEvent;
    const isReload = new URL(destination.url).searchParams.has("reloadTime");
    if (isReload && !userInitiated && live.status.value !== "live" && event.cancelable) event.preventDefault();
  };
  navigation?.addEventListener("navigate", refuse);
  watch(live.status, (status) => {
    if (status === "live" && socket && !socket.connected) socket.connect();
  });
  onScopeDispose(() => navigation?.removeEventListener("navigate", refuse));
}
