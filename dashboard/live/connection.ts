import type { AlarmSummary } from "../../domain/alarms/alarm-summary.ts";
import {
  type CommandFrame,
  HEARTBEAT_MS,
  type RoundFrame,
  type ServerFrame,
  type StreamFrame,
  type Subscribe,
} from "../../domain/live/live-frame.ts";
import { applyFrame, createLiveTable, type LiveTable } from "../../domain/live/live-table.ts";
import { retryDelayMs } from "./retry-delay.ts";
import { createServerClock } from "./server-clock.ts";

/**
 * `connecting`: nothing heard yet, and not long enough to worry · `live` · `stale`: a heartbeat is overdue or the socket
 * is gone · `blind`: nothing for `BLIND_AFTER_MS`: whatever the screen shows is history.
 */
export type LiveStatus = "connecting" | "live" | "stale" | "blind";
export type LiveView = Pick<Subscribe, "view" | "sites" | "topics">;
export type LiveRound = RoundFrame["round"];

/**
 * Two heartbeats. A server may die just after a frame, and the page has five seconds from then: one of them is left for a
 * busy browser and for the drawing.
 */
const BLIND_AFTER_MS = 4000;
/** A server that has cut the line and then refused a new one is gone: there is no frame to wait for. */
const GONE_AFTER_MS = 3000;
/** One and a half heartbeats: a late one is no reason to worry anybody. */
const STALE_AFTER_MS = HEARTBEAT_MS * 1.5;
/** A handshake that hangs, the longest wait and the first frame together must stay below five seconds. */
const OPEN_WITHIN_MS = 2000;
const CHECK_EVERY_MS = 100;

/** The part of a WebSocket that is needed, so that a test can hand in its own. */
export type LiveSocket = {
  onopen: (() => void) | null;
  /** `heldMs`: how long the message waited in the page before it was handed on. */
  onmessage: ((event: { data: unknown; heldMs?: number }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(): void;
};

export type LiveEnvironment = {
  openSocket(): LiveSocket;
  /** Milliseconds of a clock that nobody sets. */
  monotonicMs(): number;
  random(): number;
  /** The server did not let us in, or is not there. */
  onRefused?(): void;
};

export type LiveChange =
  | { readonly kind: "rows"; readonly siteIds: readonly string[] }
  | { readonly kind: "round"; readonly round: LiveRound }
  | { readonly kind: "alarms"; readonly summary: AlarmSummary }
  | { readonly kind: "commands"; readonly frame: CommandFrame }
  | { readonly kind: "streams"; readonly frame: StreamFrame }
  | { readonly kind: "status"; readonly status: LiveStatus };

export type LiveConnection = {
  /** The rows of the view that is shown. Replaced, and empty until its first frame, when the view changes. */
  table(): LiveTable;
  status(): LiveStatus;
  /** Server's time now, milliseconds since the Unix epoch; the browser's own before the first frame. */
  serverNowMs(): number;
  /** Server's time of the newest frame; null before the first one. */
  lastFrameAtMs(): number | null;
  /** Which rows to receive. One view at a time: a new one replaces the old one. */
  show(view: LiveView): void;
  /** @returns unsubscribe */
  onChange(listener: (change: LiveChange) => void): () => void;
  /** Tries at once instead of waiting: the page came back to the front, the network came back. */
  retryNow(): void;
  close(): void;
};

/** One live connection that never gives up. It opens by itself and lives until `close`. */
export function createLiveConnection(environment: LiveEnvironment): LiveConnection {
  const { monotonicMs } = environment;
  const clock = createServerClock(monotonicMs);
  const listeners = new Set<(change: LiveChange) => void>();
  const startedMs = monotonicMs();
  let table = createLiveTable();
  let view: LiveView | null = null;
  let socket: LiveSocket | null = null;
  let socketMs = startedMs;
  let isOpen = false;
  let failures = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let lastFrameMs: number | null = null;
  let status: LiveStatus = "connecting";

  const tell = (change: LiveChange): void => {
    for (const listener of listeners) listener(change);
  };

  function judge(): LiveStatus {
    const silentMs = monotonicMs() - (lastFrameMs ?? startedMs);
    const isGone = !isOpen && failures > 1;
    if (silentMs > (isGone ? GONE_AFTER_MS : BLIND_AFTER_MS)) return "blind";
    if (lastFrameMs === null) return "connecting";
    return isOpen && silentMs <= STALE_AFTER_MS ? "live" : "stale";
  }

  function check(): void {
    const next = judge();
    if (next !== status) {
      status = next;
      tell({ kind: "status", status });
    }
    if (socket && isOverdue()) drop(socket);
  }

  /** A handshake that hangs, or a connection of which only our half is left. */
  function isOverdue(): boolean {
    const nowMs = monotonicMs();
    if (!isOpen) return nowMs - socketMs > OPEN_WITHIN_MS;
    return nowMs - Math.max(lastFrameMs ?? 0, socketMs) > BLIND_AFTER_MS;
  }

  function open(): void {
    clearTimeout(retryTimer);
    const opened = environment.openSocket();
    socket = opened;
    socketMs = monotonicMs();
    isOpen = false;
    opened.onopen = () => {
      isOpen = true;
      socketMs = monotonicMs();
      subscribe();
    };
    opened.onmessage = ({ data, heldMs = 0 }) => receive(String(data), heldMs);
    opened.onclose = () => drop(opened);
    opened.onerror = () => drop(opened);
  }

  function drop(dropped: LiveSocket): void {
    if (socket !== dropped) return;
    const wasRefused = !isOpen;
    dropped.onopen = dropped.onmessage = dropped.onclose = dropped.onerror = null;
    dropped.close();
    socket = null;
    isOpen = false;
    check();
    retryTimer = setTimeout(open, retryDelayMs(failures, environment.random()));
    failures += 1;
    if (wasRefused) environment.onRefused?.();
  }

  function subscribe(): void {
    if (!isOpen || !socket || !view) return;
    const resume = table.epoch === null ? {} : { epoch: table.epoch, after: table.seq };
    socket.send(JSON.stringify({ type: "subscribe", ...view, ...resume } satisfies Subscribe));
  }

  function receive(text: string, heldMs: number): void {
    const frame = readFrame(text);
    if (!frame) return;
    lastFrameMs = monotonicMs();
    failures = 0;
    if (frame.type !== "error") clock.hear(Date.parse(frame.at) + heldMs);
    if (frame.type === "round") tell({ kind: "round", round: frame.round });
    if (frame.type === "alarms") tell({ kind: "alarms", summary: frame.summary });
    if (frame.type === "commands") tell({ kind: "commands", frame });
    if (frame.type === "streams") tell({ kind: "streams", frame });
    if (frame.type !== "full" || frame.view === view?.view) takeRows(frame);
    check();
  }

  function takeRows(frame: ServerFrame): void {
    // Without an epoch a full frame is on its way; a delta before it belongs to the view before, or to the gap.
    if (table.epoch === null && frame.type === "delta") return;
    const applied = applyFrame(table, frame);
    if (applied.kind === "applied") tell({ kind: "rows", siteIds: applied.siteIds });
    if (applied.kind !== "gap") return;
    // The rows stay on the screen until the full frame that this asks for is here.
    table.epoch = null;
    subscribe();
  }

  const checkTimer = setInterval(check, CHECK_EVERY_MS);
  open();

  return {
    table: () => table,
    status: () => status,
    serverNowMs: clock.nowMs,
    lastFrameAtMs: clock.lastHeardMs,
    show(next) {
      view = next;
      table = createLiveTable();
      tell({ kind: "rows", siteIds: [] });
      subscribe();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    retryNow() {
      check();
      if (!socket) open();
    },
    close() {
      clearInterval(checkTimer);
      clearTimeout(retryTimer);
      const closing = socket;
      socket = null;
      if (!closing) return;
      closing.onopen = closing.onmessage = closing.onclose = closing.onerror = null;
      closing.close();
    },
  };
}

/** The server is our own and has checked what it sends; a frame of a newer version that we do not know is passed over. */
function readFrame(text: string): ServerFrame | null {
  try {
    const frame: unknown = JSON.parse(text);
    const isFrame = typeof frame === "object" && frame !== null && "type" in frame;
    return isFrame ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}
