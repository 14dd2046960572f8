import type { LiveSocket } from "./connection.ts";

/** Of a browser's WebSocket, what is used here. */
type BrowserSocket = LiveSocket & { readonly readyState: number };
type HeldFrame = { readonly data: string; readonly atMs: number };
type EarlySocket = {
  readonly socket: BrowserSocket;
  /** What was asked when it opened; null when nothing was. */
  readonly subscription: string | null;
  /** What came before a widget listened; null when it was too much, and nothing of it is of use any more. */
  held: HeldFrame[] | null;
};

const CONNECTING = 0;
const OPEN = 1;
/** A page whose widgets never come must not pile up the fleet's rounds. */
const MOST_HELD = 60;

const page = globalThis as { antboxEarlyLive?: EarlySocket | undefined };

/** Keeps what `socket` receives until a live connection takes it over. */
export function offerEarlySocket(browserSocket: unknown, subscription: string | null, monotonicMs: () => number): void {
  const socket = browserSocket as BrowserSocket;
  const early: EarlySocket = { socket, subscription, held: [] };
  socket.onopen = () => {
    if (subscription !== null) socket.send(subscription);
  };
  socket.onmessage = ({ data }) => hold(early, String(data), monotonicMs());
  page.antboxEarlyLive = early;
}

/** The page's early socket, once, when there is one and it is still of use; null otherwise. */
export function takeEarlySocket(monotonicMs: () => number): LiveSocket | null {
  const early = page.antboxEarlyLive;
  page.antboxEarlyLive = undefined;
  const isUsable = early?.socket.readyState === CONNECTING || early?.socket.readyState === OPEN;
  return early && isUsable ? adopt(early, monotonicMs) : null;
}

/**
 * An open socket that behaves as if it were opened now. What it received already is handed out as the answer to the same
 * subscription, with the time that it waited; for any other subscription, or before one, rows are of no use.
 */
function adopt(early: EarlySocket, monotonicMs: () => number): LiveSocket {
  const { socket, subscription } = early;
  const wasOpen = socket.readyState === OPEN;
  let hasAsked = false;

  function replay(held: readonly HeldFrame[]): void {
    for (const { data, atMs } of held) adopted.onmessage?.({ data, heldMs: monotonicMs() - atMs });
  }
  const adopted: LiveSocket = {
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send(text) {
      const isAnswered = !hasAsked && text === subscription && early.held !== null;
      hasAsked = true;
      const held = early.held ?? [];
      early.held = null;
      if (!isAnswered) socket.send(text);
      // Not now: whoever asks does not expect the answer before it has finished asking.
      else queueMicrotask(() => replay(held));
    },
    close: () => socket.close(),
  };
  socket.onopen = () => {
    if (subscription !== null) socket.send(subscription);
    adopted.onopen?.();
  };
  socket.onmessage = ({ data }) => {
    if (hasAsked || !isRows(String(data))) adopted.onmessage?.({ data });
    else hold(early, String(data), monotonicMs());
  };
  socket.onclose = () => adopted.onclose?.();
  socket.onerror = () => adopted.onerror?.();
  if (wasOpen) queueMicrotask(() => adopted.onopen?.());
  return adopted;
}

function hold(early: EarlySocket, data: string, atMs: number): void {
  if (early.held?.push({ data, atMs }) === MOST_HELD) early.held = null;
}

/** The server writes the type first. */
function isRows(text: string): boolean {
  return text.startsWith('{"type":"full"') || text.startsWith('{"type":"delta"');
}
